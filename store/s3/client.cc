#include "store/s3/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>

#include "base/interrupt.h"
#include "base/mutex.h"
#include "base/pause.h"
#include "base/unix_time.h"
#include "format/id.h"
#include "format/limits.h"
#include "store/s3/answers.h"

namespace rootstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(60);
constexpr milliseconds kFirstPause{200}, kLongestPause{5000};
constexpr long kConnectTimeout = 10;  // seconds
constexpr long kLeastSpeed = 400;     // bytes a second; a transfer below it for kSilence seconds counts as silent
constexpr long kSilence = 15;
constexpr long kFarewell = 5;                        // seconds
constexpr size_t kMaxAnswer = kMaxPack + (1 << 20);  // bytes
constexpr int64_t kAllowedSkew = 15 * 60;            // seconds; AWS Signature Version 4

void InitCurl() {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)once;
}

// "Come later": https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
bool IsTemporary(int status) { return status == 429 || status == 408 || (status >= 500 && status != 501); }

}  // namespace

// Handles that wait for their next request, with their connections.
struct S3Client::Handles {
  Mutex mutex;
  std::vector<CURL*> idle RS_GUARDED_BY(mutex);

  CURL* Take() {
    const MutexLock lock(mutex);
    if (idle.empty()) return curl_easy_init();
    CURL* const easy = idle.back();
    idle.pop_back();
    curl_easy_reset(easy);
    return easy;
  }
  void Give(CURL* easy) {
    const MutexLock lock(mutex);
    idle.push_back(easy);
  }
};

struct S3Client::Attempt {
  explicit Attempt(Handles& handles) : handles_(handles), easy(handles.Take()) {}
  ~Attempt() {
    curl_slist_free_all(headers);
    handles_.Give(easy);
  }

  static size_t OnBody(char* data, size_t size, size_t count, void* self) {
    auto& body = static_cast<Attempt*>(self)->answer.body;
    if (body.size() + size * count > kMaxAnswer) return 0;
    body.append(data, size * count);
    return size * count;
  }
  static int OnProgress(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return WasInterrupted() ? 1 : 0; }

  std::string Header(const char* name) const {
    curl_header* header = nullptr;
    return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value : "";
  }

  void ReadHead() {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    curl_off_t length = 0;
    curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    answer.size = length > 0 ? static_cast<uint64_t>(length) : 0;
    answer.etag = Header("ETag");
    answer.date = std::max<int64_t>(0, curl_getdate(Header("Date").c_str(), nullptr));
    answer.last_modified = std::max<int64_t>(0, curl_getdate(Header("Last-Modified").c_str(), nullptr));
  }

  Handles& handles_;
  CURL* const easy;
  curl_slist* headers = nullptr;
  char error[CURL_ERROR_SIZE] = {};
  S3Answer answer;
};

S3Client::S3Client(S3Location location, S3Settings settings)
    : location_(std::move(location)), settings_(std::move(settings)), handles_(std::make_unique<Handles>()) {
  InitCurl();
}

S3Client::~S3Client() {
  const MutexLock lock(handles_->mutex);
  for (CURL* easy : handles_->idle) curl_easy_cleanup(easy);
}

void S3Client::Prepare(Attempt& attempt, const S3Request& request) const {
  CURL* const easy = attempt.easy;
  const std::string key = request.name.empty() ? "" : location_.Key(request.name);
  curl_easy_setopt(easy, CURLOPT_URL, location_.Url(key, request.query).c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "rootstream/" ROOTSTREAM_VERSION);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kConnectTimeout);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, kLeastSpeed);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, kSilence);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, attempt.error);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, Attempt::OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &attempt);
  if (request.is_farewell) {
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, kFarewell);
  } else {
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, Attempt::OnProgress);
  }
  if (!settings_.ca.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, settings_.ca.c_str());
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET") {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data() != nullptr ? request.body.data() : "");
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  const auto add = [&](const std::string& header) {
    attempt.headers = curl_slist_append(attempt.headers, header.c_str());
  };
  for (const std::string& header : request.headers) add(header);
  if (request.method == "PUT" || request.method == "POST") add("Content-Type: application/octet-stream");
  if (!settings_.keys.access_key.empty()) {
    add("x-amz-content-sha256: " + Sha256(request.body).Hex());
    if (!settings_.keys.session_token.empty()) add("x-amz-security-token: " + settings_.keys.session_token);
    curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, ("aws:amz:" + settings_.keys.region + ":s3").c_str());
    curl_easy_setopt(easy, CURLOPT_USERNAME, settings_.keys.access_key.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, settings_.keys.secret_key.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, attempt.headers);
  if (request.size > 0) {
    const std::string range = std::to_string(request.first) + "-" + std::to_string(request.first + request.size - 1);
    curl_easy_setopt(easy, CURLOPT_RANGE, range.c_str());
  }
}

