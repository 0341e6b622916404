// A thread with a small stack: a machine that boots over the network has little memory. Joins when
// destroyed; its owner must have told it to end.
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
  // Leaves one to itself that may hang in the kernel: it ends when it comes back, or with the process. `run` owns all
  // that it uses.
  static void StartDetached(const char* name, std::function<void()> run);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rootstream
