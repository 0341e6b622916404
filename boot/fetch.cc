#include "boot/fetch.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <thread>

#include "base/file_io.h"
#include "base/progress.h"
#include "base/url_text.h"
#include "cache/network/answer.h"
#include "cache/network/curl_credentials.h"
#include "cache/network/patience.h"

namespace rootstream {
namespace {

constexpr long kConnectSeconds = 20;
constexpr long kSilenceSeconds = 15;
constexpr long kLeastSpeed = 400;  // bytes a second

class Transfer;

struct Target {
  explicit Target(std::chrono::milliseconds limit) : patience(limit, std::chrono::steady_clock::now()) {}

  UniqueFd file;
  const Transfer* transfer = nullptr;
  uint64_t size = 0;
  bool write_failed = false;
  Patience patience;
  Progress progress{1};
};

struct Source {
  int fd;
  uint64_t at = 0;
};

size_t OnRead(char* buffer, size_t size, size_t count, void* self) {
  auto* source = static_cast<Source*>(self);
  const int64_t got = ReadFullyAt(source->fd, {buffer, size * count}, source->at);
  if (got < 0) return CURL_READFUNC_ABORT;
  source->at += static_cast<uint64_t>(got);
  return static_cast<size_t>(got);
}

int OnSeek(void* self, curl_off_t offset, int origin) {
  if (origin != SEEK_SET) return CURL_SEEKFUNC_FAIL;
  static_cast<Source*>(self)->at = static_cast<uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

size_t IgnoreBody(char*, size_t size, size_t count, void*) { return size * count; }

int OnProgress(void* self, curl_off_t total, curl_off_t now, curl_off_t, curl_off_t) {
  auto* target = static_cast<Target*>(self);
  if (target->patience.IsOver(std::chrono::steady_clock::now())) return 1;  // it drips
  target->progress.Show(static_cast<uint64_t>(now), static_cast<uint64_t>(total), "");
  return 0;
}

struct CleanUp {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

// One transfer, with what every one of them needs.
class Transfer {
 public:
  explicit Transfer(const std::string& url) : url_(url), easy_(curl_easy_init()) {
    Set(CURLOPT_URL, url_.c_str());
    Set(CURLOPT_FOLLOWLOCATION, 1L);
    Set(CURLOPT_NOSIGNAL, 1L);
    Set(CURLOPT_QUICK_EXIT, 1L);  // as CurlTransport: no wait for a silent name server
    Set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    Set(CURLOPT_LOW_SPEED_LIMIT, kLeastSpeed);
    Set(CURLOPT_LOW_SPEED_TIME, kSilenceSeconds);
    Set(CURLOPT_ERRORBUFFER, error_);
  }
  template <typename Value>
  void Set(CURLoption option, Value value) {
    curl_easy_setopt(easy_.get(), option, value);
  }
  void Add(const Credentials& credentials) { AddCredentials(easy_.get(), credentials, url_); }
  Status Run() {
    error_[0] = 0;
    retry_after_ = std::chrono::seconds(0);
    const CURLcode code = curl_easy_perform(easy_.get());
    const int status = HttpStatus();
    const bool is_http = url_.starts_with("http");
    if (code == CURLE_OK && (!is_http || (status >= 200 && status < 300))) return Ok();
    const std::string shown = WithoutSecrets(url_) + ": ";
    curl_off_t wait = 0;
    if (curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &wait) == CURLE_OK)
      retry_after_ = std::chrono::seconds(wait);
    if (code == CURLE_OK)
      return Error{MeaningOfHttp(status).value_or(ErrorKind::kUnavailable), shown + "HTTP " + std::to_string(status)};
    // With TFTP the buffer holds what libcurl 7.88 says of every such connection, and not why it
    // failed.
    const bool has_reason = error_[0] != 0 && !url_.starts_with("tftp:");
    return Error{MeaningOfCurl(code), shown + (has_reason ? error_ : curl_easy_strerror(code))};
  }
  std::chrono::seconds retry_after() const { return retry_after_; }
  // False: what comes is what the server says of its trouble.
  bool IsContent() const {
    const int status = HttpStatus();
    return !url_.starts_with("http") || (status >= 200 && status < 300);
  }

 private:
  int HttpStatus() const {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
  }

  const std::string url_;
  const std::unique_ptr<CURL, CleanUp> easy_;
  std::chrono::seconds retry_after_{0};
  char error_[CURL_ERROR_SIZE] = {};
};

size_t OnBody(char* data, size_t size, size_t count, void* self) {
  auto* target = static_cast<Target*>(self);
  const std::string_view bytes(data, size * count);
  if (!target->transfer->IsContent()) return bytes.size();
  if (!WriteFullyAt(target->file.get(), bytes, target->size)) {
    target->write_failed = true;
    return 0;
  }
  target->size += bytes.size();
  target->patience.NoteBytes(std::chrono::steady_clock::now(), bytes.size());
  return bytes.size();
}

// As often as the patience with the server has it.
Status RunPatiently(Transfer& transfer, Target& target) {
  while (true) {
    const Status status = transfer.Run();
    const auto now = std::chrono::steady_clock::now();
    if (status.ok() || status.error().kind != ErrorKind::kUnavailable) return status;
    target.patience.NoteFailure(now, transfer.retry_after());
    if (target.patience.IsOver(now)) return status;
    std::this_thread::sleep_until(target.patience.next_try());
    target.size = 0;  // from the start
    if (ftruncate(target.file.get(), 0) != 0) return Failed("cannot write what comes");
  }
}

}  // namespace

Status FetchFile(const std::string& url, const std::string& path, const Credentials& credentials,
                 std::chrono::milliseconds patience) {
  const std::string part = path + ".part";
  Target target(patience);
  RS_TRY(target.file, OpenFile(part, O_WRONLY | O_CREAT | O_TRUNC, 0600));
  Transfer transfer(url);
  target.transfer = &transfer;
  transfer.Add(credentials);
  transfer.Set(CURLOPT_PROTOCOLS_STR, "http,https,ftp,tftp,file");
  // Who asks over TLS is not led to an address where anybody on the way can answer.
  const bool is_secret = strncasecmp(url.c_str(), "https:", 6) == 0;
  transfer.Set(CURLOPT_REDIR_PROTOCOLS_STR, is_secret ? "https" : "http,https,ftp");
  transfer.Set(CURLOPT_WRITEFUNCTION, OnBody);
  transfer.Set(CURLOPT_WRITEDATA, &target);
  transfer.Set(CURLOPT_TFTP_BLKSIZE, 1428L);  // RFC 2348: what an Ethernet frame holds
  transfer.Set(CURLOPT_NOPROGRESS, 0L);
  transfer.Set(CURLOPT_XFERINFOFUNCTION, OnProgress);
  transfer.Set(CURLOPT_XFERINFODATA, &target);
  Status status = RunPatiently(transfer, target);
  target.progress.End();
  if (target.write_failed) status = ErrnoError("cannot write", path);
  if (status.ok() && rename(part.c_str(), path.c_str()) != 0) status = ErrnoError("cannot write", path);
  if (!status.ok()) unlink(part.c_str());
  return status;
}

Status PutFile(const std::string& path, const std::string& url) {
  RS_TRY(const UniqueFd file, OpenFile(path, O_RDONLY | O_CLOEXEC));
  struct stat st = {};
  if (fstat(file.get(), &st) != 0) return ErrnoError("cannot read", path);
  Source source{file.get()};
  Transfer transfer(url);
  transfer.Set(CURLOPT_PROTOCOLS_STR, "http,https,ftp");
  transfer.Set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  transfer.Set(CURLOPT_UPLOAD, 1L);
  transfer.Set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(st.st_size));
  transfer.Set(CURLOPT_READFUNCTION, OnRead);
  transfer.Set(CURLOPT_READDATA, &source);
  transfer.Set(CURLOPT_SEEKFUNCTION, OnSeek);  // for a redirection
  transfer.Set(CURLOPT_SEEKDATA, &source);
  transfer.Set(CURLOPT_WRITEFUNCTION, IgnoreBody);
  return transfer.Run();
}

}  // namespace rootstream
