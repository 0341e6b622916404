#include "base/thread.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <cassert>
#include <climits>
#include <string>

namespace rootstream {

struct Thread::State {
  std::string name;
  std::function<void()> run;
  pthread_t thread = {};

  // Done by the thread itself: naming another one needs a file in /proc.
  void Run() const {
    pthread_setname_np(pthread_self(), name.c_str());
    run();
  }
  static void* Enter(void* self) {
    static_cast<State*>(self)->Run();
    return nullptr;
  }
  static void* EnterDetached(void* self) {
    std::unique_ptr<State>(static_cast<State*>(self))->Run();
    return nullptr;
  }
  void Start(void* (*enter)(void*), int detach_state);
};

void Thread::State::Start(void* (*enter)(void*), int detach_state) {
  // Only the main thread receives signals.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, detach_state);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  pthread_attr_setstacksize(&attributes, 8 * kThreadStack);
#else
  pthread_attr_setstacksize(&attributes, std::max<size_t>(kThreadStack, PTHREAD_STACK_MIN));
#endif
  pthread_t created;  // `this` may be gone once a detached thread runs
  [[maybe_unused]] const int error = pthread_create(&created, &attributes, enter, this);
  assert(error == 0);
  pthread_attr_destroy(&attributes);
  if (detach_state == PTHREAD_CREATE_JOINABLE) thread = created;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Thread::Thread(const char* name, std::function<void()> run)
    : state_(std::make_unique<State>(State{.name = name, .run = std::move(run)})) {
  state_->Start(State::Enter, PTHREAD_CREATE_JOINABLE);
}

void Thread::StartDetached(const char* name, std::function<void()> run) {
  (new State{.name = name, .run = std::move(run)})->Start(State::EnterDetached, PTHREAD_CREATE_DETACHED);
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
