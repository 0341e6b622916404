#include "fusefs/commands/probe.h"

#include <optional>

namespace rootstream {
namespace {

constexpr std::chrono::milliseconds kLimit{20'000}, kTick{100};

class BodySink : public TransferSink {
 public:
  explicit BodySink(size_t most) : most_(most) {}

  bool OnHead(const TransferHead& head) override {
    answer_.is_part = head.status == 206;
    return true;
  }
  bool OnData(std::string_view bytes) override {
    answer_.body.append(bytes.substr(0, most_ - answer_.body.size()));
    return answer_.body.size() < most_;
  }
  void OnDone(const TransferOutcome& outcome) override {
    answer_.outcome = outcome;
    is_done_ = true;
  }

  bool is_done() const { return is_done_; }
  ProbeAnswer Take() { return std::move(answer_); }

 private:
  const size_t most_;
  ProbeAnswer answer_;
  bool is_done_ = false;
};

}  // namespace

ProbeAnswer Probe::Ask(TransferRequest request, size_t most) {
  request.limit = kLimit;
  const auto sink = std::make_shared<BodySink>(most);
  transport_.Start(request, sink);
  while (!sink->is_done()) transport_.Poll(kTick);
  return sink->Take();
}

}  // namespace rootstream
