// FileTransfer: one GET for one whole small file of a store, by its path. Used by the network thread alone.
#pragma once

#include "cache/network/store_files.h"
#include "cache/network/transport.h"

namespace rootstream {

class FileTransfer : public TransferSink {
 public:
  // What a transfer is for. It is answered exactly once.
  struct Job {
    size_t store;
    StoreFiles::Asked file;
    std::string shown;  // its URL, for messages
    StoreFiles::FileWaiter waiter;

    void Answer(Result<std::string> result) const {
      waiter(result.ok() ? std::move(result) : Of(shown, result.error()));
    }
  };
  using Received = std::function<void(uint64_t bytes)>;
  using Ended = std::function<void(const TransferOutcome& outcome, const Status& status)>;

  // `ended` is called before the answer is given.
  FileTransfer(Job job, Received received, Ended ended)
      : job_(std::move(job)), received_(std::move(received)), ended_(std::move(ended)) {}
  ~FileTransfer() override;  // answers a transfer that never ended

  bool OnHead(const TransferHead& head) override;
  bool OnData(std::string_view bytes) override;
  void OnDone(const TransferOutcome& outcome) override;

 private:
  const Job job_;
  const Received received_;
  const Ended ended_;
  std::string body_;
  bool answered_ = false;
};

}  // namespace rootstream
