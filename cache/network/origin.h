// Origin: the state of one web server that holds the store: whether it is up, when it may be asked again, and how fast
// it delivers. Not thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/url_text.h"
#include "cache/network/network_estimate.h"
#include "cache/network/patience.h"

namespace rootstream {

class Origin {
 public:
  // `limit`: the time limit of operations that use it; see Patience.
  explicit Origin(std::string store_url, std::optional<std::chrono::milliseconds> limit = std::nullopt)
      : store_url_(std::move(store_url)), patience_(limit, {}) {}

  const std::string& store_url() const { return store_url_; }  // with its secrets
  std::string UrlOf(std::string_view path) const { return UrlBelow(store_url_, path); }
  std::string Shown(std::string_view path) const { return WithoutSecrets(UrlOf(path)); }
  bool is_down() const { return patience_.failures() > 0; }
  SteadyTime down_since() const { return down_since_; }

  // A server that is down gets one request at a time, at growing intervals.
  bool MayAsk(SteadyTime now) const { return !is_down() || (now >= next_try_ && now >= patience_.next_try()); }
  void NoteAsked(SteadyTime now);
  void NoteAnswer(SteadyTime now);
  // `since`: time of its last byte. `retry_after`: the Retry-After of its answer (RFC 9110, 10.2.3); 0: none.
  void NoteFailure(SteadyTime now, SteadyTime since, std::chrono::seconds retry_after);

  void NoteFirstByte(SteadyTime now, std::chrono::microseconds waited);
  void NoteBody(SteadyTime now, uint64_t bytes, std::chrono::microseconds elapsed);
  // Estimated time to get `bytes` from it; nullopt: it has not delivered anything recently.
  std::optional<std::chrono::microseconds> TimeFor(uint64_t bytes, SteadyTime now) const;
  bool HasDelivered(SteadyTime since) const { return delivered_ >= since; }
  int under_way = 0;  // running requests

  // False for kNoRangesFor after it answered a Range request with the whole, correct pack.
  bool ServesRanges(SteadyTime now) const { return now >= ranges_again_; }
  void NoteNoRanges(SteadyTime now) { ranges_again_ = now + kNoRangesFor; }
  static constexpr std::chrono::minutes kNoRangesFor{5};

  // It was asked, and no byte of an answer came for longer than usual. Other origins are preferred.
  bool is_silent = false;
  std::string last_reason;  // message of its last failure

 private:
  std::string store_url_;
  SteadyTime ranges_again_{};
  Patience patience_;
  bool probing_ = false;
  SteadyTime down_since_{};
  SteadyTime next_try_{};                    // while one request tests it
  std::chrono::microseconds first_byte_{0};  // smoothed; 0: unknown
  // Recently received bytes and the time they took; older ones count less.
  double body_bytes_ = 0;
  double body_seconds_ = 0;
  SteadyTime delivered_{};  // last bytes
};

}  // namespace rootstream
