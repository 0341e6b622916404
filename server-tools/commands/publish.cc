#include <fmt/format.h>
#include <malloc.h>

#include <nlohmann/json.hpp>

#include "base/interrupt.h"
#include "cache/profile_io.h"
#include "chunker/publish.h"
#include "format/limits.h"
#include "format/match_rule.h"
#include "server-tools/boot_flags.h"
#include "server-tools/commands/command.h"
#include "server-tools/commands/publish_steps.h"
#include "server-tools/keys.h"

namespace rootstream {
namespace {

using nlohmann::ordered_json;

struct PublishFlags {
  StoreAddress store;
  std::string source, image;
  BootFlags boot;
  std::vector<std::string> keys, mirrors, excluded;
  std::vector<std::string> copies;
  std::string profile, before, after;
  uint64_t level = 15, expires_days = 0, threshold = 1, minimum_serial = 0;
  bool one_file_system = false, dry_run = false, json = false;
};

ordered_json BootEntryJson(const BootEntry& entry) {
  ordered_json rules = ordered_json::array();
  for (const MatchRule& rule : entry.rules) rules.push_back(MatchRuleText(rule));
  return {{"title", entry.title},     {"kernel", entry.kernel},      {"initrds", entry.initrds},
          {"cmdline", entry.cmdline}, {"default", entry.is_default}, {"rules", rules}};
}

ordered_json SummaryJson(const PublishSummary& s, const std::string& image) {
  ordered_json boot = ordered_json::array();
  for (const BootEntry& entry : s.boot_entries) boot.push_back(BootEntryJson(entry));
  return {{"image", image},
          {"serial", s.serial},
          {"manifest", s.manifest.Hex()},
          {"entries", s.totals.entries},
          {"inodes", s.totals.inodes},
          {"bytes", s.totals.plain_bytes},
          {"data_bytes", s.totals.data_bytes},
          {"unique_bytes", s.unique_bytes},
          {"compressed_bytes", s.compressed_bytes},
          {"known_bytes", s.known_bytes},
          {"hot_bytes", s.hot_bytes},
          {"hot_compressed_bytes", s.hot_compressed_bytes},
          {"hot_new_bytes", s.hot_new_bytes},
          {"hot_metadata_bytes", s.hot_metadata_bytes},
          {"hot_chunks", s.hot_chunks},
          {"new_data_bytes", s.new_data_bytes},
          {"new_metadata_bytes", s.new_metadata_bytes},
          {"chunks", s.chunks},
          {"shards", s.shards},
          {"new_shards", s.new_shards},
          {"boot_entries", boot},
          {"seconds", s.seconds}};
}

std::string SummaryText(const PublishSummary& s, const std::string& image, const char* what) {
  std::string boot;
  for (const BootEntry& entry : s.boot_entries)
    boot += fmt::format("boot       {}{}\n", entry.title, entry.is_default ? " (default)" : "");
  std::string hot;
  if (s.hot_chunks > 0)
    hot = fmt::format("hot        {} in {} chunks, {} compressed, {} of it new; {} metadata\n", MiB(s.hot_bytes),
                      s.hot_chunks, MiB(s.hot_compressed_bytes), MiB(s.hot_new_bytes), MiB(s.hot_metadata_bytes));
  return fmt::format(
      "{}  {} serial {}\n"
      "manifest   {}\n"
      "entries    {} ({} inodes)\n"
      "bytes      {} ({} without holes)\n"
      "unique     {} in {} chunks\n"
      "compressed {}, {} of it was in the store\n"
      "{}"
      "new        {} data, {} metadata ({} of {} shards)\n"
      "{}"
      "time       {:.2f} s\n",
      what, image, s.serial, s.manifest.Hex(), s.totals.entries, s.totals.inodes, MiB(s.totals.plain_bytes),
      MiB(s.totals.data_bytes), MiB(s.unique_bytes), s.chunks, MiB(s.compressed_bytes), MiB(s.known_bytes), hot,
      MiB(s.new_data_bytes), MiB(s.new_metadata_bytes), s.new_shards, s.shards, boot, s.seconds);
}

// Chunks and contents of 128 KiB and more come and go all the time: from the heap their pages are used
// again, from mmap(2) each one is faulted in and zeroed anew.
void TuneAllocator() {
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, 32 << 20);
}

// A profile of another image may serve, if it was made of the same files; a person should know.
Result<Profile> ReadProfileFor(const ImageName& image, const std::string& path) {
  auto profile = ReadProfile(path);
  if (profile.ok() && profile->image.name != image.name)
    Tell(fmt::format("profile {}: it is of image {}, not of {}; used as it is", path, profile->image.name, image.name));
  return profile;
}

std::vector<PublicKey> PublicKeysOf(const std::vector<SigningKey>& keys) {
  std::vector<PublicKey> all;
  for (const SigningKey& key : keys) all.push_back(key.public_key());
  return all;
}

// One copy that fails does not keep the others from being made.
Status AfterPublish(const PublishFlags& flags, const ImageName& image, const std::vector<PublicKey>& keys,
                    uint64_t serial) {
  Status last;
  for (const std::string& text : flags.copies) {
    StoreAddress copy(text);
    copy.s3 = flags.store.s3;
    const Status copied = CopyImage(flags.store, copy, image, keys);
    if (copied.ok()) continue;
    if (!last.ok()) Tell(last.error().message);
    last = copied;
  }
  if (last.ok() && !flags.after.empty()) return RunHook("--after", flags.after, flags.store, image, serial);
  return last;
}

Status RunPublish(const PublishFlags& flags) {
  PublishOptions options{.source = flags.source,
                         .store = flags.store,
                         .threshold = static_cast<uint32_t>(flags.threshold),
                         .level = static_cast<int>(flags.level),
                         .lifetime = std::chrono::hours(24) * flags.expires_days,
                         .minimum_serial = flags.minimum_serial,
                         .mirrors = flags.mirrors,
                         .one_file_system = flags.one_file_system,
                         .dry_run = flags.dry_run,
                         .tell = Tell};
  for (const std::string& pattern : flags.excluded)
    if (const Status added = options.excluded.Add(pattern); !added.ok())
      throw UsageError{"--exclude " + added.error().message};
  options.image = ReadImageName(flags.image);
  for (const std::string& file : flags.keys) {
    RS_TRY(SigningKey key, ReadSigningKey(file));
    options.keys.push_back(std::move(key));
  }
  if (flags.threshold > std::max<size_t>(1, flags.keys.size()))
    throw UsageError{"--threshold asks for more signatures than there are keys"};
  if (!flags.profile.empty()) {
    RS_TRY(options.profile, ReadProfileFor(options.image, flags.profile));
  }
  auto boot_entries = flags.boot.Entries();
  if (!boot_entries.ok()) throw UsageError{boot_entries.error().message};
  options.boot_entries = std::move(*boot_entries);
  if (flags.keys.empty()) fputs("rootstream: no --key: the image is unsigned, clients need --insecure\n", stderr);
  CatchInterrupts();
  TuneAllocator();
  const ImageName image = options.image;
  const std::vector<PublicKey> keys = PublicKeysOf(options.keys);
  if (!flags.before.empty() && !flags.dry_run)
    RS_CHECK(RunHook("--before", flags.before, flags.store, image, std::nullopt));
  RS_TRY(const PublishSummary summary, Publish(std::move(options)));
  const std::string shown = image.ToString();
  const std::string text = SummaryText(summary, shown, flags.dry_run ? "dry run  " : "published");
  fputs(flags.json ? Dump(SummaryJson(summary, shown)).c_str() : text.c_str(), stdout);
  if (flags.dry_run) return Ok();
  fflush(stdout);
  return AfterPublish(flags, image, keys, summary.serial);
}

}  // namespace

