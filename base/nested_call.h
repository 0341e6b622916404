// NestedCall: limits how deep callbacks nest on the stack.
//
// A callback usually makes the next request. If its answer is in memory, the next callback is called at once, and so
// on, for as many steps as an image has parts. When kMostNested calls are on the stack, a further one is queued, and
// made on the same thread when they have returned.
#pragma once

#include <functional>

namespace rootstream {

class NestedCall {
 public:
  static constexpr int kMostNested = 8;  // some KiB each, of a thread's 256 KiB

  NestedCall();
  ~NestedCall();  // the outermost one makes the queued calls
  NestedCall(const NestedCall&) = delete;

  bool is_allowed() const { return is_allowed_; }
  // Queues `call` until the calls on the stack have returned.
  static void PutOff(std::function<void()> call);
  // Makes `call` at once, or queues it.
  static void Make(std::function<void()> call);

 private:
  const bool is_allowed_;
};

}  // namespace rootstream
