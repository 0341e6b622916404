// FileReads: what CurlTransport does for file:// URLs. Threads of their own read the files, so that a disk or a
// file server that hangs holds up neither the other stores nor the end of the process: a thread that hangs is left to
// itself, and its transfer fails when nothing came for the time of silence. Sinks are called by Deliver() only.
#pragma once

#include <functional>
#include <list>
#include <memory>

#include "cache/network/line.h"
#include "cache/network/transport.h"

namespace rootstream {

class FileReads {
 public:
  // `wake`: called on any thread when there is something to deliver.
  FileReads(std::function<void()> wake, std::chrono::seconds silence);
  ~FileReads();

  static bool IsFor(std::string_view url) { return url.starts_with("file://"); }
  void Start(const TransferRequest& request, std::shared_ptr<TransferSink> sink);
  bool Deliver(SteadyTime now);  // true: something was

 private:
  struct Read;
  struct Shared;
  struct UnderWay {
    std::shared_ptr<Read> read;
    std::shared_ptr<TransferSink> sink;
    SteadyTime began, last;
    uint64_t bytes = 0;
    std::chrono::microseconds first_byte{0};
  };
  bool DeliverOne(UnderWay& transfer, SteadyTime now);
  bool End(UnderWay& transfer, TransferOutcome outcome, SteadyTime now);

  const std::chrono::seconds silence_;
  std::shared_ptr<Shared> shared_;  // with the threads
  std::list<UnderWay> under_way_;
};

}  // namespace rootstream
