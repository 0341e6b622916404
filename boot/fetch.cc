#include "boot/fetch.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

#include "base/file_io.h"
#include "base/progress.h"
#include "base/url_text.h"
#include "boot/outcome_sink.h"
#include "cache/network/curl_transport.h"
#include "cache/network/patience.h"
#include "format/limits.h"

namespace rootstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr CurlTransport::Patience kPatience{.connect = seconds(20), .silence = seconds(15)};
constexpr milliseconds kTick{100};

// The file that is being fetched, over all tries.
class Target {
 public:
  Target(std::string url, std::string path, UniqueFd file, const FetchLimits& limits)
      : url_(std::move(url)),
        path_(std::move(path)),
        file_(std::move(file)),
        limit_(limits.size),
        patience_(limits.patience, steady_clock::now()) {}

  Status Restart() {
    size_ = 0;
    return ftruncate(file_.get(), 0) == 0 ? Ok() : CannotWrite();
  }
  Status Append(std::string_view bytes, uint64_t total) {
    if (limit_ != 0 && bytes.size() > limit_ - size_)
      return Of(WithoutSecrets(url_), Invalid("longer than " + std::to_string(limit_) + " bytes"));
    if (!WriteFullyAt(file_.get(), bytes, size_)) return CannotWrite();
    size_ += bytes.size();
    patience_.NoteBytes(steady_clock::now(), bytes.size());
    progress_.Show(size_, total, "");
    return Ok();
  }
  Patience& patience() { return patience_; }

 private:
  Status CannotWrite() const { return ErrnoError("cannot write", path_); }

  const std::string url_;
  const std::string path_;
  UniqueFd file_;
  const uint64_t limit_;  // bytes
  uint64_t size_ = 0;     // bytes
  Patience patience_;
  Progress progress_{1};
};

// Writes the body of one transfer to the target.
class FileSink : public OutcomeSink {
 public:
  explicit FileSink(Target& target) : target_(target) {}

  bool OnHead(const TransferHead& head) override {
    total_ = head.size;
    return true;
  }
  bool OnData(std::string_view bytes) override {
    written_ = target_.Append(bytes, total_);
    return written_.ok();
  }
  const Status& written() const { return written_; }

 private:
  Target& target_;
  uint64_t total_ = 0;  // bytes
  Status written_;
};

Status Shown(const std::string& url, const TransferOutcome& outcome) {
  return outcome.complete ? Ok() : Of(WithoutSecrets(url), Error{outcome.kind, outcome.reason});
}

struct Tried {
  Status status;
  seconds retry_after{0};
};

Tried Try(Transport& transport, const TransferRequest& request, Target& target) {
  const auto sink = std::make_shared<FileSink>(target);
  transport.Start(request, sink);
  while (!sink->outcome()) {
    transport.Poll(kTick);
    if (!sink->outcome() && target.patience().IsOver(steady_clock::now()))
      return {Of(WithoutSecrets(request.url), Unavailable("the server sends too slowly, or nothing"))};
  }
  if (!sink->written().ok()) return {sink->written()};
  return {Shown(request.url, *sink->outcome()), sink->outcome()->retry_after};
}

// Tries again as long as the target's patience lasts.
Status TryPatiently(const TransferRequest& request, const Credentials& credentials, Target& target) {
  while (true) {
    CurlTransport transport(kPatience, credentials);  // a new one for each try: it ends what is under way
    const Tried tried = Try(transport, request, target);
    const auto now = steady_clock::now();
    if (tried.status.ok() || tried.status.error().kind != ErrorKind::kUnavailable) return tried.status;
    target.patience().NoteFailure(now, tried.retry_after);
    if (target.patience().IsOver(now)) return tried.status;
    std::this_thread::sleep_until(target.patience().next_try());
    RS_CHECK(target.Restart());
  }
}

}  // namespace

Status FetchFile(const std::string& url, const std::string& path, const Credentials& credentials,
                 const FetchLimits& limits) {
  const std::string part = path + ".part";
  Status status;
  {
    RS_TRY(UniqueFd file, OpenFile(part, O_WRONLY | O_CREAT | O_TRUNC, 0600));
    Target target(url, part, std::move(file), limits);
    status = TryPatiently({.url = url, .schemes = Schemes::kAnyFile}, credentials, target);
  }
  if (status.ok() && rename(part.c_str(), path.c_str()) != 0) status = ErrnoError("cannot write", path);
  if (!status.ok()) unlink(part.c_str());
  return status;
}

Status PutFile(const std::string& path, const std::string& url) {
  RS_TRY(std::string bytes, ReadWholeFile(path, kMaxProfile));
  CurlTransport transport(kPatience);
  const auto sink = std::make_shared<OutcomeSink>();
  transport.Start({.url = url, .schemes = Schemes::kAnyFile, .put = std::move(bytes)}, sink);
  while (!sink->outcome()) transport.Poll(kTick);
  return Shown(url, *sink->outcome());
}

}  // namespace rootstream
