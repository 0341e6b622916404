#include "cache/network/curl_transport.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cache/network/answer.h"
#include "cache/network/curl_credentials.h"
#include "cache/network/file_reads.h"

namespace rootstream {
namespace {

// Names the environment variable that selects the proxy for this URL, for error messages. curl(1), ENVIRONMENT.
std::string ProxyWord(const std::string& url) {
  if (getenv("no_proxy") != nullptr || getenv("NO_PROXY") != nullptr) return "";
  const bool secure = url.starts_with("https:");
  for (const char* name :
       {secure ? "https_proxy" : "http_proxy", secure ? "HTTPS_PROXY" : "", "all_proxy", "ALL_PROXY"})
    if (const char* proxy = getenv(name); proxy != nullptr && *proxy != 0)
      return std::string(" (by way of the proxy that ") + name + " names)";
  return "";
}

constexpr long kReceiveBuffer = 256 * 1024;  // bytes
constexpr long kMaxConnections = 8;
constexpr long kMaxRedirects = 5;
constexpr long kLeastSpeed = 400;  // bytes a second; a transfer below it counts as silent

// Once for the process, before any thread of ours; never undone.
void InitCurl() {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)once;
}

}  // namespace

struct CurlTransport::Transfer {
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  TransferRequest request;
  std::shared_ptr<TransferSink> sink;
  char error[CURL_ERROR_SIZE] = {};
  uint64_t range_first = 0;  // from Content-Range
  bool has_range = false;
  bool head_given = false;
  bool broken_off = false;
  uint64_t bytes = 0;
  size_t put_at = 0;  // in request.put

  ~Transfer() {
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
  }

  bool is_http() const { return strncasecmp(request.url.c_str(), "http", 4) == 0; }

  // Other protocols have no such codes: what they deliver is the file.
  int HttpStatus() const {
    if (!is_http()) return 200;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
  }

