#include "boot/fetch.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <thread>

#include "base/file_io.h"
#include "base/progress.h"
#include "base/url_text.h"
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
  Target(UniqueFd file, milliseconds limit) : file_(std::move(file)), patience_(limit, steady_clock::now()) {}

  Status Restart() {
    size_ = 0;
    return ftruncate(file_.get(), 0) == 0 ? Ok() : ErrnoError("cannot write", "what comes");
  }
  bool Append(std::string_view bytes, uint64_t total) {
    if (!WriteFullyAt(file_.get(), bytes, size_)) return false;
    size_ += bytes.size();
    patience_.NoteBytes(steady_clock::now(), bytes.size());
    progress_.Show(size_, total, "");
    return true;
  }
  Patience& patience() { return patience_; }

 private:
  UniqueFd file_;
  uint64_t size_ = 0;  // bytes
  Patience patience_;
  Progress progress_{1};
};

// Receives one transfer. `target` is null for a PUT, whose answer is ignored.
class Sink : public TransferSink {
 public:
  explicit Sink(Target* target) : target_(target) {}

  bool OnHead(const TransferHead& head) override {
    total_ = head.size;
    return true;
  }
  bool OnData(std::string_view bytes) override {
    const bool written = target_ == nullptr || target_->Append(bytes, total_);
    if (!written) problem_ = ErrnoError("cannot write", "what comes");
    return written;
  }
  void OnDone(const TransferOutcome& outcome) override { outcome_ = outcome; }

  const std::optional<TransferOutcome>& outcome() const { return outcome_; }
  Status result() const {
    if (!problem_.ok() || outcome_->complete) return problem_;
    return Error{outcome_->kind, outcome_->reason};
  }

 private:
  Target* const target_;
  uint64_t total_ = 0;
  Status problem_;
  std::optional<TransferOutcome> outcome_;
};

struct Tried {
  Status status;
  seconds retry_after{0};
};

// Tries once. With a target, its patience limits the time.
Tried Try(Transport& transport, const TransferRequest& request, Target* target) {
  const auto sink = std::make_shared<Sink>(target);
  transport.Start(request, sink);
  while (!sink->outcome()) {
    transport.Poll(kTick);
    if (target != nullptr && !sink->outcome() && target->patience().IsOver(steady_clock::now()))
      return {Unavailable("the server sends too slowly, or nothing")};
  }
  return {sink->result(), sink->outcome()->retry_after};
}

// Tries again as long as the target's patience lasts.
Status TryPatiently(const TransferRequest& request, const Credentials& credentials, Target& target) {
  while (true) {
    CurlTransport transport(kPatience, credentials);  // a new one for each try: it ends what is under way
    const Tried tried = Try(transport, request, &target);
    const auto now = steady_clock::now();
    if (tried.status.ok() || tried.status.error().kind != ErrorKind::kUnavailable) return tried.status;
    target.patience().NoteFailure(now, tried.retry_after);
    if (target.patience().IsOver(now)) return tried.status;
    std::this_thread::sleep_until(target.patience().next_try());
    RS_CHECK(target.Restart());
  }
}

Status Shown(const std::string& url, const Status& status) {
  return status.ok() ? status : Status(Of(WithoutSecrets(url), status.error()));
}

}  // namespace

Status FetchFile(const std::string& url, const std::string& path, const Credentials& credentials,
                 milliseconds patience) {
  const std::string part = path + ".part";
  Status status;
  {
    RS_TRY(UniqueFd file, OpenFile(part, O_WRONLY | O_CREAT | O_TRUNC, 0600));
    Target target(std::move(file), patience);
    status = Shown(url, TryPatiently({.url = url, .schemes = Schemes::kAnyFile}, credentials, target));
  }
  if (status.ok() && rename(part.c_str(), path.c_str()) != 0) status = ErrnoError("cannot write", path);
  if (!status.ok()) unlink(part.c_str());
  return status;
}

Status PutFile(const std::string& path, const std::string& url) {
  RS_TRY(std::string bytes, ReadWholeFile(path, kMaxProfile));
  CurlTransport transport(kPatience);
  return Shown(url,
               Try(transport, {.url = url, .schemes = Schemes::kAnyFile, .put = std::move(bytes)}, nullptr).status);
}

}  // namespace rootstream
