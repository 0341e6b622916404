// Thread: a thread with a small stack, since machines that boot over the network have little memory. The destructor
// joins it; its owner must have told it to end.
#pragma once

#include <functional>
#include <memory>

namespace rootstream {

inline constexpr size_t kThreadStack = 256 * 1024;  // bytes

class Thread {
 public:
  Thread();
  Thread(const char* name, std::function<void()> run);  // name: at most 15 bytes, for ps and gdb
  ~Thread();
  Thread(Thread&&) noexcept;
  Thread& operator=(Thread&&) noexcept;
  void Join();
  // Starts a thread that nobody joins, for calls that may hang in the kernel. It ends when the call returns, or with
  // the process. `run` owns everything that it uses.
  static void StartDetached(const char* name, std::function<void()> run);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rootstream
