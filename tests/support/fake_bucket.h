// A bucket of an S3 service in this process, which can be made to fail: for what real services do not do when they are
// asked. tests/e2e/s3.sh has real ones. Any thread may call any method.
#pragma once

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>

#include <chrono>
#include <ctime>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "format/id.h"
#include "store/s3/location.h"

namespace rootstream {

class FakeBucket {
 public:
  // What the service does with conditions (If-Match, If-None-Match).
  enum class Conditions { kKeeps, kComparesWithoutQuotes, kIgnores };
  enum class Answer { kUsual, kUnavailable, kUnavailableOnceDone };

  FakeBucket() {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    daemon_ = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_SUPPRESS_DATE_NO_CLOCK, 0, nullptr, nullptr,
                               OnRequest, this, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_NOTIFY_COMPLETED, OnEnd,
                               this, MHD_OPTION_END);
    if (daemon_ == nullptr) abort();
  }
  ~FakeBucket() { MHD_stop_daemon(daemon_); }
  FakeBucket(const FakeBucket&) = delete;

  S3Options Options() const {
    return {.endpoint =
                "http://127.0.0.1:" + std::to_string(MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT)->port)};
  }
  void SetConditions(Conditions conditions) {
    Locked([&] { conditions_ = conditions; });
  }
  // Asked before each request: its method and the name of the object.
  using Fault = std::function<Answer(const std::string& method, const std::string& name)>;
  void SetFault(Fault fault) {
    Locked([&] { fault_ = std::move(fault); });
  }
  void AdvanceClock(std::chrono::seconds by) {
    Locked([&] { ahead_ += by; });
  }

  std::vector<std::string> TakeRequests() {  // "METHOD name?query"
    std::vector<std::string> taken;
    Locked([&] { taken.swap(requests_); });
    return taken;
  }
  std::optional<std::string> Get(const std::string& name) {
    std::optional<std::string> bytes;
    Locked([&] {
      if (const auto found = objects_.find(name); found != objects_.end()) bytes = found->second.bytes;
    });
    return bytes;
  }
  void Put(const std::string& name, const std::string& bytes) {
    Locked([&] { objects_[name] = {bytes, Now()}; });
  }

 private:
  using Time = std::chrono::system_clock::time_point;
  struct Object {
    std::string bytes;
    Time time;
    std::string Tag() const { return "\"" + Sha256(bytes).Hex().substr(0, 32) + "\""; }
  };
  struct Reply {
    unsigned status = 200;
    std::string body;
    std::map<std::string, std::string> headers;
  };
  struct Call {
    std::string method, name, body;
    MHD_Connection* connection;
    std::string Header(const char* key) const { return Value(MHD_HEADER_KIND, key).value_or(""); }
    std::optional<std::string> Query(const char* key) const { return Value(MHD_GET_ARGUMENT_KIND, key); }
    std::optional<std::string> Value(MHD_ValueKind kind, const char* key) const {
      const char* value = nullptr;
      size_t size = 0;
      if (MHD_lookup_connection_value_n(connection, kind, key, strlen(key), &value, &size) != MHD_YES)
        return std::nullopt;
      return value != nullptr ? std::string(value, size) : "";
    }
  };

  template <typename Work>
  void Locked(Work work) {
    const std::lock_guard lock(mutex_);
    work();
  }
  Time Now() const { return std::chrono::system_clock::now() + ahead_; }
  static std::string Format(Time time, const char* format) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    struct tm fields = {};
    gmtime_r(&seconds, &fields);
    char text[64];
    strftime(text, sizeof text, format, &fields);
    return text;
  }

  static MHD_Result OnRequest(void* self, MHD_Connection* connection, const char* url, const char* method, const char*,
                              const char* data, size_t* size, void** state) {
    if (*state == nullptr) {
      const std::string path(url);  // "/bucket/name"
      const size_t slash = path.find('/', 1);
      *state = new Call{method, slash == std::string::npos ? "" : path.substr(slash + 1), "", connection};
      return MHD_YES;
    }
    Call& call = *static_cast<Call*>(*state);
    if (*size > 0) {
      call.body.append(data, *size);
      *size = 0;
      return MHD_YES;
    }
    const Reply reply = static_cast<FakeBucket*>(self)->Do(call);
    MHD_Response* const response =
        MHD_create_response_from_buffer(reply.body.size(), const_cast<char*>(reply.body.data()), MHD_RESPMEM_MUST_COPY);
    for (const auto& [key, value] : reply.headers) MHD_add_response_header(response, key.c_str(), value.c_str());
    const MHD_Result queued = MHD_queue_response(connection, reply.status, response);
    MHD_destroy_response(response);
    return queued;
  }
  static void OnEnd(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    delete static_cast<Call*>(*state);
    *state = nullptr;
  }

  Reply Do(const Call& call) {
    const std::lock_guard lock(mutex_);
    const auto prefix = call.Query("prefix");
    requests_.push_back(call.method + " " + (prefix && call.name.empty() ? "?prefix=" + *prefix : call.name));
    const Answer answer = fault_ ? fault_(call.method, call.name) : Answer::kUsual;
    Reply reply = answer == Answer::kUnavailable ? Reply{.status = 503} : Carry(call);
    if (answer == Answer::kUnavailableOnceDone) reply = {.status = 503};
    reply.headers["Date"] = Format(Now(), "%a, %d %b %Y %H:%M:%S GMT");
    return reply;
  }

  static Reply NotThere() { return {.status = 404, .body = "<Error><Code>NoSuchKey</Code></Error>"}; }

  Reply Carry(const Call& call) {
    if (call.name.empty()) return call.Query("uploads") ? Reply{.status = 501} : List(call);
    if (call.method == "PUT" && call.Query("uploadId")) {
      parts_[*call.Query("uploadId")][std::stoi(*call.Query("partNumber"))] = call.body;
      return {.headers = {{"ETag", "\"part\""}}};
    }
    if (call.method == "PUT") return PutIf(call);
    if (call.method == "POST" && call.Query("uploads"))
      return {.body = "<InitiateMultipartUploadResult><UploadId>" + std::to_string(++last_upload_) +
                      "</UploadId></InitiateMultipartUploadResult>"};
    if (call.method == "POST") {
      Object whole{"", Now()};
      for (const auto& [number, bytes] : parts_[*call.Query("uploadId")]) whole.bytes += bytes;
      objects_[call.name] = std::move(whole);
      return {.body = "<CompleteMultipartUploadResult/>"};
    }
    const auto found = objects_.find(call.name);
    if (found == objects_.end()) return NotThere();
    if (call.method == "DELETE") {
      objects_.erase(found);
      return {.status = 204};
    }
    return Read(call, found->second);
  }

  Reply Read(const Call& call, const Object& object) const {
    Reply reply{.body = object.bytes,
                .headers = {{"ETag", object.Tag()}, {"Last-Modified", Format(object.time, "%a, %d %b %Y %T GMT")}}};
    unsigned long long first = 0, last = 0;
    if (sscanf(call.Header("Range").c_str(), "bytes=%llu-%llu", &first, &last) == 2) {
      if (first >= object.bytes.size()) return {.status = 416};
      reply.status = 206;
      reply.body = object.bytes.substr(first, last - first + 1);
    }
    return reply;
  }

  Reply PutIf(const Call& call) {
    const auto found = objects_.find(call.name);
    const auto without_quotes = [](std::string tag) { return std::erase(tag, '"'), tag; };
    if (conditions_ != Conditions::kIgnores) {
      if (call.Header("If-None-Match") == "*" && found != objects_.end()) return {.status = 412};
      if (const auto wanted = call.Value(MHD_HEADER_KIND, "If-Match")) {
        if (found == objects_.end()) return NotThere();
        const std::string tag = conditions_ == Conditions::kComparesWithoutQuotes ? without_quotes(found->second.Tag())
                                                                                  : found->second.Tag();
        if (*wanted != tag) return {.status = 412};
      }
    }
    const Object& object = objects_[call.name] = {call.body, Now()};
    return {.headers = {{"ETag", object.Tag()}}};
  }

  Reply List(const Call& call) const {
    const std::string prefix = call.Query("prefix").value_or("");
    const int most = std::stoi(call.Query("max-keys").value_or("3"));  // so that there are pages
    std::string xml = "<ListBucketResult>", last;
    int count = 0;
    for (auto at = objects_.upper_bound(call.Query("continuation-token").value_or("")); at != objects_.end(); ++at) {
      if (!at->first.starts_with(prefix)) continue;
      if (++count > most) {
        xml += "<IsTruncated>true</IsTruncated><NextContinuationToken>" + last + "</NextContinuationToken>";
        break;
      }
      last = at->first;
      xml += "<Contents><Key>" + last + "</Key><LastModified>" + Format(at->second.time, "%FT%T.000Z") +
             "</LastModified><Size>" + std::to_string(at->second.bytes.size()) + "</Size></Contents>";
    }
    return {.body = xml + "</ListBucketResult>"};
  }

  std::mutex mutex_;
  Conditions conditions_ = Conditions::kKeeps;
  Fault fault_;
  std::chrono::seconds ahead_{0};
  std::map<std::string, Object> objects_;
  std::map<std::string, std::map<int, std::string>> parts_;
  int last_upload_ = 0;
  std::vector<std::string> requests_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace rootstream
