#include <cstdio>
#include <thread>

#include "base/progress.h"
#include "fusefs/commands/verbs.h"
#include "fusefs/commands/with_client.h"
#include "fusefs/mount/status.h"

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

// Shows what `look` tells of `what` until it has ended; the last of it.
template <typename Look>
auto Watch(const std::string& what, const Look& look) {
  Progress shown;
  auto progress = look();
  while (!progress.ended) {
    std::this_thread::sleep_for(kLookEvery);
    progress = look();
    shown.Show(progress.done, progress.total, what);
  }
  return progress;
}

// Fails, too, when some of it did not come.
Status PrefetchHotRange(Client& client) {
  RS_CHECK(NeedCache(client));
  if (client.ref().manifest.hot.data.empty())
    return Invalid(client.url().ToString() +
                   ": it was published without a profile, so no part of it is marked as hot; "
                   "--all fetches everything");
  const HotRange& hot = client.ref().manifest.hot;
  client.warmup().Start(hot, client.ref().manifest.root);
  const Warmup::Progress progress = Watch("hot range", [&] { return client.warmup().progress(); });
  if (!progress.problem.empty())
    return Unavailable(client.url().ToString() + ": not all of the hot range came: " + progress.problem);
  const std::string fetched = HumanBytes(client.cache().counters().wire_bytes);
  printf("%s of the hot range are in the cache, %s of them fetched now\n", HumanBytes(progress.total).c_str(),
         fetched.c_str());
  return Ok();
}

Status PrefetchAll(Client& client) {
  RS_CHECK(NeedCache(client));
  Fill fill(client.cache(), client.ref().manifest.root, kNoRateLimit, Fill::OnSilence::kEnd);
  fill.Start([] { return true; });
  const Fill::Progress progress = Watch(client.url().image.ToString(), [&] { return fill.progress(); });
  client.Close();
  if (!progress.problem.empty())
    return Unavailable(client.url().ToString() + ": not all of it came: " + progress.problem);
  printf("%s fetched, the cache holds %s\n", HumanBytes(client.cache().counters().wire_bytes).c_str(),
         HumanBytes(client.cache().disk()->size()).c_str());
  return Ok();
}

}  // namespace

void AddPrefetch(CommandLine& verbs) {
  auto flags = std::make_shared<ClientFlags>();
  auto all = std::make_shared<bool>(false);
  Verb command = verbs.Add("prefetch", "bring an image into the local cache", [=] {
    return WithClient(*flags, [&](Client& client) { return *all ? PrefetchAll(client) : PrefetchHotRange(client); });
  });
  command.Argument("URL", flags->options.url);
  verbs.TakeSettingsFile(command, {"url"});
  command.Flag("--all", *all, "all of it, so that it can be used without a network");
  flags->AddTo(command);
}

}  // namespace rootstream
