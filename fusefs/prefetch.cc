#include "fusefs/prefetch.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "fusefs/status.h"
#include "fusefs/view.h"

namespace rootstream {
namespace {

constexpr std::chrono::milliseconds kLookEvery{100};

Status ReadEverything(View& view, const Node& directory) {
  return view.ForEachEntry(directory, [&](const std::string&, const Node& node) -> Status {
    if (S_ISDIR(node.inode().mode)) return ReadEverything(view, node);
    if (!S_ISREG(node.inode().mode)) return Ok();
    return view.ReadData(node, [](uint64_t, std::string_view) { return Ok(); });
  });
}

Status NeedCache(Client& client) {
  if (client.cache().disk() != nullptr) return Ok();
  return Invalid("there is no cache folder to prefetch into");
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
  Warmup::Progress progress = client.warmup().progress();
  const bool on_terminal = isatty(2) != 0;
  while (!progress.ended) {
    std::this_thread::sleep_for(kLookEvery);
    progress = client.warmup().progress();
    if (on_terminal)
      fmt::print(stderr, "\r\033[K{} of {}", HumanBytes(progress.done), HumanBytes(progress.total));
  }
  if (on_terminal) fmt::print(stderr, "\r\033[K");
  if (!progress.problem.empty())
    return Unavailable(client.url().ToString() + ": not all of the hot range came: " + progress.problem);
  fmt::print("{} of the hot range are in the cache, {} of them fetched now\n", HumanBytes(progress.total),
             HumanBytes(client.cache().counters().wire_bytes));
  return Ok();
}

Status PrefetchAll(Client& client) {
  RS_CHECK(NeedCache(client));
  View view(client);
  RS_TRY(const Node root, view.Find("/"));
  RS_CHECK(ReadEverything(view, root));
  fmt::print("{} fetched, the cache holds {}\n",
             HumanBytes(client.cache().counters().wire_bytes),
             HumanBytes(client.cache().disk()->size()));
  return Ok();
}

}  // namespace rootstream
