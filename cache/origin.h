// What is known of one web server that holds the store: is it there, when may it be asked again, and how
// fast does it deliver. Not thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <random>
#include <string>

#include "cache/line.h"

namespace rootstream {

class Origin {
 public:
  explicit Origin(std::string store_url) : store_url_(std::move(store_url)) {}

  const std::string& store_url() const { return store_url_; }
  bool is_down() const { return failures_ > 0; }
  SteadyTime down_since() const { return down_since_; }

  // A server that is down is asked by one request at a time, at growing intervals.
  bool MayAsk(SteadyTime now) const { return !is_down() || now >= next_try_; }
  void NoteAsked(SteadyTime now);
  void NoteAnswer();
  // `since`: when its last byte came. `retry_after`: what the server asked for (RFC 9110, 10.2.3).
  void NoteFailure(SteadyTime now, SteadyTime since, std::chrono::seconds retry_after);

  void NoteFirstByte(SteadyTime now, std::chrono::microseconds waited);
  void NoteBody(SteadyTime now, uint64_t bytes, std::chrono::microseconds elapsed);
  // How long it would take to have so many bytes from it; nullopt: it has not delivered of late.
  std::optional<std::chrono::microseconds> TimeFor(uint64_t bytes, SteadyTime now) const;
  int under_way = 0;  // requests

  bool serves_ranges = true;  // false once it answered 200 to a Range

 private:
  std::string store_url_;
  int failures_ = 0;  // since the last answer
  bool probing_ = false;
  SteadyTime down_since_{};
  SteadyTime next_try_{};
  std::chrono::microseconds first_byte_{0};  // smoothed; 0: not known
  // Bytes of bodies and the time they took, the older the less.
  double body_bytes_ = 0;
  double body_seconds_ = 0;
  SteadyTime delivered_{};  // when it last did
  std::minstd_rand jitter_{std::random_device{}()};
};

}  // namespace rootstream
