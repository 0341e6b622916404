#include "cache/network/file_transfer.h"

#include "cache/network/answer.h"

namespace rootstream {

FileTransfer::~FileTransfer() {
  if (!answered_) job_.Answer(Unavailable("closing"));
}

bool FileTransfer::OnHead(const TransferHead& head) { return head.status == 200; }

bool FileTransfer::OnData(std::string_view bytes) {
  received_(bytes.size());
  body_ += bytes;
  return body_.size() <= job_.file.limit;
}

void FileTransfer::OnDone(const TransferOutcome& outcome) {
  answered_ = true;
  Status status;
  if (!outcome.complete) status = Error{outcome.kind, outcome.reason};
  if (body_.size() > job_.file.limit) status = Corrupt("it is larger than it can be");
  if (outcome.status == 200 && LooksLikeWebPage(body_)) status = Unavailable(kWebPage);
  ended_(outcome, status);
  job_.Answer(status.ok() ? Result<std::string>(std::move(body_)) : status.error());
}

}  // namespace rootstream