  bool GiveHead() {
    if (head_given) return true;
    head_given = true;
    TransferHead head{.status = HttpStatus()};
    curl_off_t size = 0;
    if (curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size) == CURLE_OK && size > 0)
      head.size = static_cast<uint64_t>(size);
    if (head.status == 206) {
      if (!has_range) return false;
      head.first = range_first;
    }
    return sink->OnHead(head);
  }

  static size_t OnHeader(char* data, size_t size, size_t count, void* self) {
    auto* transfer = static_cast<Transfer*>(self);
    const std::string line(data, size * count);
    if (line.starts_with("HTTP/")) transfer->has_range = false;  // of a redirect before
    unsigned long long first = 0;
    if (strncasecmp(line.c_str(), "content-range:", 14) == 0 &&
        sscanf(line.c_str() + 14, " bytes %llu-", &first) == 1) {
      transfer->has_range = true;
      transfer->range_first = first;
    }
    return size * count;
  }

  static size_t OnBody(char* data, size_t size, size_t count, void* self) {
    auto* transfer = static_cast<Transfer*>(self);
    const std::string_view bytes(data, size * count);
    transfer->bytes += bytes.size();
    const int status = transfer->HttpStatus();
    if (MeaningOfHttp(status) || transfer->request.put) return bytes.size();
    if (transfer->GiveHead() && transfer->sink->OnData(bytes)) return bytes.size();
    transfer->broken_off = true;
    return 0;
  }

  int64_t Date() const {
    curl_header* date = nullptr;
    if (curl_easy_header(easy, "Date", 0, CURLH_HEADER, -1, &date) != CURLHE_OK) return 0;
    return std::max<int64_t>(0, curl_getdate(date->value, nullptr));
  }

  static size_t OnPut(char* buffer, size_t size, size_t count, void* self) {
    auto* transfer = static_cast<Transfer*>(self);
    const size_t part = std::min(size * count, transfer->request.put->size() - transfer->put_at);
    memcpy(buffer, transfer->request.put->data() + transfer->put_at, part);
    transfer->put_at += part;
    return part;
  }

  static int OnSeek(void* self, curl_off_t offset, int origin) {  // for a redirect
    if (origin != SEEK_SET) return CURL_SEEKFUNC_FAIL;
    static_cast<Transfer*>(self)->put_at = static_cast<size_t>(offset);
    return CURL_SEEKFUNC_OK;
  }

  void SetPut() {
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.put->size()));
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, OnPut);
    curl_easy_setopt(easy, CURLOPT_READDATA, this);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, OnSeek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, this);
  }

  void SetDateOnly() {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }

  void SetSchemes() {
    const bool any = request.schemes == Schemes::kAnyFile;
    const bool is_secure = strncasecmp(request.url.c_str(), "https:", 6) == 0;
    const char* const redirects = !any || request.put ? "http,https" : is_secure ? "https" : "http,https,ftp";
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
                     !any          ? "http,https"
                     : request.put ? "http,https,ftp"
                                   : "http,https,ftp,tftp");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, redirects);
    if (any) curl_easy_setopt(easy, CURLOPT_TFTP_BLKSIZE, 1428L);  // RFC 2348: what an Ethernet frame holds
  }

  TransferOutcome Outcome(CURLcode code) const {
    TransferOutcome out{.status = HttpStatus(), .bytes = bytes};
    auto meaning = MeaningOfHttp(out.status);
    if (request.put && out.status / 100 == 2) meaning.reset();  // 201 and 204 are success, too
    out.complete = code == CURLE_OK && !meaning;
    if (request.date_only) out.date = Date();
    out.broken_off = broken_off;
    out.kind = code == CURLE_OK ? meaning.value_or(ErrorKind::kUnavailable) : MeaningOfCurl(code);
    if (broken_off) {
      out.reason = "broken off";
    } else if (code != CURLE_OK) {
      // For TFTP, libcurl 7.88 writes a note into the buffer for every connection, and not the cause of the failure.
      const bool has_reason = error[0] != 0 && strncasecmp(request.url.c_str(), "tftp:", 5) != 0;
      out.reason = has_reason ? error : curl_easy_strerror(code);
    } else if (meaning) {
      out.reason = "HTTP " + std::to_string(out.status);
    }
    // A refusal by the proxy says nothing about the file.
    if (!out.complete && !broken_off && (code != CURLE_OK || out.status == 407)) out.reason += ProxyWord(request.url);
    curl_off_t value = 0;
    if (curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &value) == CURLE_OK)
      out.retry_after = std::chrono::seconds(value);
    curl_off_t sent = 0;
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &sent);
    if (curl_easy_getinfo(easy, CURLINFO_STARTTRANSFER_TIME_T, &value) == CURLE_OK)
      out.first_byte = std::chrono::microseconds(value > sent ? value - sent : 0);
    if (curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &value) == CURLE_OK)
      out.total = std::chrono::microseconds(value > sent ? value - sent : 0);
    return out;
  }
};

struct CurlTransport::State {
  CURLM* multi = nullptr;
  Patience patience;
  Credentials credentials;
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> running;
  std::vector<CURL*> idle;             // for reuse: a handle with its buffers takes some 100 KiB
  std::vector<curl_socket_t> sockets;  // of all connections
  std::unique_ptr<FileReads> files;

  static int OnSocket(void* self, curl_socket_t socket, curlsocktype) {
    static_cast<State*>(self)->sockets.push_back(socket);
    return CURL_SOCKOPT_OK;
  }
  static int OnClose(void* self, curl_socket_t socket) {
    std::erase(static_cast<State*>(self)->sockets, socket);
    return close(socket);
  }

  // A server without TCP_NODELAY holds back the last segment of an answer until the earlier ones are acknowledged
  // (RFC 896), which a receiver delays by 40 ms (RFC 1122, 4.2.3.2). Linux resets TCP_QUICKACK after a while, so it
  // is set again after every poll: tcp(7).
  void AcknowledgeNow() const {
    const int on = 1;
    for (const curl_socket_t socket : sockets) setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
  }
};

