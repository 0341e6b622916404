#include "server-tools/downloads.h"

#include <algorithm>

#include "base/interrupt.h"
#include "cache/network/answer.h"

namespace rootstream {
namespace {

using std::chrono::steady_clock;

constexpr int kMaxTransfers = 6;
constexpr int kMaxCorrupt = 2;  // of one file
constexpr int kMaxFutile = 5;   // consecutive answers without a new byte
constexpr auto kSilence =
    std::chrono::seconds(5);  // longer than a slow connection needs to make progress as Patience defines it
constexpr auto kTick = std::chrono::milliseconds(50);

class SmallFile : public Download {
 public:
  SmallFile(std::string path, size_t limit) : path_(std::move(path)), limit_(limit) {}
  const std::string& path() const override { return path_; }
  uint64_t limit() const override { return limit_; }
  Result<uint64_t> Begin() override { return bytes_.clear(), uint64_t{0}; }
  Status Restart() override { return bytes_.clear(), Ok(); }
  Status Take(std::string_view bytes) override { return bytes_ += bytes, Ok(); }
  Status Finish() override { return Ok(); }
  const std::string& bytes() const { return bytes_; }

 private:
  const std::string path_;
  const size_t limit_;
  std::string bytes_;
};

}  // namespace

class Downloads::Job {
 public:
  explicit Job(std::shared_ptr<Download> download) : download_(std::move(download)) {}

  const std::string& path() const { return download_->path(); }
  const std::optional<Status>& end() const { return end_; }
  void End(Status status) {
    end_ = std::move(status);
    download_.reset();  // and with it its open file
  }

  Result<TransferRequest> Begin(const Origin& origin) {
    RS_TRY(position_, download_->Begin());
    // Reading a file on a disk again is fast, and curl does not report where it ended.
    if (position_ >= download_->limit() || (position_ > 0 && origin.store_url().starts_with("file:")))
      RS_CHECK(Restart());
    best_ = std::max(best_, position_);
    progressed_ = false;
    TransferRequest request{.url = origin.UrlOf(path()), .first = position_};
    if (position_ > 0) request.size = download_->limit() - position_;
    // A ref is the one file that changes, and small; packs may come from a cache while they are
    // good.
    request.fresh = corrupt_ > 0 || path().starts_with("images/");
    return request;
  }

  Status Continue(uint64_t first) {
    begins_anew_ = first == 0 && position_ > 0;
    return first == position_ || begins_anew_ ? Ok() : Corrupt("the server sent another part of it");
  }

  Status Take(std::string_view bytes) {
    // The first bytes show it; a login page in smaller parts is found by its hash at the end.
    if ((position_ == 0 || begins_anew_) && LooksLikeWebPage(bytes)) return Unavailable(kWebPage);
    if (begins_anew_) RS_CHECK(Restart());
    if (position_ + bytes.size() > download_->limit()) return Corrupt("it is larger than it can be");
    RS_CHECK(download_->Take(bytes));
    position_ += bytes.size();
    if (position_ > best_) progressed_ = true;
    best_ = std::max(best_, position_);
    return Ok();
  }

  Status Finish() {
    if (begins_anew_) RS_CHECK(Restart());  // with nothing
    return download_->Finish();
  }
  Status Restart() {
    begins_anew_ = false;
    position_ = 0;
    return download_->Restart();
  }
  bool MayBeCorruptOnceMore() { return ++corrupt_ < kMaxCorrupt; }
  bool MayBeFutileOnceMore() { return progressed_ ? (futile_ = 0, true) : ++futile_ < kMaxFutile; }

 private:
  std::shared_ptr<Download> download_;
  std::optional<Status> end_;
  uint64_t position_ = 0;     // of the next byte
  uint64_t best_ = 0;         // the highest position of all attempts
  bool progressed_ = false;   // in this attempt
  bool begins_anew_ = false;  // the server sends all of it, where the rest was asked for
  int corrupt_ = 0, futile_ = 0;
};

class Downloads::Sink : public TransferSink {
 public:
  Sink(Downloads& owner, JobPtr job) : owner_(owner), job_(std::move(job)) {}

  bool OnHead(const TransferHead& head) override {
    problem_ = job_->Continue(head.first);
    return problem_.ok();
  }

  bool OnData(std::string_view bytes) override {
    const auto now = steady_clock::now();
    problem_ = job_->Take(bytes);
    if (!problem_.ok()) return false;
    owner_.origin_.NoteAnswer(now);
    owner_.patience_.NoteBytes(now, bytes.size());
    owner_.bytes_ += bytes.size();
    return true;
  }

