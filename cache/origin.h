// What is known of one web server that holds the store: is it there, and when may it be asked again.
#pragma once

#include <chrono>
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

  bool serves_ranges = true;  // false once it answered 200 to a Range

 private:
  std::string store_url_;
  int failures_ = 0;  // since the last answer
  bool probing_ = false;
  SteadyTime down_since_{};
  SteadyTime next_try_{};
  std::minstd_rand jitter_{std::random_device{}()};
};

}  // namespace rootstream
