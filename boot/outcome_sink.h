// OutcomeSink: receives a transfer of which only the outcome matters. Used on the thread that polls the transport.
#pragma once

#include <optional>

#include "cache/network/transport.h"

namespace rootstream {

class OutcomeSink : public TransferSink {
 public:
  bool OnHead(const TransferHead&) override { return true; }
  bool OnData(std::string_view) override { return true; }
  void OnDone(const TransferOutcome& outcome) override { outcome_ = outcome; }

  const std::optional<TransferOutcome>& outcome() const { return outcome_; }  // nullopt: it is under way

 private:
  std::optional<TransferOutcome> outcome_;
};

}  // namespace rootstream
