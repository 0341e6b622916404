#include "store/store_lock.h"

#include <unistd.h>

#include <cstdio>
#include <thread>

#include "base/interrupt.h"
#include "base/plain_text.h"

namespace rootstream {
namespace {

constexpr auto kTryEvery = std::chrono::milliseconds(100);

}  // namespace

Status AwaitLock(Store& store, StoreLock kind, std::optional<std::chrono::seconds> patience) {
  const auto start = std::chrono::steady_clock::now();
  const std::string holder =
      kind == StoreLock::kExclusive ? "publish, mirror or another gc is at work in it" : "gc is at work in it";
  for (bool told = false;; told = true) {
    RS_TRY(const bool locked, store.objects().TryLock(kind));
    if (locked) return Ok();
    if (WasInterrupted()) return Failed("interrupted");
    if (patience && std::chrono::steady_clock::now() - start >= *patience) return Failed(store.Shown() + ": " + holder);
    if (!told && isatty(2) != 0)
      fprintf(stderr, "rootstream: waiting for %s: %s\n", Printable(store.Shown()).c_str(), holder.c_str());
    std::this_thread::sleep_for(kTryEvery);
  }
}

}  // namespace rootstream