Result<S3Answer> S3Client::Do(const S3Request& request) const {
  const std::string shown = location_.Shown(request.name);
  const auto begin = steady_clock::now();
  GrowingPause pause(kFirstPause, kLongestPause);
  for (bool is_first = true;; is_first = false) {
    std::string reason;
    {
      Attempt attempt(*handles_);
      Prepare(attempt, request);
      const CURLcode code = curl_easy_perform(attempt.easy);
      attempt.ReadHead();
      attempt.answer.was_tried_again = !is_first;
      if (code == CURLE_OK && !IsTemporary(attempt.answer.status)) return std::move(attempt.answer);
      if (WasInterrupted() && !request.is_farewell) return Failed("interrupted");
      // What no later attempt changes: certificates, a URL that is none, an answer that is too large.
      if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_URL_MALFORMAT ||
          code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WRITE_ERROR)
        return Failed(shown + ": " + (attempt.error[0] != 0 ? attempt.error : curl_easy_strerror(code)));
      if (code != CURLE_OK) {
        reason = attempt.error[0] != 0 ? attempt.error : curl_easy_strerror(code);
      } else {
        reason = "HTTP " + std::to_string(attempt.answer.status);
        if (const S3Error error = ParseS3Error(attempt.answer.body); !error.code.empty()) reason += ", " + error.code;
      }
    }
    if (request.is_farewell || steady_clock::now() - begin + pause.next() > kPatience)
      return Unavailable(shown + ": " + reason);
    if (!pause.Sleep()) return Failed("interrupted");
  }
}

Result<S3Client::Objects> S3Client::List(const std::string& prefix, size_t most) const {
  Objects found;
  std::string token;
  do {
    S3Query query = {{"list-type", "2"}, {"prefix", location_.Key(prefix)}};
    if (most != 0) query.emplace_back("max-keys", std::to_string(most));
    if (!token.empty()) query.emplace_back("continuation-token", token);
    RS_TRY(const S3Answer answer, Do({.query = query}));
    if (!answer.ok()) return ErrorOf(answer, "");
    auto page = ParseListing(answer.body);
    if (!page.ok()) return Of(location_.Shown(prefix), page.error());
    found.date = answer.date;
    for (ObjectInfo& object : page->objects) {
      if (!object.name.starts_with(location_.prefix)) return Failed(location_.Shown(prefix) + ": a listing of others");
      object.name.erase(0, location_.prefix.size());
      found.objects.push_back(std::move(object));
    }
    token = most == 0 ? page->next : "";
  } while (!token.empty());
  std::sort(found.objects.begin(), found.objects.end(),
            [](const ObjectInfo& a, const ObjectInfo& b) { return a.name < b.name; });
  return found;
}

Error S3Client::ErrorOf(const S3Answer& answer, const std::string& name) const {
  const std::string shown = location_.Shown(name), server = location_.endpoint;
  const S3Error error = ParseS3Error(answer.body);
  const std::string& code = error.code;
  if (code == "NoSuchBucket")
    return Failed(shown + ": " + server + " has no bucket " + location_.bucket + "; make it first, or check its name");
  if (code == "NoSuchKey" || (answer.status == 404 && !name.empty())) return Missing(shown + ": not there");
  const int64_t ahead = answer.date != 0 ? UnixTime() - answer.date : 0;
  if (code == "RequestTimeTooSkewed" || (answer.status == 403 && std::abs(ahead) > kAllowedSkew))
    return Refused(shown + ": this machine's clock is " + std::to_string(std::abs(ahead)) + " s " +
                   (ahead > 0 ? "ahead of" : "behind") + " the service's; set it");
  if (code == "PermanentRedirect" || code == "AuthorizationHeaderMalformed" || answer.status == 301)
    return Refused(shown + ": the bucket is in another region" +
                   (error.region.empty() ? std::string() : ", " + error.region) + "; give it by --s3-region");
  if (answer.status == 403 && settings_.keys.access_key.empty())
    return Refused(shown +
                   ": refused, and there is no access key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or " +
                   "a profile");
  if (code == "InvalidAccessKeyId")
    return Refused(shown + ": the service does not know access key " + settings_.keys.access_key);
  if (code == "SignatureDoesNotMatch")
    return Refused(shown + ": the secret key of " + settings_.keys.access_key + " is wrong");
  if (code == "ExpiredToken" || code == "InvalidToken") return Refused(shown + ": the session token has expired");
  if (answer.status == 403 && name.empty())
    return Refused(shown + ": access key " + settings_.keys.access_key + " may not list this bucket (s3:ListBucket)");
  if (answer.status == 403)
    return Refused(shown + ": access key " + settings_.keys.access_key + " may not do this (" +
                   (code.empty() ? "HTTP 403" : code) + ")");
  return Failed(shown + ": HTTP " + std::to_string(answer.status) + (code.empty() ? "" : ", " + code) +
                (error.message.empty() ? "" : ": " + error.message));
}

}  // namespace rootstream