  void OnDone(const TransferOutcome& outcome) override {
    --owner_.running_;
    if (problem_.ok() && outcome.complete) problem_ = job_->Finish();
    if (problem_.ok() && !outcome.complete) problem_ = Error{outcome.kind, outcome.reason};
    owner_.Note(job_, problem_, outcome);
  }

 private:
  Downloads& owner_;
  const JobPtr job_;
  Status problem_;  // why this attempt failed on this machine
};

Downloads::Downloads(Transport& transport, std::string store_url, std::chrono::seconds limit,
                     std::function<void(uint64_t bytes)> tell)
    : transport_(transport),
      origin_(std::move(store_url), limit),
      patience_(limit, steady_clock::now()),
      tell_(std::move(tell)) {}

Downloads::~Downloads() = default;

Downloads::JobPtr Downloads::Add(std::shared_ptr<Download> download) {
  queue_.push_back(std::make_shared<Job>(std::move(download)));
  return queue_.back();
}

Status Downloads::Await(const JobPtr& job) {
  if (const auto queued = std::find(queue_.begin(), queue_.end(), job); queued != queue_.end())
    std::rotate(queue_.begin(), queued, queued + 1);
  if (running_ == 0) patience_.NoteProgress(steady_clock::now());  // nothing could arrive before the wait
  while (!job->end()) RS_CHECK(Step());
  return *job->end();
}

Result<std::string> Downloads::GetFile(const std::string& path, size_t limit) {
  const auto file = std::make_shared<SmallFile>(path, limit);
  RS_CHECK(Await(Add(file)));
  return file->bytes();
}

Status Downloads::Step() {
  if (WasInterrupted()) return Failed("interrupted");
  const auto now = steady_clock::now();
  if (patience_.IsOver(now)) return TooLong();
  while (running_ < kMaxTransfers && !queue_.empty() && origin_.MayAsk(now)) StartNext();
  transport_.Poll(kTick);
  tell_(bytes_);
  return Ok();
}

void Downloads::StartNext() {
  const JobPtr job = queue_.front();
  queue_.pop_front();
  const auto request = job->Begin(origin_);
  if (!request.ok()) return job->End(request.error());
  origin_.NoteAsked(steady_clock::now());
  ++running_;
  transport_.Start(*request, std::make_shared<Sink>(*this, job));
}

// What becomes of a file by its last attempt.
void Downloads::Note(const JobPtr& job, const Status& attempt, const TransferOutcome& outcome) {
  const auto now = steady_clock::now();
  if (attempt.ok()) {
    origin_.NoteAnswer(now);
    patience_.NoteProgress(now);
    return job->End(Ok());
  }
  const Error error = Of(origin_.Shown(job->path()), attempt.error());
  switch (error.kind) {
    case ErrorKind::kUnavailable:
      break;
    case ErrorKind::kCorrupt:  // 416, too: the existing bytes are not a beginning of the file
      origin_.NoteAnswer(now);
      return TryAgain(job, error);
    case ErrorKind::kMissing:
    case ErrorKind::kRefused:
      origin_.NoteAnswer(now);
      patience_.NoteProgress(now);
      return job->End(error);
    default:  // on this machine
      return job->End(attempt);
  }
  const bool broke_off = !MeaningOfHttp(outcome.status) && !outcome.broken_off;
  if (broke_off && !job->MayBeFutileOnceMore()) return job->End(Corrupt(error.message));
  origin_.NoteFailure(now, now, outcome.retry_after);
  origin_.last_reason = error.message;
  queue_.push_front(job);
}

std::string Downloads::hindrance() const {
  if (origin_.is_down()) return "waiting: " + origin_.last_reason;
  if (steady_clock::now() - patience_.last_progress() < kSilence) return "";
  return "waiting: nothing comes from " + origin_.Shown("");
}

Error Downloads::TooLong() const {
  const std::string& reason = origin_.last_reason;
  return Unavailable(reason.empty() ? origin_.Shown("") + ": it sends too slowly, or nothing"
                                    : "no answer for too long: " + reason);
}

void Downloads::TryAgain(const JobPtr& job, const Error& error) {
  if (!job->MayBeCorruptOnceMore()) return job->End(error);
  const Status restarted = job->Restart();
  if (!restarted.ok()) return job->End(restarted);
  queue_.push_front(job);
}

}  // namespace rootstream
