// FileReads: transfers of file:// URLs, for CurlTransport. Separate threads read the files. So a disk or file server
// that hangs does not delay other transfers, nor the end of the process: a thread that hangs is abandoned, and its
// transfer fails after the time of silence. Sinks are called only by Deliver(), on the thread of the transport.
#pragma once

#include <functional>
#include <list>
#include <memory>

#include "cache/network/network_estimate.h"
#include "cache/network/transport.h"

namespace rootstream {

class FileReads {
 public:
  // `wake` is called on any thread when Deliver() has something to do.
  FileReads(std::function<void()> wake, std::chrono::seconds silence);
  ~FileReads();

  static bool IsFor(std::string_view url) { return url.starts_with("file://"); }
  void Start(const TransferRequest& request, std::shared_ptr<TransferSink> sink);
  bool Deliver(SteadyTime now);  // true: a sink was called

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
