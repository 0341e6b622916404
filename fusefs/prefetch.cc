#include "fusefs/prefetch.h"

#include <fmt/format.h>
#include <unistd.h>

#include <thread>

#include "fusefs/status.h"

namespace rootstream {
namespace {

constexpr std::chrono::milliseconds kLookEvery{100};

Status NeedCache(Client& client) {
  const DiskCache* disk = client.cache().disk();
  if (disk == nullptr) return Invalid("there is no cache folder to prefetch into");
  if (!disk->is_writer())
    return Failed("another process writes the cache folder: end it, or let a mount do this (--fill)");
  return Ok();
}

// Shows what `look` tells until it has ended; the last of it.
template <typename Look>
auto Watch(const Look& look) {
  const bool on_terminal = isatty(2) != 0;
  auto progress = look();
  while (!progress.ended) {
    std::this_thread::sleep_for(kLookEvery);
    progress = look();
    if (on_terminal && progress.total > 0)
      fmt::print(stderr, "\r\033[K{} of {}", HumanBytes(progress.done), HumanBytes(progress.total));
  }
  if (on_terminal) fmt::print(stderr, "\r\033[K");
  return progress;
}

}  // namespace

Status PrefetchHotRange(Client& client) {
  RS_CHECK(NeedCache(client));
  if (client.ref().manifest.hot.data.empty())
    return Invalid(client.url().ToString() +
                   ": it was published without a profile, so no part of it is marked as hot; "
                   "--all fetches everything");
  const HotRange& hot = client.ref().manifest.hot;
  client.warmup().Start(hot, client.ref().manifest.root);
  const Warmup::Progress progress = Watch([&] { return client.warmup().progress(); });
  if (!progress.problem.empty())
    return Unavailable(client.url().ToString() + ": not all of the hot range came: " + progress.problem);
  fmt::print("{} of the hot range are in the cache, {} of them fetched now\n", HumanBytes(progress.total),
             HumanBytes(client.cache().counters().wire_bytes));
  return Ok();
}

Status PrefetchAll(Client& client) {
  RS_CHECK(NeedCache(client));
  Fill fill(client.cache(), client.ref().manifest.root, kNoRateLimit, Fill::OnSilence::kEnd);
  fill.Start(nullptr);
  const Fill::Progress progress = Watch([&] { return fill.progress(); });
  client.Close();
  if (!progress.problem.empty())
    return Unavailable(client.url().ToString() + ": not all of it came: " + progress.problem);
  fmt::print("{} fetched, the cache holds {}\n",
             HumanBytes(client.cache().counters().wire_bytes),
             HumanBytes(client.cache().disk()->size()));
  return Ok();
}

}  // namespace rootstream
