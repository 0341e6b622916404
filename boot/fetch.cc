#include "boot/fetch.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "cache/file_io.h"
#include "cache/progress.h"
#include "format/url_text.h"

namespace rootstream {
namespace {

constexpr long kConnectSeconds = 20;
constexpr long kSilenceSeconds = 30;

struct Target {
  UniqueFd file;
  uint64_t size = 0;
  bool write_failed = false;
};

size_t OnBody(char* data, size_t size, size_t count, void* self) {
  auto* target = static_cast<Target*>(self);
  const std::string_view bytes(data, size * count);
  if (!WriteFullyAt(target->file.get(), bytes, target->size)) {
    target->write_failed = true;
    return 0;
  }
  target->size += bytes.size();
  return bytes.size();
}

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
  static_cast<Progress*>(self)->Show(static_cast<uint64_t>(now), static_cast<uint64_t>(total), "");
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
    Set(CURLOPT_FAILONERROR, 1L);
    Set(CURLOPT_NOSIGNAL, 1L);
    Set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    Set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    Set(CURLOPT_LOW_SPEED_TIME, kSilenceSeconds);
    Set(CURLOPT_ERRORBUFFER, error_);
  }
  template <typename Value>
  void Set(CURLoption option, Value value) {
    curl_easy_setopt(easy_.get(), option, value);
  }
  Status Run() {
    const CURLcode code = curl_easy_perform(easy_.get());
    if (code == CURLE_OK) return Ok();
    // With TFTP the buffer holds what libcurl 7.88 says of every such connection, and not why it
    // failed.
    const bool has_reason = error_[0] != 0 && !url_.starts_with("tftp:");
    return Failed(WithoutSecrets(url_) + ": " + (has_reason ? error_ : curl_easy_strerror(code)));
  }

 private:
  const std::string url_;
  const std::unique_ptr<CURL, CleanUp> easy_;
  char error_[CURL_ERROR_SIZE] = {};
};

}  // namespace

Status FetchFile(const std::string& url, const std::string& path) {
  const std::string part = path + ".part";
  Target target;
  RS_TRY(target.file, OpenFile(part, O_WRONLY | O_CREAT | O_TRUNC, 0600));
  Transfer transfer(url);
  transfer.Set(CURLOPT_PROTOCOLS_STR, "http,https,ftp,tftp,file");
  transfer.Set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https,ftp");
  transfer.Set(CURLOPT_WRITEFUNCTION, OnBody);
  transfer.Set(CURLOPT_WRITEDATA, &target);
  transfer.Set(CURLOPT_TFTP_BLKSIZE, 1428L);  // RFC 2348: what an Ethernet frame holds
  Progress progress(1);
  transfer.Set(CURLOPT_NOPROGRESS, 0L);
  transfer.Set(CURLOPT_XFERINFOFUNCTION, OnProgress);
  transfer.Set(CURLOPT_XFERINFODATA, &progress);
  Status status = transfer.Run();
  if (target.write_failed) status = ErrnoError("cannot write", path);
  if (status.ok() && rename(part.c_str(), path.c_str()) != 0)
    status = ErrnoError("cannot write", path);
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
