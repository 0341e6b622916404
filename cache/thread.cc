#include "cache/thread.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <cassert>
#include <climits>

namespace rootstream {

struct Thread::State {
  const char* name;
  std::function<void()> run;
  pthread_t thread;

  static void* Enter(void* self) {
    const State& state = *static_cast<State*>(self);
    pthread_setname_np(pthread_self(), state.name);  // of another thread it would need a file of /proc
    state.run();
    return nullptr;
  }
};

Thread::Thread(const char* name, std::function<void()> run)
    : state_(std::make_unique<State>(State{.name = name, .run = std::move(run)})) {
  // Signals belong to the main thread.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  pthread_attr_setstacksize(&attributes, 8 * kThreadStack);
#else
  pthread_attr_setstacksize(&attributes, std::max<size_t>(kThreadStack, PTHREAD_STACK_MIN));
#endif
  [[maybe_unused]] const int error =
      pthread_create(&state_->thread, &attributes, State::Enter, state_.get());
  assert(error == 0);
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Thread::Thread() = default;
Thread::~Thread() { Join(); }
Thread::Thread(Thread&&) noexcept = default;
Thread& Thread::operator=(Thread&& other) noexcept {
  Join();
  state_ = std::move(other.state_);
  return *this;
}

void Thread::Join() {
  if (state_ == nullptr) return;
  pthread_join(state_->thread, nullptr);
  state_.reset();
}

}  // namespace rootstream