void AddPublish(CommandLine& verbs) {
  auto flags = std::make_shared<PublishFlags>();
  Verb command = verbs.Add("publish", "put a root filesystem into a store", [=] { return Report(RunPublish(*flags)); });
  command.Argument("SOURCE", flags->source, "a directory, a tar, - (a tar on standard input), or a raw disk image");
  AddStoreArgument(command, flags->store, "the store's folder, or s3://BUCKET/PREFIX; made if it is missing");
  command.Argument("NAME[:TAG]", flags->image, "of the image; the tag is latest if left out");
  command.RepeatableOption("--key", "FILE", flags->keys, "private key to sign with (repeatable)");
  command.NumberOption("--threshold", "N", flags->threshold, 1, kMaxSignatures,
                       "signatures that clients shall require");
  command.Option("--profile", "FILE", flags->profile, "what to put first");
  command.NumberOption("--level", "N", flags->level, 1, 22, "of zstd, 1 to 22");
  command.NumberOption("--expires", "DAYS", flags->expires_days, 1, 40'000, "the image is refused after so many days");
  command.NumberOption("--min-serial", "SERIAL", flags->minimum_serial, 0, UINT64_MAX,
                       "clients refuse serials below; the new one is not lower");
  command.RepeatableOption("--exclude", "PATTERN", flags->excluded,
                           "leave out what the pattern names: /proc, '/var/cache/*', '*.pyc' (repeatable)");
  command.Flag("--one-file-system", flags->one_file_system,
               "leave out what is mounted in the source; its mountpoints stay as empty directories");
  command.RepeatableOption("--mirror", "URL", flags->mirrors, "URL of another store with the image (repeatable)");
  command.RepeatableOption("--copy", "STORE", flags->copies, "then copy the image to this store, too (repeatable)");
  command.Option("--before", "COMMAND", flags->before, "of the shell, run first; if it fails, nothing is published");
  command.Option("--after", "COMMAND", flags->after,
                 "of the shell, run when all is published; both get ROOTSTREAM_IMAGE and ROOTSTREAM_STORE");
  flags->boot.AddTo(command);
  verbs.TakeSettingsFile(command, {"source", "store", "image"});
  command.Flag("--dry-run", flags->dry_run, "write nothing: only tell what would be new in the store");
  command.Flag("--json", flags->json, "summary for scripts");
}

}  // namespace rootstream