CurlTransport::CurlTransport(Patience patience, Credentials credentials) : state_(std::make_unique<State>()) {
  InitCurl();
  state_->patience = patience;
  state_->credentials = std::move(credentials);
  state_->multi = curl_multi_init();
  curl_multi_setopt(state_->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt(state_->multi, CURLMOPT_MAX_HOST_CONNECTIONS, kMaxConnections);
  curl_multi_setopt(state_->multi, CURLMOPT_MAXCONNECTS, kMaxConnections);
  state_->files = std::make_unique<FileReads>([multi = state_->multi] { curl_multi_wakeup(multi); }, patience.silence);
}

CurlTransport::~CurlTransport() {
  state_->files.reset();
  for (const auto& [easy, transfer] : state_->running) curl_multi_remove_handle(state_->multi, easy);
  state_->running.clear();
  for (CURL* easy : state_->idle) curl_easy_cleanup(easy);
  curl_multi_cleanup(state_->multi);
}

void CurlTransport::Start(const TransferRequest& request, std::shared_ptr<TransferSink> sink) {
  if (FileReads::IsFor(request.url) && !request.put) return state_->files->Start(request, std::move(sink));
  auto transfer = std::make_unique<Transfer>();
  if (state_->idle.empty()) {
    transfer->easy = curl_easy_init();
  } else {
    transfer->easy = state_->idle.back();
    state_->idle.pop_back();
    curl_easy_reset(transfer->easy);
  }
  transfer->request = request;
  transfer->sink = std::move(sink);
  CURL* const easy = transfer->easy;
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  transfer->SetSchemes();
  if (request.put) transfer->SetPut();
  if (request.date_only) transfer->SetDateOnly();
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, kMaxRedirects);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "rootstream/" ROOTSTREAM_VERSION);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // libcurl must not wait for its thread that asks a silent name server (lib/asyn-thread.c, Curl_resolver_kill): that
  // would block all other transfers. The thread frees its data when it returns.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  if (request.limit.count() > 0) curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, long{request.limit.count()});
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, State::OnSocket);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, state_.get());
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, State::OnClose);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, state_.get());
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kReceiveBuffer);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, long{state_->patience.connect.count()});
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, kLeastSpeed);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, long{state_->patience.silence.count()});
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, Transfer::OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer.get());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, Transfer::OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer.get());
  if (request.size > 0) {
    const std::string range = std::to_string(request.first) + "-" + std::to_string(request.first + request.size - 1);
    curl_easy_setopt(easy, CURLOPT_RANGE, range.c_str());
  }
  if (request.fresh) transfer->headers = curl_slist_append(nullptr, "Cache-Control: no-cache");
  // A server whose certificate is not checked gets no credentials.
  if (!request.date_only) {
    AddCredentials(easy, state_->credentials, request.url);
    for (const std::string& header : CredentialHeaders(state_->credentials, request.url))
      transfer->headers = curl_slist_append(transfer->headers, header.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
  curl_multi_add_handle(state_->multi, easy);
  state_->running.emplace(easy, std::move(transfer));
}

void CurlTransport::Poll(std::chrono::milliseconds timeout) {
  int running = 0;
  curl_multi_perform(state_->multi, &running);
  state_->AcknowledgeNow();
  int left = 0;
  bool any_done = false;
  while (const CURLMsg* message = curl_multi_info_read(state_->multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    any_done = true;
    const CURLcode code = message->data.result;
    const auto found = state_->running.find(message->easy_handle);
    const std::unique_ptr<Transfer> transfer = std::move(found->second);
    state_->running.erase(found);
    if (code == CURLE_OK && transfer->HttpStatus() == 206) transfer->GiveHead();
    const TransferOutcome outcome = transfer->Outcome(code);
    curl_multi_remove_handle(state_->multi, transfer->easy);
    state_->idle.push_back(std::exchange(transfer->easy, nullptr));
    transfer->sink->OnDone(outcome);
  }
  any_done = state_->files->Deliver(std::chrono::steady_clock::now()) || any_done;
  if (!any_done) {
    const int wait = static_cast<int>(timeout.count());
    curl_multi_poll(state_->multi, nullptr, 0, wait, nullptr);
  }
}

void CurlTransport::Wake() { curl_multi_wakeup(state_->multi); }

}  // namespace rootstream
