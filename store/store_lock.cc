#include "store/store_lock.h"

#include <unistd.h>

#include <cstdio>

#include "base/pause.h"
#include "base/plain_text.h"

namespace rootstream {
namespace {

// Of a bucket, each try is a request that its owner pays for.
constexpr std::chrono::milliseconds kFirstPause{100}, kLongestPause{5000};

}  // namespace

Status AwaitLock(Store& store, StoreLock kind, std::optional<std::chrono::seconds> patience) {
  const auto start = std::chrono::steady_clock::now();
  const std::string holder =
      kind == StoreLock::kExclusive ? "publish, mirror or another gc is at work in it" : "gc is at work in it";
  GrowingPause pause(kFirstPause, kLongestPause);
  for (bool told = false;; told = true) {
    RS_TRY(const bool locked, store.objects().TryLock(kind));
    if (locked) return Ok();
    if (patience && std::chrono::steady_clock::now() - start >= *patience) return Failed(store.Shown() + ": " + holder);
    if (!told && isatty(2) != 0)
      fprintf(stderr, "rootstream: waiting for %s: %s\n", Printable(store.Shown()).c_str(), holder.c_str());
    if (!pause.Sleep()) return Failed("interrupted");
  }
}

}  // namespace rootstream
