#include "server-tools/downloads.h"

#include <algorithm>

#include "chunker/source.h"

namespace rootstream {
namespace {

using std::chrono::steady_clock;

constexpr int kMaxTransfers = 6;
constexpr int kMaxCorrupt = 2;  // of one file
constexpr int kMaxFutile = 5;   // answers, one after another, that brought no new byte
constexpr auto kTick = std::chrono::milliseconds(50);

bool IsAnswer(const TransferOutcome& outcome) {
  return outcome.status == 200 || outcome.status == 206;
}

bool IsRefused(const TransferOutcome& outcome) {
  const int status = outcome.status;
  const bool later = status == 408 || status == 425 || status == 429;
  return outcome.missing || (status >= 400 && status < 500 && !later);
}

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

  Result<TransferRequest> Begin(const std::string& store_url) {
    RS_TRY(position_, download_->Begin());
    // A file on a disk is as quickly read again, and curl does not say where its end is.
    if (position_ >= download_->limit() || (position_ > 0 && store_url.starts_with("file:")))
      RS_CHECK(Restart());
    best_ = std::max(best_, position_);
    progressed_ = false;
    TransferRequest request{.url = store_url + "/" + path(), .first = position_};
    if (position_ > 0) request.size = download_->limit() - position_;
    // A ref is the one file that changes, and small; packs may come from a cache while they are
    // good.
    request.fresh = corrupt_ > 0 || path().starts_with("images/");
    return request;
  }

  Status Continue(uint64_t first) {
    if (first == position_) return Ok();
    return first == 0 ? Restart() : Corrupt("the server sent another part of it");
  }

  Status Take(std::string_view bytes) {
    if (position_ + bytes.size() > download_->limit())
      return Corrupt("it is larger than it can be");
    RS_CHECK(download_->Take(bytes));
    position_ += bytes.size();
    if (position_ > best_) progressed_ = true;
    best_ = std::max(best_, position_);
    return Ok();
  }

  Status Finish() { return download_->Finish(); }
  Status Restart() {
    position_ = 0;
    return download_->Restart();
  }
  bool MayBeCorruptOnceMore() { return ++corrupt_ < kMaxCorrupt; }
  bool MayBeFutileOnceMore() { return progressed_ ? (futile_ = 0, true) : ++futile_ < kMaxFutile; }

 private:
  std::shared_ptr<Download> download_;
  std::optional<Status> end_;
  uint64_t position_ = 0;    // of the next byte
  uint64_t best_ = 0;        // the highest position so far, in any attempt
  bool progressed_ = false;  // in this attempt
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
    owner_.origin_.NoteAnswer();
    owner_.bytes_ += bytes.size();
    problem_ = job_->Take(bytes);
    return problem_.ok();
  }

  void OnDone(const TransferOutcome& outcome) override {
    --owner_.running_;
    if (problem_.ok() && outcome.complete) problem_ = job_->Finish();
    if (outcome.complete) owner_.origin_.NoteAnswer();
    if (problem_.ok() && outcome.complete) {
      job_->End(Ok());
    } else if (problem_.ok()) {
      owner_.Note(job_, outcome);
    } else if (problem_.error().kind == ErrorKind::kCorrupt) {
      owner_.origin_.NoteAnswer();
      owner_.TryAgain(job_, problem_.error());
    } else {
      job_->End(problem_);
    }
  }

 private:
  Downloads& owner_;
  const JobPtr job_;
  Status problem_;  // of this attempt, on this side of the line
};

Downloads::Downloads(Transport& transport, std::string store_url, std::chrono::seconds patience,
                     std::function<void(uint64_t bytes)> tell)
    : transport_(transport),
      origin_(std::move(store_url)),
      patience_(patience),
      tell_(std::move(tell)) {}

Downloads::~Downloads() = default;

Downloads::JobPtr Downloads::Add(std::shared_ptr<Download> download) {
  queue_.push_back(std::make_shared<Job>(std::move(download)));
  return queue_.back();
}

Status Downloads::Await(const JobPtr& job) {
  if (const auto queued = std::find(queue_.begin(), queue_.end(), job); queued != queue_.end())
    std::rotate(queue_.begin(), queued, queued + 1);
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
  if (origin_.is_down() && now - origin_.down_since() > patience_)
    return Unavailable(store_url() + ": no answer for too long: " + last_reason_);
  while (running_ < kMaxTransfers && !queue_.empty() && origin_.MayAsk(now)) StartNext();
  transport_.Poll(kTick);
  tell_(bytes_);
  return Ok();
}

void Downloads::StartNext() {
  const JobPtr job = queue_.front();
  queue_.pop_front();
  const auto request = job->Begin(store_url());
  if (!request.ok()) return job->End(request.error());
  origin_.NoteAsked(steady_clock::now());
  ++running_;
  transport_.Start(*request, std::make_shared<Sink>(*this, job));
}

// It did not come whole, and that is the other side's doing.
void Downloads::Note(const JobPtr& job, const TransferOutcome& outcome) {
  const Error error = Unavailable(store_url() + "/" + job->path() + ": " + outcome.reason);
  if (outcome.status == 416) {  // what is there is not a beginning of it
    origin_.NoteAnswer();
    return TryAgain(job, Corrupt(error.message));
  }
  if (IsRefused(outcome)) {
    origin_.NoteAnswer();
    return job->End(Missing(error.message));
  }
  if (IsAnswer(outcome) && !job->MayBeFutileOnceMore()) return job->End(Corrupt(error.message));
  const auto now = steady_clock::now();
  origin_.NoteFailure(now, now, outcome.retry_after);
  last_reason_ = outcome.reason;
  queue_.push_front(job);
}

void Downloads::TryAgain(const JobPtr& job, const Error& error) {
  if (!job->MayBeCorruptOnceMore()) return job->End(error);
  const Status restarted = job->Restart();
  if (!restarted.ok()) return job->End(restarted);
  queue_.push_front(job);
}

}  // namespace rootstream
