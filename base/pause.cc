#include "base/pause.h"

#include <random>
#include <thread>

#include "base/interrupt.h"

namespace rootstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kTick{50};  // within which an interrupt is noticed

}  // namespace

milliseconds Jittered(milliseconds pause) {
  thread_local std::minstd_rand random(std::random_device{}());
  return pause / 2 + milliseconds(std::uniform_int_distribution<int64_t>(0, pause.count() / 2)(random));
}

bool SleepUnlessInterrupted(milliseconds pause) {
  const auto end = steady_clock::now() + pause;
  while (steady_clock::now() < end) {
    if (WasInterrupted()) return false;
    std::this_thread::sleep_for(std::min<steady_clock::duration>(kTick, end - steady_clock::now()));
  }
  return !WasInterrupted();
}

}  // namespace rootstream
