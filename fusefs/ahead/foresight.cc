#include "fusefs/ahead/foresight.h"

#include <utility>

namespace rootstream {

void Foresight::SetObjects(std::unordered_set<Id, IdHash> objects) {
  objects_ = std::move(objects);
  objects_are_told_.store(true, std::memory_order_release);
}

bool Foresight::IsHot(const Id& chunk) const {
  return objects_are_told_.load(std::memory_order_acquire) && objects_.contains(chunk);
}

bool Foresight::MayForesee(const Id& object) const {
  return has_range_ && (!objects_are_told_.load(std::memory_order_acquire) || objects_.contains(object));
}

bool Foresight::NoteRead(const Id& chunk) {
  if (!objects_are_told_.load(std::memory_order_acquire)) return false;
  const bool is_hot = objects_.contains(chunk);
  unforeseen_.Note(!is_hot);
  if (unforeseen_ < kHalf) return !fits_.exchange(true);
  return !is_hot && fits_.exchange(false);
}

}  // namespace rootstream
