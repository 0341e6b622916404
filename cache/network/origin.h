// What is known of one web server that holds the store: is it there, when may it be asked again, and how
// fast does it deliver. Not thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/url_text.h"
#include "cache/network/line.h"
#include "cache/network/patience.h"

namespace rootstream {

class Origin {
 public:
  // `limit`: of the operations that use it, for its delays; see Patience.
  explicit Origin(std::string store_url, std::optional<std::chrono::milliseconds> limit = std::nullopt)
      : store_url_(std::move(store_url)), patience_(limit, {}) {}

  const std::string& store_url() const { return store_url_; }  // with its secrets
  std::string UrlOf(std::string_view path) const { return UrlBelow(store_url_, path); }
  std::string Shown(std::string_view path) const { return WithoutSecrets(UrlOf(path)); }
  bool is_down() const { return patience_.failures() > 0; }
  SteadyTime down_since() const { return down_since_; }

  // A server that is down is asked by one request at a time, at growing intervals.
  bool MayAsk(SteadyTime now) const { return !is_down() || (now >= next_try_ && now >= patience_.next_try()); }
  void NoteAsked(SteadyTime now);
  void NoteAnswer(SteadyTime now);
  // `since`: when its last byte came. `retry_after`: what the server asked for (RFC 9110, 10.2.3).
  void NoteFailure(SteadyTime now, SteadyTime since, std::chrono::seconds retry_after);

  void NoteFirstByte(SteadyTime now, std::chrono::microseconds waited);
  void NoteBody(SteadyTime now, uint64_t bytes, std::chrono::microseconds elapsed);
  // How long it would take to have so many bytes from it; nullopt: it has not delivered of late.
  std::optional<std::chrono::microseconds> TimeFor(uint64_t bytes, SteadyTime now) const;
  bool HasDelivered(SteadyTime since) const { return delivered_ >= since; }
  int under_way = 0;  // requests

  // False for a while after it sent a whole pack, with the right bytes, where part of it was asked for.
  bool ServesRanges(SteadyTime now) const { return now >= ranges_again_; }
  void NoteNoRanges(SteadyTime now) { ranges_again_ = now + kNoRangesFor; }
  static constexpr std::chrono::minutes kNoRangesFor{5};

  // It has been asked, and no byte of an answer came for longer than that should take: others go first.
  bool is_silent = false;
  std::string last_reason;  // of the last failure, for a person

 private:
  std::string store_url_;
  SteadyTime ranges_again_{};
  Patience patience_;
  bool probing_ = false;
  SteadyTime down_since_{};
  SteadyTime next_try_{};                    // while one request finds out
  std::chrono::microseconds first_byte_{0};  // smoothed; 0: not known
  // Bytes of bodies and the time they took, the older the less.
  double body_bytes_ = 0;
  double body_seconds_ = 0;
  SteadyTime delivered_{};  // when it last did
};

}  // namespace rootstream
