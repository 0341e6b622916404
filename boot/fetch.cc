#include "boot/fetch.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "cache/file_io.h"

namespace rootstream {
namespace {

constexpr long kConnectSeconds = 20;
constexpr long kSilenceSeconds = 30;
constexpr std::chrono::milliseconds kShownEvery{500};

struct Target {
  UniqueFd file;
  uint64_t size = 0;
  bool write_failed = false;
  std::chrono::steady_clock::time_point shown = {};
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

int OnProgress(void* self, curl_off_t total, curl_off_t now, curl_off_t, curl_off_t) {
  auto* target = static_cast<Target*>(self);
  const auto time = std::chrono::steady_clock::now();
  if (time - target->shown < kShownEvery) return 0;
  target->shown = time;
  const double mib = 1 << 20;
  if (total > 0) {
    printf("\r  %.1f of %.1f MiB ", static_cast<double>(now) / mib,
           static_cast<double>(total) / mib);
  } else {
    printf("\r  %.1f MiB ", static_cast<double>(now) / mib);
  }
  fflush(stdout);
  return 0;
}

struct CleanUp {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

}  // namespace

Status FetchFile(const std::string& url, const std::string& path) {
  const std::string part = path + ".part";
  Target target;
  RS_TRY(target.file, OpenFile(part, O_WRONLY | O_CREAT | O_TRUNC, 0600));
  const std::unique_ptr<CURL, CleanUp> easy(curl_easy_init());
  char error[CURL_ERROR_SIZE] = {};
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "http,https,ftp,tftp,file");
  curl_easy_setopt(easy.get(), CURLOPT_REDIR_PROTOCOLS_STR, "http,https,ftp");
  curl_easy_setopt(easy.get(), CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(easy.get(), CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_LOW_SPEED_TIME, kSilenceSeconds);
  curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &target);
  curl_easy_setopt(easy.get(), CURLOPT_TFTP_BLKSIZE,
                   1428L);  // RFC 2348: what an Ethernet frame holds
  if (isatty(1) != 0) {
    curl_easy_setopt(easy.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy.get(), CURLOPT_XFERINFOFUNCTION, OnProgress);
    curl_easy_setopt(easy.get(), CURLOPT_XFERINFODATA, &target);
  }
  const CURLcode code = curl_easy_perform(easy.get());
  if (target.shown.time_since_epoch().count() != 0) printf("\n");
  if (code == CURLE_OK && rename(part.c_str(), path.c_str()) == 0) return Ok();
  // With TFTP the buffer holds what libcurl 7.88 says of every such connection, and not why it
  // failed.
  const bool has_reason = error[0] != 0 && !url.starts_with("tftp:");
  const Error failure = target.write_failed || code == CURLE_OK
                            ? ErrnoError("cannot write", path)
                            : Failed(url + ": " + (has_reason ? error : curl_easy_strerror(code)));
  unlink(part.c_str());
  return failure;
}

}  // namespace rootstream
