// Mutexes with clang's thread-safety annotations. With -Wthread-safety, clang checks that a member that is
// RS_GUARDED_BY a mutex is used only while that mutex is held, and that functions that RS_REQUIRES it are called only
// then. https://clang.llvm.org/docs/ThreadSafetyAnalysis.html. For other compilers these are std::mutex and the like.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>

#if defined(__clang__)
#define RS_ATTRIBUTE(x) __attribute__((x))
#else
#define RS_ATTRIBUTE(x)
#endif
#define RS_GUARDED_BY(mutex) RS_ATTRIBUTE(guarded_by(mutex))        // a member
#define RS_PT_GUARDED_BY(mutex) RS_ATTRIBUTE(pt_guarded_by(mutex))  // what a member points to
#define RS_REQUIRES_SHARED(mutex) RS_ATTRIBUTE(requires_shared_capability(mutex))
#define RS_REQUIRES(mutex) RS_ATTRIBUTE(requires_capability(mutex))     // a function: its caller holds the mutex
#define RS_ACQUIRED_BEFORE(mutex) RS_ATTRIBUTE(acquired_before(mutex))  // a mutex: the order of locks

namespace rootstream {

class RS_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void Lock() RS_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void Unlock() RS_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a mutex for its lifetime, except between Unlock() and Lock().
class RS_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) RS_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) { Lock(); }
  ~MutexLock() RS_ATTRIBUTE(release_capability()) {
    if (is_held_) mutex_.Unlock();
  }
  MutexLock(const MutexLock&) = delete;

  void Lock() RS_ATTRIBUTE(acquire_capability()) {
    mutex_.Lock();
    is_held_ = true;
  }
  void Unlock() RS_ATTRIBUTE(release_capability()) {
    is_held_ = false;
    mutex_.Unlock();
  }

 private:
  Mutex& mutex_;
  bool is_held_ = false;
};

// A condition variable. A wait releases the Mutex and takes it again. Wakeups may be spurious, so call it in a loop.
class CondVar {
 public:
  void Wait(Mutex& mutex) RS_REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    changed_.wait(lock);
    lock.release();
  }
  void WaitUntil(Mutex& mutex, std::chrono::steady_clock::time_point time) RS_REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    changed_.wait_until(lock, time);
    lock.release();
  }
  void NotifyOne() { changed_.notify_one(); }
  void NotifyAll() { changed_.notify_all(); }

 private:
  std::condition_variable changed_;
};

// Many readers or one writer.
class RS_ATTRIBUTE(capability("mutex")) SharedMutex {
 public:
  void Lock() RS_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void Unlock() RS_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  void LockShared() RS_ATTRIBUTE(acquire_shared_capability()) { mutex_.lock_shared(); }
  void UnlockShared() RS_ATTRIBUTE(release_shared_capability()) { mutex_.unlock_shared(); }

 private:
  std::shared_mutex mutex_;
};

class RS_ATTRIBUTE(scoped_lockable) WriterLock {
 public:
  explicit WriterLock(SharedMutex& mutex) RS_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) { mutex_.Lock(); }
  ~WriterLock() RS_ATTRIBUTE(release_capability()) { mutex_.Unlock(); }
  WriterLock(const WriterLock&) = delete;

 private:
  SharedMutex& mutex_;
};

class RS_ATTRIBUTE(scoped_lockable) ReaderLock {
 public:
  explicit ReaderLock(SharedMutex& mutex) RS_ATTRIBUTE(acquire_shared_capability(mutex)) : mutex_(mutex) {
    mutex_.LockShared();
  }
  ~ReaderLock() RS_ATTRIBUTE(release_capability()) { mutex_.UnlockShared(); }
  ReaderLock(const ReaderLock&) = delete;

 private:
  SharedMutex& mutex_;
};

}  // namespace rootstream
