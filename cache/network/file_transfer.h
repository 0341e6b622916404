// FileTransfer: one GET for one whole small file of a store, by its path.
#pragma once

#include "cache/network/fetcher.h"

namespace rootstream {

struct Fetcher::FileJob {
  size_t store;
  FileAsked file;
  std::string shown;  // its URL, for a person
  FileWaiter waiter;

  void Answer(Result<std::string> result) {
    if (!result.ok()) result = Of(shown, result.error());
    waiter(std::move(result));
  }
};

class Fetcher::FileTransfer : public TransferSink {
 public:
  FileTransfer(Fetcher& fetcher, std::shared_ptr<FileJob> job);
  ~FileTransfer() override;  // a transfer that never ended answers, too

  bool OnHead(const TransferHead& head) override;
  bool OnData(std::string_view bytes) override;
  void OnDone(const TransferOutcome& outcome) override;

 private:
  Fetcher& fetcher_;
  std::shared_ptr<FileJob> job_;
  std::string body_;
  bool answered_ = false;
};

}  // namespace rootstream
