// libexec/rootstream/publisher: the commands of who publishes and who runs a store.
#include <fmt/format.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <nlohmann/json.hpp>

#include "cache/curl_transport.h"
#include "cache/file_io.h"
#include "cache/object_cache.h"
#include "cache/profile_io.h"
#include "chunker/publish.h"
#include "format/limits.h"
#include "format/match_rule.h"
#include "server-tools/boot_flags.h"
#include "server-tools/http_server.h"
#include "server-tools/keys.h"
#include "server-tools/profile_picture.h"
#include "server-tools/profile_table.h"
#include "server-tools/store_audit.h"
#include "server-tools/store_gc.h"
#include "server-tools/store_lock.h"
#include "server-tools/store_mirror.h"
#include "server-tools/store_stats.h"

namespace rootstream {
namespace {

using nlohmann::ordered_json;
using Run = std::function<Status()>;

// A use of the command line that no parser catches; reported as one.
struct UsageError {
  std::string text;
};

std::string Dump(const ordered_json& json) {
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string MiB(uint64_t bytes) {
  return fmt::format("{:.2f} MiB", static_cast<double>(bytes) / (1 << 20));
}

int ReportError(const std::string& text, int code) {
  std::string line = text;
  std::replace(line.begin(), line.end(), '\n', '?');  // of a name: one failure is one line
  fmt::print(stderr, "rootstream: {}\n", line);
  return code;
}

void AddKeygen(CLI::App& app, Run& run) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("keygen", "make a key pair to sign images with");
  command->add_option("KEYFILE", *path, "the private key; the public one is KEYFILE.pub")->required();
  command->callback([=, &run] {
    run = [=]() -> Status {
      RS_CHECK(GenerateKeyFiles(*path));
      fmt::print("private key {0}: keep it; public key {0}.pub: give it to clients\n", *path);
      return Ok();
    };
  });
}

struct PublishFlags {
  std::string source, store, image;
  BootFlags boot;
  std::vector<std::string> keys, mirrors;
  std::string profile;
  int level = 15;
  uint32_t expires_days = 0, threshold = 1;
  uint64_t minimum_serial = 0;
  bool json = false;
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

std::string SummaryText(const PublishSummary& s, const std::string& image) {
  std::string boot;
  for (const BootEntry& entry : s.boot_entries)
    boot += fmt::format("boot       {}{}\n", entry.title, entry.is_default ? " (default)" : "");
  std::string hot;
  if (s.hot_chunks > 0)
    hot = fmt::format("hot        {} in {} chunks, {} compressed, {} of it new; {} metadata\n", MiB(s.hot_bytes),
                      s.hot_chunks, MiB(s.hot_compressed_bytes), MiB(s.hot_new_bytes), MiB(s.hot_metadata_bytes));
  return fmt::format(
      "published  {} serial {}\n"
      "manifest   {}\n"
      "entries    {} ({} inodes)\n"
      "bytes      {} ({} without holes)\n"
      "unique     {} in {} chunks\n"
      "compressed {}, {} of it was in the store\n"
      "{}"
      "new        {} data, {} metadata ({} of {} shards)\n"
      "{}"
      "time       {:.2f} s\n",
      image, s.serial, s.manifest.Hex(), s.totals.entries, s.totals.inodes,
      MiB(s.totals.plain_bytes), MiB(s.totals.data_bytes), MiB(s.unique_bytes), s.chunks,
      MiB(s.compressed_bytes), MiB(s.known_bytes), hot, MiB(s.new_data_bytes), MiB(s.new_metadata_bytes), s.new_shards,
      s.shards, boot, s.seconds);
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
    ReportError(fmt::format("profile {}: it is of image {}, not of {}; used as it is", path,
                            profile->image.name, image.name), 0);
  return profile;
}

Status RunPublish(const PublishFlags& flags) {
  PublishOptions options{.source = flags.source,
                         .store = flags.store,
                         .threshold = flags.threshold,
                         .level = flags.level,
                         .lifetime = std::chrono::hours(24) * flags.expires_days,
                         .minimum_serial = flags.minimum_serial,
                         .mirrors = flags.mirrors};
  const auto image = ParseImageName(flags.image);
  if (!image.ok()) throw UsageError{image.error().message};
  options.image = *image;
  for (const std::string& file : flags.keys) {
    RS_TRY(SigningKey key, ReadSigningKey(file));
    options.keys.push_back(std::move(key));
  }
  if (flags.threshold > std::max<size_t>(1, flags.keys.size()))
    throw UsageError{"--threshold asks for more signatures than there are keys"};
  if (!flags.profile.empty()) {
    RS_TRY(options.profile, ReadProfileFor(*image, flags.profile));
  }
  auto boot_entries = flags.boot.Entries();
  if (!boot_entries.ok()) throw UsageError{boot_entries.error().message};
  options.boot_entries = std::move(*boot_entries);
  if (flags.keys.empty())
    fputs("rootstream: no --key: the image is unsigned, clients need --insecure\n", stderr);
  CatchInterrupts();
  TuneAllocator();
  RS_TRY(const PublishSummary summary, Publish(std::move(options)));
  const std::string shown = image->ToString();
  fputs(flags.json ? Dump(SummaryJson(summary, shown)).c_str()
                   : SummaryText(summary, shown).c_str(),
        stdout);
  return Ok();
}

void AddPublish(CLI::App& app, Run& run) {
  auto flags = std::make_shared<PublishFlags>();
  CLI::App* command = app.add_subcommand("publish", "put a root filesystem into a store");
  command->add_option("SOURCE", flags->source,
                      "a directory, a tar, - (a tar on standard input), or a raw disk image")
      ->required();
  command->add_option("STORE", flags->store, "folder of the store; made if it is missing")
      ->required();
  command->add_option("NAME[:TAG]", flags->image, "of the image; the tag is latest if left out")
      ->required();
  command->add_option("--key", flags->keys, "private key to sign with (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_option("--threshold", flags->threshold, "signatures that clients shall require")
      ->check(CLI::Range(1, static_cast<int>(kMaxSignatures)));
  command->add_option("--profile", flags->profile, "what to put first")->type_name("FILE");
  command->add_option("--level", flags->level, "of zstd")
      ->capture_default_str()
      ->check(CLI::Range(1, 22));
  command->add_option("--expires", flags->expires_days, "the image is refused after so many days")
      ->type_name("DAYS");
  command->add_option("--min-serial", flags->minimum_serial,
                      "clients refuse serials below; the new one is not lower");
  command->add_option("--mirror", flags->mirrors, "URL of another store with the image (repeatable)")
      ->type_name("URL")
      ->allow_extra_args(false);
  flags->boot.AddTo(*command);
  command->add_flag("--json", flags->json, "summary for scripts");
  command->callback([=, &run] { run = [=] { return RunPublish(*flags); }; });
}

void AddServe(CLI::App& app, Run& run) {
  auto store = std::make_shared<std::string>();
  auto listen = std::make_shared<std::string>("127.0.0.1:8080");
  CLI::App* command = app.add_subcommand("serve", "serve a store over HTTP, for trials");
  command->add_option("STORE", *store)->required();
  command->add_option("--listen", *listen, "port 0 picks one")
      ->type_name("ADDR:PORT")
      ->capture_default_str();
  command->callback([=, &run] {
    run = [=]() -> Status {
      sigset_t stop;
      sigemptyset(&stop);
      for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&stop, signal);
      sigprocmask(SIG_BLOCK, &stop, nullptr);
      signal(SIGPIPE, SIG_IGN);
      RS_TRY(const StoreFolder opened, StoreFolder::Open(*store));
      const auto started = HttpServer::Start(opened.path(), *listen);
      if (!started.ok() && started.error().kind == ErrorKind::kInvalid)
        throw UsageError{started.error().message};
      if (!started.ok()) return started.error();
      const auto& server = *started;
      fmt::print("serving {} at {}\n", *store, server->url());
      fflush(stdout);
      int signal = 0;
      sigwait(&stop, &signal);
      return Ok();
    };
  });
}

// An image behind a URL is checked through whole files, as a store on a disk is.
Result<AuditReport> AuditUrl(const std::string& text, const std::vector<PublicKey>& keys) {
  RS_TRY(const ImageUrl url, ParseImageUrl(text));
  CurlTransport transport({});
  RS_TRY(const auto cache, ObjectCache::Open({}, transport, {}, {url.store}));
  Auditor auditor(
      [&](const std::string& path, size_t limit) { return cache->fetcher().GetFile(0, path, limit); },
      keys);
  auditor.CheckImage(url.image);
  auditor.CheckPacks({});
  return auditor.report();
}

Status RunVerify(const std::string& target, const std::vector<std::string>& key_files, bool json) {
  std::vector<PublicKey> keys;
  for (const std::string& file : key_files) {
    RS_TRY(const PublicKey key, ReadPublicKey(file));
    keys.push_back(key);
  }
  AuditReport report;
  if (IsStoreUrl(target)) {
    RS_TRY(report, AuditUrl(target, keys));
  } else {
    RS_TRY(const StoreFolder store, StoreFolder::Open(target));
    RS_TRY(report, AuditStore(store, keys));
  }
  if (json) {
    const ordered_json out = {{"images", report.images}, {"packs", report.packs},
                              {"shards", report.shards}, {"chunks", report.chunks},
                              {"bytes", report.bytes},   {"damages", report.damages}};
    fputs(Dump(out).c_str(), stdout);
  } else {
    for (const std::string& damage : report.damages) fmt::print("damaged: {}\n", damage);
    fmt::print("checked {} images, {} packs ({}), {} shards, {} chunks{}\n", report.images,
               report.packs, MiB(report.bytes), report.shards, report.chunks,
               keys.empty() ? "; signatures were not checked: no --pubkey" : "");
  }
  if (report.damages.empty()) return Ok();
  return Corrupt(fmt::format("{}: {} objects are damaged", target, report.damages.size()));
}

void AddVerify(CLI::App& app, Run& run) {
  auto target = std::make_shared<std::string>();
  auto keys = std::make_shared<std::vector<std::string>>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("verify", "check every byte of a store, or of an image");
  command->add_option("STORE|URL", *target, "a store's folder, or an image's URL")->required();
  command->add_option("--pubkey", *keys, "public key that must have signed (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_flag("--json", *json, "for scripts");
  command->callback([=, &run] { run = [=] { return RunVerify(*target, *keys, *json); }; });
}

Status RunStats(const std::string& path, bool json) {
  RS_TRY(const StoreFolder store, StoreFolder::Open(path));
  RS_TRY(const StoreStats stats, MeasureStore(store));
  if (json) {
    ordered_json images = ordered_json::array();
    for (const ImageStats& image : stats.images)
      images.push_back({{"image", image.name},
                        {"serial", image.serial},
                        {"entries", image.entries},
                        {"bytes", image.plain_bytes}});
    fputs(Dump({{"images", images},
                {"packs", stats.packs},
                {"bytes", stats.bytes},
                {"live_bytes", stats.live_bytes},
                {"dead_packs", stats.dead_packs},
                {"dead_bytes", stats.dead_bytes}})
              .c_str(),
          stdout);
    return Ok();
  }
  for (const ImageStats& image : stats.images)
    fmt::print("{:<30} serial {:<5} {:>9} entries {:>14}\n", image.name, image.serial,
               image.entries, MiB(image.plain_bytes));
  fmt::print("{} packs, {}; {} of it in use by images, {} packs ({}) by none\n", stats.packs,
             MiB(stats.bytes), MiB(stats.live_bytes), stats.dead_packs, MiB(stats.dead_bytes));
  return Ok();
}

void AddStats(CLI::App& app, Run& run) {
  auto store = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("stats", "tell what a store holds");
  command->add_option("STORE", *store)->required();
  command->add_flag("--json", *json, "for scripts");
  command->callback([=, &run] { run = [=] { return RunStats(*store, *json); }; });
}

struct GcFlags {
  std::string store;
  uint32_t grace_hours = 24, keep_days = 30, wait_seconds = 30;
  bool dry_run = false, json = false;
};

ordered_json GcJson(const GcReport& r, bool dry_run) {
  return {{"dry_run", dry_run},
          {"images", r.images},
          {"manifests_kept", r.manifests_kept},
          {"manifests_removed", r.manifests_removed},
          {"packs_kept", r.packs_kept},
          {"packs_in_grace", r.packs_in_grace},
          {"packs_removed", r.packs_removed},
          {"temporary_removed", r.temporary_removed},
          {"folders_removed", r.folders_removed},
          {"bytes_kept", r.bytes_kept},
          {"bytes_freed", r.bytes_freed}};
}

std::string GcText(const GcReport& r, bool dry_run) {
  return fmt::format(
      "{}images     {}\n"
      "manifests  {} kept, {} removed\n"
      "packs      {} kept ({}; {} of them only because they are young), {} removed\n"
      "temporary  {} files removed, {} empty folders\n"
      "freed      {}\n",
      dry_run ? "dry run: nothing was removed; without --dry-run:\n" : "", r.images,
      r.manifests_kept, r.manifests_removed, r.packs_kept, MiB(r.bytes_kept), r.packs_in_grace,
      r.packs_removed, r.temporary_removed, r.folders_removed, MiB(r.bytes_freed));
}

Status RunGc(const GcFlags& flags) {
  CatchInterrupts();
  RS_TRY(StoreFolder store, StoreFolder::Open(flags.store));
  // A dry run need not keep publishers out.
  RS_CHECK(AwaitLock(store, flags.dry_run ? StoreLock::kShared : StoreLock::kExclusive,
                     std::chrono::seconds(flags.wait_seconds)));
  RS_TRY(const GcReport report,
         CollectGarbage(store, {.grace = std::chrono::hours(flags.grace_hours),
                                .keep = std::chrono::hours(24) * flags.keep_days,
                                .dry_run = flags.dry_run}));
  fputs(flags.json ? Dump(GcJson(report, flags.dry_run)).c_str()
                   : GcText(report, flags.dry_run).c_str(),
        stdout);
  return Ok();
}

void AddGc(CLI::App& app, Run& run) {
  auto flags = std::make_shared<GcFlags>();
  CLI::App* command = app.add_subcommand("gc", "remove from a store what no image needs");
  command->footer(
      "Kept is what a ref in images/ leads to, and what a manifest leads to that was published, "
      "or\n"
      "replaced by another, less than --keep days ago. To remove an image, remove its ref first. "
      "One\n"
      "damaged ref, manifest or shard, or one missing pack, and nothing is removed.");
  command->add_option("STORE", flags->store)->required();
  command->add_flag("--dry-run", flags->dry_run, "tell what would be removed, and remove nothing");
  command->add_option("--grace", flags->grace_hours, "files younger than this stay")
      ->type_name("HOURS")
      ->capture_default_str()
      ->check(CLI::Range(0, 1'000'000));
  command->add_option("--keep", flags->keep_days, "old versions younger than this stay")
      ->type_name("DAYS")
      ->capture_default_str()
      ->check(CLI::Range(0, 40'000));
  command->add_option("--wait", flags->wait_seconds, "for publishers to end")
      ->type_name("SECONDS")
      ->capture_default_str();
  command->add_flag("--json", flags->json, "for scripts");
  command->callback([=, &run] { run = [=] { return RunGc(*flags); }; });
}

struct MirrorFlags {
  std::string from, to;
  std::vector<std::string> images, keys;
  bool insecure = false, json = false;
};

Result<MirrorOptions> OptionsOf(const MirrorFlags& flags) {
  MirrorOptions options{.from = flags.from, .to = flags.to, .insecure = flags.insecure};
  for (const std::string& text : flags.images) {
    const auto image = ParseImageName(text);
    if (!image.ok()) throw UsageError{image.error().message};
    options.images.push_back(*image);
  }
  if (options.images.empty() && IsStoreUrl(flags.from))
    throw UsageError{flags.from +
                     ": a web server does not list its images: name them, NAME[:TAG] …"};
  if (flags.keys.empty() && !flags.insecure)
    throw UsageError{"give --pubkey FILE, or --insecure to take images as they come"};
  for (const std::string& file : flags.keys) {
    RS_TRY(const PublicKey key, ReadPublicKey(file));
    options.keys.push_back(key);
  }
  return options;
}

const char* Word(MirroredImage::State state) {
  switch (state) {
    case MirroredImage::State::kCopied:
      return "copied";
    case MirroredImage::State::kUnchanged:
      return "unchanged";
    case MirroredImage::State::kRefused:
      break;
  }
  return "refused";
}

ordered_json MirrorJson(const MirrorReport& r) {
  ordered_json images = ordered_json::array();
  for (const MirroredImage& image : r.images)
    images.push_back({{"image", image.name.ToString()},
                      {"serial", image.serial},
                      {"state", Word(image.state)},
                      {"error", image.error}});
  return {{"images", images},
          {"packs_there", r.packs_there},
          {"packs_fetched", r.packs_fetched},
          {"bytes_fetched", r.bytes_fetched}};
}

std::string MirrorText(const MirrorReport& r) {
  std::string text;
  for (const MirroredImage& image : r.images)
    text += fmt::format("{:<30} serial {:<5} {}\n", image.name.ToString(), image.serial,
                        Word(image.state));
  return text + fmt::format("{} packs fetched, {} were there; {} received\n", r.packs_fetched,
                            r.packs_there, MiB(r.bytes_fetched));
}

Status RunMirror(const MirrorFlags& flags) {
  RS_TRY(const MirrorOptions options, OptionsOf(flags));
  CatchInterrupts();
  CurlTransport transport({});
  RS_TRY(const MirrorReport report, MirrorStore(options, transport));
  fputs(flags.json ? Dump(MirrorJson(report)).c_str() : MirrorText(report).c_str(), stdout);
  Status last;
  for (const MirroredImage& image : report.images) {
    if (image.error.empty()) continue;
    if (!last.ok()) ReportError(last.error().message, 1);
    last = Failed(image.error);
  }
  return last;
}

void AddMirror(CLI::App& app, Run& run) {
  auto flags = std::make_shared<MirrorFlags>();
  CLI::App* command = app.add_subcommand("mirror", "copy images from one store to another");
  command->footer(
      "Packs that are there already are not fetched again. It may be stopped at any moment; the "
      "next\n"
      "run goes on. An image whose serial is lower than that of the copy is refused.");
  command->add_option("FROM", flags->from, "a store: its URL (without an image), or its folder")
      ->required();
  command->add_option("TO", flags->to, "folder of the copy; made if it is missing")->required();
  command->add_option("NAME[:TAG]", flags->images, "what to copy; of a folder, all if left out");
  command->add_option("--pubkey", flags->keys, "public key that must have signed (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_flag("--insecure", flags->insecure, "copy images whoever signed them");
  command->add_flag("--json", flags->json, "for scripts");
  command->callback([=, &run] { run = [=] { return RunMirror(*flags); }; });
}

Status RunShow(const std::string& path, const std::string& picture) {
  RS_TRY(const Profile profile, ReadProfile(path));
  if (!picture.empty()) return WriteFileAtomically(picture, ProfilePicture(profile));
  fputs(ProfileTable(profile).c_str(), stdout);
  return Ok();
}

Status RunMerge(const std::vector<std::string>& files, const std::string& out) {
  std::vector<Profile> profiles;
  for (const std::string& file : files) {
    RS_TRY(Profile profile, ReadProfile(file));
    profiles.push_back(std::move(profile));
  }
  RS_TRY(const Profile merged, MergeProfiles(profiles));
  if (!out.empty()) return WriteProfile(out, merged);
  fputs(merged.Encode().c_str(), stdout);
  return Ok();
}

void AddProfile(CLI::App& app, Run& run) {
  auto files = std::make_shared<std::vector<std::string>>();
  auto file = std::make_shared<std::string>();
  auto out = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("profile", "what was read of an image, and when");
  command->require_subcommand(1);
  CLI::App* show = command->add_subcommand("show", "print a profile as a table, or draw it as a timeline");
  show->add_option("FILE", *file)->required();
  show->add_option("--svg", *out, "draw it into this file instead")->type_name("FILE");
  show->callback([=, &run] { run = [=] { return RunShow(*file, *out); }; });
  CLI::App* merge = command->add_subcommand("merge", "make one profile of several");
  merge->add_option("FILES", *files)->required();
  merge->add_option("-o,--output", *out, "where it goes (default: standard output)")->type_name("FILE");
  merge->callback([=, &run] { run = [=] { return RunMerge(*files, *out); }; });
}

// A tree is walked with an open folder a level.
void AllowManyOpenFiles() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int Main(int argc, char** argv) {
  AllowManyOpenFiles();
  CLI::App app("publish images and run stores", "rootstream");
  app.require_subcommand(1);
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "rootstream: " + std::string(error.what()) + "; see rootstream COMMAND --help\n";
  });
  Run run;
  AddKeygen(app, run);
  AddPublish(app, run);
  AddServe(app, run);
  AddVerify(app, run);
  AddStats(app, run);
  AddGc(app, run);
  AddMirror(app, run);
  AddProfile(app, run);
  try {
    app.parse(argc, argv);
    Status status = run();
    if (fflush(stdout) != 0 && status.ok())
      status = ErrnoError("cannot write to", "standard output");
    // Whatever it was doing then, a person knows why it ended.
    if (!status.ok() && WasInterrupted()) return ReportError("interrupted", 1);
    return status.ok() ? 0 : ReportError(status.error().message, 1);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const UsageError& error) {
    return ReportError(error.text, 2);
  } catch (const std::bad_alloc&) {
    return ReportError("out of memory", 1);
  }
}

}  // namespace
}  // namespace rootstream

int main(int argc, char** argv) { return rootstream::Main(argc, argv); }
