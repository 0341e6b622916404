#include "fusefs/mount/kernel_readahead.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>

#include "base/file_io.h"

namespace rootstream {
namespace {

// KiB; see docs/design.md
constexpr int kFar = 16;
constexpr int kNear = 128;  // the kernel's own choice for a disk
constexpr int kHigh = 512;  // while files are read sequentially
constexpr double kNearRoundTrip =
    4;  // ms; a chunk has 128 KiB on average, so a larger readahead seldom needs another chunk
constexpr double kMostlyRuns = 0.9;
constexpr double kNoLongerRuns = 0.6;

}  // namespace

int FirstReadahead(Foreknowledge known, const NetworkState& network, Tuning tuning) {
  const bool is_near = network.rtt_ms > 0 && network.rtt_ms < kNearRoundTrip;
  switch (known) {
    case Foreknowledge::kRecording:
      return kNoReadahead;
    // A superfluous page may cost a round trip and a chunk, which matters only for far servers.
    case Foreknowledge::kHotRange:
      return is_near || tuning == Tuning::kFixed ? kPageReadahead : kNoReadahead;
    case Foreknowledge::kNone:
      break;
  }
  // A client that cannot change it later starts low, since a recording may begin.
  return is_near && tuning == Tuning::kAdjustable ? kNear : kFar;
}

std::optional<int> KernelReadahead::Get() const {
  const auto text = ReadWholeFile(path_, 64);
  int kib = 0;
  if (!text.ok() || std::from_chars(text->data(), text->data() + text->size(), kib).ec != std::errc())
    return std::nullopt;
  return kib;
}

bool KernelReadahead::Set(int kib) const {
  const std::string text = std::to_string(kib);
  const auto file = OpenFile(path_, O_WRONLY | O_TRUNC | O_CLOEXEC);
  return file.ok() && write(file->get(), text.data(), text.size()) > 0;
}

void ReadaheadPolicy::HotRangeCame() {
  if (readahead_.Get() == kNoReadahead) readahead_.Set(kPageReadahead);
}

void ReadaheadPolicy::Adjust(double sequential_share, bool foreseen) {
  const bool high = !foreseen && sequential_share > (is_high_ ? kNoLongerRuns : kMostlyRuns);
  if (high == is_high_) return;
  if (high) low_ = readahead_.Get();
  if (high && low_ == kNoReadahead) return;
  if (low_) readahead_.Set(high ? kHigh : *low_);
  is_high_ = high;
}

}  // namespace rootstream
