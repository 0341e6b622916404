// FileTransfer: one GET for one whole small file of a store, by its path.
#pragma once

#include "cache/fetcher.h"

namespace rootstream {

struct Fetcher::FileJob {
  size_t store;
  std::string path;
  size_t limit;  // bytes
  std::promise<Result<std::string>> done;
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
