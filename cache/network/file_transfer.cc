#include "cache/network/file_transfer.h"

#include "cache/network/answer.h"

namespace rootstream {

Fetcher::FileTransfer::FileTransfer(Fetcher& fetcher, std::shared_ptr<FileJob> job)
    : fetcher_(fetcher), job_(std::move(job)) {}

Fetcher::FileTransfer::~FileTransfer() {
  if (!answered_) job_->Answer(Unavailable("closing"));
}

bool Fetcher::FileTransfer::OnHead(const TransferHead& head) { return head.status == 200; }

bool Fetcher::FileTransfer::OnData(std::string_view bytes) {
  fetcher_.counters_.wire_bytes += bytes.size();
  body_ += bytes;
  return body_.size() <= job_->file.limit;
}

void Fetcher::FileTransfer::OnDone(const TransferOutcome& outcome) {
  const auto now = std::chrono::steady_clock::now();
  answered_ = true;
  const bool too_large = body_.size() > job_->file.limit;
  Status status;
  if (!outcome.complete) status = Error{outcome.kind, outcome.reason};
  if (too_large) status = Corrupt("it is larger than it can be");
  if (outcome.status == 200 && LooksLikeWebPage(body_)) status = Unavailable(kWebPage);
  {
    const Lock lock(fetcher_.mutex_);
    fetcher_.NoteOutcome(outcome);
    --fetcher_.transfers_;
    Origin& origin = fetcher_.origins_[job_->store];
    if (!status.ok() && status.error().kind == ErrorKind::kUnavailable) {
      origin.NoteFailure(now, now, outcome.retry_after);
      origin.last_reason = job_->shown + ": " + status.error().message;
    } else {
      origin.NoteAnswer(now);
    }
  }
  job_->Answer(status.ok() ? Result<std::string>(std::move(body_)) : status.error());
}

}  // namespace rootstream
