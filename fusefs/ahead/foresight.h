// Foresight: measures whether programs read what the profile of the image predicts. Everything that fetches ahead uses
// this signal to decide how far to go, and all thresholds of the signal are here. Thread-safe.
#pragma once

#include <atomic>
#include <unordered_set>

#include "base/recent_share.h"
#include "format/id.h"

namespace rootstream {

class Foresight {
 public:
  // Announces that the image has a hot range; its objects will follow.
  void ExpectObjects() { has_range_ = true; }
  // Sets the objects of the hot range. Called once.
  void SetObjects(std::unordered_set<Id, IdHash> objects);

  // True if a content chunk is in the hot range; false until SetObjects().
  bool IsHot(const Id& chunk) const;
  // True if an object is in the hot range, or if that is not known yet.
  bool MayForesee(const Id& object) const;

  // A content chunk was read. Returns true if FitsReads() changed.
  bool NoteRead(const Id& chunk);

  // The share of recent reads that the profile did not predict, 0 to 1. Starts at 1.
  double unforeseen() const { return unforeseen_; }

  // Decisions that follow from it.
  // The profile predicts at least half of the reads. The hot range is fetched even while other reads wait.
  bool FitsReads() const { return fits_.load(std::memory_order_relaxed); }
  // The profile predicts nearly all reads. Nothing else is fetched ahead, since the recorded program did not read it
  // either.
  bool NamesNearlyAll() const { return unforeseen_ < kNearlyNone; }
  // The profile predicts nearly no read, or there is none. Then all metadata is worth fetching.
  bool NamesNearlyNothing() const { return unforeseen_ > kNearlyAll; }
  // The part of `budget` bytes that is worth guessing. A profile that fits also knows which neighbours were not read.
  uint64_t GuessBudget(uint64_t budget) const {
    return static_cast<uint64_t>(unforeseen_ * static_cast<double>(budget));
  }

 private:
  static constexpr double kNearlyNone = 0.1;
  static constexpr double kHalf = 0.5;  // above it, the profile is of another program
  static constexpr double kNearlyAll = 0.9;

  std::atomic<bool> has_range_ = false;
  std::unordered_set<Id, IdHash> objects_;  // constant after SetObjects()
  std::atomic<bool> objects_are_told_ = false;
  RecentShare unforeseen_{32, 1};
  std::atomic<bool> fits_ = true;  // until reads tell
};

}  // namespace rootstream
