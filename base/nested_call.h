// NestedCall: keeps calls that answer one another at once from growing the stack without end.
//
// Whoever is answered mostly asks for the next thing, and what is in memory is answered at once again: a chain as
// long as the image has ranges or lists. A call that finds kMostNested of them below it on the stack is made
// when those have returned, on the same thread.
#pragma once

#include <functional>

namespace rootstream {

class NestedCall {
 public:
  static constexpr int kMostNested = 8;  // some KiB each, of a thread's 256 KiB

  NestedCall();
  ~NestedCall();  // the outermost makes the calls that were put off
  NestedCall(const NestedCall&) = delete;

  bool is_allowed() const { return is_allowed_; }
  // When those below have returned.
  static void PutOff(std::function<void()> call);
  // Now or later.
  static void Make(std::function<void()> call);

 private:
  const bool is_allowed_;
};

}  // namespace rootstream
