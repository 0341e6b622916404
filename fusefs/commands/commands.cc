#include "fusefs/commands/commands.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "base/file_io.h"
#include "base/message.h"
#include "base/program_start.h"
#include "fusefs/commands/client_flags.h"
#include "fusefs/commands/listing.h"
#include "fusefs/commands/prefetch.h"
#include "fusefs/commands/profile_commands.h"
#include "fusefs/image/profile_file.h"
#include "fusefs/mount/control.h"
#include "fusefs/mount/mount.h"
#include "fusefs/mount/mounts.h"
#include "fusefs/mount/status.h"

namespace rootstream {
namespace {

// Verbs of other executables: they bring libraries that the client is better off without.
enum class VerbForm { kProgram, kScript };
struct Verb {
  const char* name;
  const char* executable;
  const char* help;
  VerbForm form = VerbForm::kProgram;
};
constexpr std::array kOtherVerbs = {
    Verb{"export", "export", "write an image to a directory, or as a tar to standard output"},
    Verb{"keygen", "publisher", "make a key pair to sign images with"},
    Verb{"publish", "publisher", "put a root filesystem into a store"},
    Verb{"serve", "publisher", "serve a store over HTTP, for trials"},
    Verb{"verify", "publisher", "check every byte of a store"},
    Verb{"stats", "publisher", "tell what a store holds"},
    Verb{"gc", "publisher", "remove from a store what no image needs"},
    Verb{"mirror", "publisher", "copy images from one store to another"},
    Verb{"kboot", "kboot-build", "make a kernel and an initramfs that boot from a URL", VerbForm::kScript},
    Verb{"boot", "boot", "boot this machine from an image, inside kboot", VerbForm::kScript},
};

const Verb* FindOtherVerb(const std::string& name) {
  const auto found =
      std::find_if(kOtherVerbs.begin(), kOtherVerbs.end(), [&](const Verb& verb) { return name == verb.name; });
  return found == kOtherVerbs.end() ? nullptr : &*found;
}

// What a command returns: its exit code, having reported its failure.
using Run = std::function<int()>;

int Report(const Status& status) { return status.ok() ? 0 : ReportFailure(status.error()); }

Result<std::unique_ptr<Client>> OpenClient(const ClientFlags& flags) {
  return Client::Open(flags.options, [](const Error& error) { Tell("waiting for the network: " + error.message); });
}

// A command on an opened image.
template <typename Use>
int WithClient(ClientFlags& flags, Use use) {
  if (const Status status = flags.Apply(); !status.ok()) return ReportUsage(status.error().message);
  if (!NamesTrust(flags.options)) return ReportUsage(kTrustMissing);
  const auto client = OpenClient(flags);
  if (!client.ok()) return ReportFailure(client.error());
  TellLostMemory(**client);
  if (flags.record.empty()) return Report(use(**client));
  auto profile = ProfileFile::Open(flags.record, (*client)->url().image);
  if (!profile.ok()) return ReportFailure(profile.error());
  const int code = Report(use(**client));
  const int saved = Report(profile->Save(**client));
  return code != 0 ? code : saved;
}

Status CheckUrls(const ClientOptions& options) {
  RS_CHECK(ParseImageUrl(options.url));
  for (const std::string& mirror : options.mirrors)
    if (!IsStoreUrl(mirror)) return Invalid("mirror '" + mirror + "' is not a URL");
  return Ok();
}

// A person's "mount -f" stays in the foreground, as FUSE's programs have it; mount(8)'s is a trial.
enum class MountCaller { kPerson, kMount8 };

void AddMount(CLI::App& app, Run& run, MountCaller caller) {
  auto options = std::make_shared<MountOptions>();
  auto flags = std::make_shared<ClientFlags>();
  auto lists = std::make_shared<std::vector<std::string>>();
  auto fill = std::make_shared<std::string>();
  auto fake = std::make_shared<bool>(false);
  const bool of_mount8 = caller == MountCaller::kMount8;
  if (of_mount8) options->action = MountAction::kMountOnce;
  CLI::App* command = app.add_subcommand("mount", "mount an image; it is there at once");
  command->add_option("URL", flags->options.url, "http(s)://… or file://STORE/NAME[:TAG]")->required();
  command->add_option("MOUNTPOINT", options->mountpoint, "an empty directory")->required();
  flags->AddTo(*command);
  command->add_flag(of_mount8 ? "--foreground" : "-f,--foreground", options->foreground, "stay in the foreground");
  command->add_flag(of_mount8 ? "-f,--fake" : "--fake", *fake, "check what was given, and mount nothing");
  command->add_flag("--rootfs", options->is_root,
                    "this machine runs from it: never give up, never be killed, log to the kernel");
  command->add_option("--fill", *fill, "bring all of the image into the cache, behind all else: bytes a second, or max")
      ->type_name("RATE");
  command->add_option("-o", *lists, "the options above as keys, and those of mount(8)")
      ->type_name("OPT,OPT")
      ->allow_extra_args(false);
  // What mount(8) hands to its helpers.
  command->add_flag("-s,-n,-v,--verbose,-w,-r")->group("");
  command->add_option("-t,-N")->group("");
  command->callback([=, &run] {
    run = [=] {
      if (const Status status = flags->Apply(); !status.ok()) return ReportUsage(status.error().message);
      options->client = flags->options;
      options->record = flags->record;
      if (!fill->empty()) {
        const auto rate = ParseFillRate(*fill);
        if (!rate.ok()) return ReportUsage(rate.error().message);
        options->client.fill = *rate;
      }
      for (const std::string& list : *lists)
        if (const Status status = AddOptionList(list, *options); !status.ok())
          return ReportUsage(status.error().message);
      if (options->action == MountAction::kRemount) return *fake ? 0 : Report(MountImage(*options));
      if (!NamesTrust(options->client)) return ReportUsage(kTrustMissing);
      return *fake ? Report(CheckUrls(options->client)) : Report(MountImage(*options));
    };
  });
}

void AddUmount(CLI::App& app, Run& run) {
  auto mountpoint = std::make_shared<std::string>();
  auto lazy = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("umount", "take a mount away");
  command->add_option("MOUNTPOINT", *mountpoint)->required();
  command->add_flag("-l,--lazy", *lazy, "even if it is busy; whoever uses it gets errors");
  command->callback([=, &run] {
    run = [=] { return Report(UnmountImage(*mountpoint, *lazy ? UnmountMode::kLazy : UnmountMode::kWhenIdle)); };
  });
}

Status ShowStatus(const std::string& mountpoint, bool json) {
  RS_TRY(const MountEntry mount, FindRootstreamMount(mountpoint));
  const auto reply = AskDaemon(mount, "status");
  if (!reply.ok()) return Of(mountpoint, reply.error());
  const auto text = json ? StatusForScripts(*reply) : StatusText(*reply);
  if (!text.ok()) return Of(mountpoint, text.error());
  fputs(text->c_str(), stdout);
  return Ok();
}

void AddStatus(CLI::App& app, Run& run) {
  auto mountpoint = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("status", "tell what a mount is doing");
  command->add_option("MOUNTPOINT", *mountpoint)->required();
  command->add_flag("--json", *json, "for scripts");
  command->callback([=, &run] { run = [=] { return Report(ShowStatus(*mountpoint, *json)); }; });
}

void AddLs(CLI::App& app, Run& run) {
  auto flags = std::make_shared<ClientFlags>();
  auto path = std::make_shared<std::string>("/");
  auto is_long = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("ls", "list a directory of an image");
  command->add_option("URL", flags->options.url)->required();
  command->add_option("PATH", *path, "in the image")->capture_default_str();
  command->add_flag("-l,--long", *is_long, "with modes, owners, sizes and times (UTC)");
  flags->AddTo(*command);
  command->callback([=, &run] {
    run = [=] {
      return WithClient(*flags, [&](Client& client) {
        return ListPath(client, *path, *is_long ? ListStyle::kLong : ListStyle::kNames);
      });
    };
  });
}

void AddCat(CLI::App& app, Run& run) {
  auto flags = std::make_shared<ClientFlags>();
  auto paths = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("cat", "print files of an image");
  command->add_option("URL", flags->options.url)->required();
  command->add_option("PATH", *paths, "in the image")->required();
  flags->AddTo(*command);
  command->callback([=, &run] {
    run = [=] {
      flags->options.neighbours = Neighbours::kLeave;
      return WithClient(*flags, [&](Client& client) { return PrintFiles(client, *paths); });
    };
  });
}

void AddInspect(CLI::App& app, Run& run) {
  auto flags = std::make_shared<ClientFlags>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("inspect", "tell what an image says of itself");
  command->add_option("URL", flags->options.url)->required();
  command->add_flag("--json", *json, "for scripts");
  flags->AddTo(*command);
  command->callback([=, &run] {
    run = [=] {
      return WithClient(*flags, [&](Client& client) {
        return InspectImage(client, *json ? InspectStyle::kJson : InspectStyle::kText);
      });
    };
  });
}

void AddPrefetch(CLI::App& app, Run& run) {
  auto flags = std::make_shared<ClientFlags>();
  auto all = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("prefetch", "bring an image into the local cache");
  command->add_option("URL", flags->options.url)->required();
  command->add_flag("--all", *all, "all of it, so that it can be used without a network");
  flags->AddTo(*command);
  command->callback([=, &run] {
    run = [=] {
      return WithClient(*flags, [&](Client& client) { return *all ? PrefetchAll(client) : PrefetchHotRange(client); });
    };
  });
}

void AddProfile(CLI::App& app, Run& run) {
  auto file = std::make_shared<std::string>();
  auto mountpoint = std::make_shared<std::string>();
  auto seconds = std::make_shared<uint32_t>(0);
  CLI::App* command = app.add_subcommand("profile", "what was read of an image, and when");
  command->require_subcommand(1);
  CLI::App* record = command->add_subcommand("record", "record what a mount is asked for, until ^C");
  record->add_option("MOUNTPOINT", *mountpoint)->required();
  record->add_option("-o,--output", *file, "where the profile goes")->type_name("FILE")->required();
  record->add_option("--seconds", *seconds, "end by itself after so long")->type_name("N");
  record->callback([=, &run] {
    run = [=] {
      const auto limit = *seconds == 0 ? std::nullopt : std::optional(std::chrono::seconds(*seconds));
      return Report(RecordProfile(*mountpoint, *file, limit));
    };
  });
  command->footer(
      "  show    print a profile as a table, or draw it as a timeline\n"
      "  merge   make one profile of several");
}

// mount -t fuse.rootstream URL DIR calls "mount.fuse.rootstream URL DIR -o …"; libfuse's own helper
// calls "rootstream URL DIR -o …".
MountCaller AddMountVerb(ProgramStart& start) {
  const std::string called = std::filesystem::path(start.argv()[0]).filename();
  const bool helper = called.starts_with("mount.");
  const bool url_first = start.argc() > 1 && IsStoreUrl(start.argv()[1]);
  if (helper || url_first) start.InsertArgument(1, "mount");
  return helper ? MountCaller::kMount8 : MountCaller::kPerson;
}

std::string Footer() {
  std::string text = "Publisher's and other commands:\n";
  for (const Verb& verb : kOtherVerbs) {
    std::string name = verb.name;
    name.resize(28, ' ');
    text += "  " + name + verb.help + "\n";
  }
  return text + "\nrootstream COMMAND --help tells more of each.";
}

}  // namespace

void Tell(const std::string& text) { fprintf(stderr, "rootstream: %s\n", ShownMessage(text).c_str()); }

int ReportFailure(const Error& error) {
  Tell(error.message);
  return 1;
}

int ReportUsage(const std::string& text) {
  Tell(text);
  return 2;
}

Error RunBeside(const char* name, char** argv) {
  std::error_code ignored;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const std::string path = self.parent_path().parent_path() / "libexec" / "rootstream" / name;
  execv(path.c_str(), argv);
  return ErrnoError("cannot run", path);
}

int RunClientCommand(ProgramStart& start) {
  const MountCaller caller = AddMountVerb(start);
  const std::string first = start.argc() > 1 ? start.argv()[1] : "-";
  if (const Verb* verb = FindOtherVerb(first)) {
    if (verb->form == VerbForm::kScript) start.MoveSecretsToEnvironment();
    return ReportFailure(RunBeside(verb->executable, start.argv()));
  }
  // What only looks at profiles is the publisher's.
  const std::string second = start.argc() > 2 ? start.argv()[2] : "";
  if (first == "profile" && (second == "show" || second == "merge"))
    return ReportFailure(RunBeside("publisher", start.argv()));
  CLI::App app("Linux from any web server: publish root filesystems as static files, mount them lazily", "rootstream");
  app.set_version_flag("--version", "rootstream " ROOTSTREAM_VERSION);
  app.require_subcommand(1);
  app.footer(Footer());
  app.failure_message([](const CLI::App* top, const CLI::Error& error) {
    const auto commands = top->get_subcommands();
    const std::string command = commands.empty() ? "" : commands.front()->get_name() + " ";
    return "rootstream: " + ShownMessage(error.what()) + "; see rootstream " + command + "--help\n";
  });
  Run run;
  AddMount(app, run, caller);
  AddUmount(app, run);
  AddStatus(app, run);
  AddLs(app, run);
  AddCat(app, run);
  AddInspect(app, run);
  AddPrefetch(app, run);
  AddProfile(app, run);
  const auto is_first = [&](const CLI::App* command) { return command->get_name() == first; };
  if (!first.starts_with("-") && app.get_subcommands(is_first).empty())
    return ReportUsage("there is no command '" + first + "'; see rootstream --help");
  try {
    app.parse(start.argc(), start.argv());
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const int code = run();
  if (fflush(stdout) != 0 && code == 0) return ReportFailure(ErrnoError("cannot write to", "standard output"));
  return code;
}

}  // namespace rootstream
