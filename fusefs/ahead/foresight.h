// Foresight: whether what programs read is what the image's profile names. It is the one signal by which everything
// that fetches ahead decides how far it goes, and all thresholds of that signal are here. Thread-safe.
#pragma once

#include <atomic>
#include <unordered_set>

#include "base/recent_share.h"
#include "format/id.h"

namespace rootstream {

class Foresight {
 public:
  // The image has a hot range, whose objects will be told.
  void ExpectObjects() { has_range_ = true; }
  // All objects of the hot range. Once.
  void SetObjects(std::unordered_set<Id, IdHash> objects);

  // Whether a content chunk is of the hot range; false as long as its objects are not told.
  bool IsHot(const Id& chunk) const;
  // Whether an object, of content or metadata, is of the hot range or may yet turn out to be.
  bool MayForesee(const Id& object) const;

  // That a content chunk was read. True: FitsReads() has another answer than before.
  bool NoteRead(const Id& chunk);

  // Of the last reads, the part that the profile did not name: 0 to 1. 1 as long as none has been.
  double unforeseen() const { return unforeseen_; }

  // --- What follows from it ----------------------------------------------------------------------------------------
  // The hot range is what is read. It goes on beside reads that it did not name.
  bool FitsReads() const { return fits_.load(std::memory_order_relaxed); }
  // Nearly all reads are named: whoever recorded the profile read no more, so nothing is fetched beyond it.
  bool NamesNearlyAll() const { return unforeseen_ < kNearlyNone; }
  // Nearly no read is named: the profile is another program's, or there is none. All metadata is worth a survey.
  bool NamesNearlyNothing() const { return unforeseen_ > kNearlyAll; }
  // Of `budget` bytes beside what is asked for, those that are worth it: who recorded a profile that fits knew the
  // neighbours of the rest, too, and that nobody wanted them.
  uint64_t GuessBudget(uint64_t budget) const {
    return static_cast<uint64_t>(unforeseen_ * static_cast<double>(budget));
  }

 private:
  static constexpr double kNearlyNone = 0.1;
  static constexpr double kHalf = 0.5;  // more is another program's profile
  static constexpr double kNearlyAll = 0.9;

  std::atomic<bool> has_range_ = false;
  std::unordered_set<Id, IdHash> objects_;  // never changed once they are told
  std::atomic<bool> objects_are_told_ = false;
  RecentShare unforeseen_{32, 1};
  std::atomic<bool> fits_ = true;  // until reads tell
};

}  // namespace rootstream
