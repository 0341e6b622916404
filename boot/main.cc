// libexec/rootstream/kboot: what the scripts of kboot cannot do by themselves. Exit codes are those of
// boot/exit_code.h; a failure is one line on standard error. Called by the name of rootstream, as in an initramfs, it
// is the client: two programs there would be most of the same code twice.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/command_line.h"
#include "base/file_io.h"
#include "base/program_start.h"
#include "base/tell.h"
#include "base/url_text.h"
#include "boot/compress.h"
#include "boot/consoles.h"
#include "boot/exit_code.h"
#include "boot/fetch.h"
#include "boot/guard.h"
#include "boot/kernel_load.h"
#include "boot/line_history.h"
#include "boot/pick_entry.h"
#include "boot/portal.h"
#include "boot/prompt.h"
#include "boot/router.h"
#include "boot/server_time.h"
#include "fusefs/commands/client_flags.h"
#include "fusefs/commands/verbs.h"
#include "fusefs/image/layers.h"

namespace rootstream {
namespace {

int Report(const std::string& text, int code) {
  Tell(text);
  return code;
}

int Report(const Error& error) { return Report(error.message, ExitCodeOf(error.kind)); }

void AddFetch(CommandLine& verbs) {
  auto url = std::make_shared<std::string>();
  auto file = std::make_shared<std::string>();
  auto credentials = std::make_shared<CredentialFiles>();
  auto limits = std::make_shared<FetchLimits>();
  Verb command = verbs.Add("fetch", "fetch a file: http, https, ftp, tftp, file", [=] {
    const auto read = Credentials::Read(*credentials, *url);
    if (!read.ok()) return Report(read.error());
    const Status status = FetchFile(*url, *file, *read, *limits);
    return status.ok() ? 0 : Report(status.error());
  });
  command.Argument("URL", *url);
  command.Argument("FILE", *file);
  command.NumberOption("--at-most", "BYTES", limits->size, 1, INT64_MAX, "refuse a longer file");
  for (const CredentialOption& option : kCredentialOptions)
    command.Option(std::string("--") + option.name, "FILE", (*credentials).*option.file, option.help);
}

void AddPut(CommandLine& verbs) {
  auto file = std::make_shared<std::string>();
  auto url = std::make_shared<std::string>();
  Verb command = verbs.Add("put", "put a file: http, https, ftp", [=] {
    const Status status = PutFile(*file, *url);
    return status.ok() ? 0 : Report(status.error());
  });
  command.Argument("FILE", *file);
  command.Argument("URL", *url);
}

void AddCompress(CommandLine& verbs) {
  verbs.Add("compress", "standard input as a zstd frame to standard output", [] {
    const Status status = CompressStream(0, 1);
    return status.ok() ? 0 : Report(status.error());
  });
}

struct EntryFlags {
  ClientFlags client;
  std::string label;
  std::string sysfs = "/sys";
  std::string cpuinfo = "/proc/cpuinfo";
  bool list = false;
};

int ShowEntry(const EntryFlags& flags, const Client& client) {
  const std::vector<BootEntry>& entries = client.ref().manifest.boot_entries;
  const std::string image = "image " + client.url().ToString();
  if (entries.empty()) return Report(image + " has no boot entry", kNothingToBoot);
  const Machine machine = ReadMachine(flags.sysfs, flags.cpuinfo);
  if (flags.list) {
    fputs(EntryList(entries, machine).c_str(), stdout);
    return 0;
  }
  const BootEntry* entry =
      flags.label.empty() ? PickEntry(entries, machine) : PickLabelled(entries, flags.label, machine);
  if (entry == nullptr && flags.label.empty())
    return Report(image + " has no boot entry that fits this machine", kNothingToBoot);
  if (entry == nullptr) return Report(image + " has no boot entry '" + flags.label + "'", 1);
  const auto lines = EntryLines(*entry, UrlBelow(client.url().store, client.url().image.ToString()));
  if (!lines.ok()) return Report(lines.error().message, 1);
  fputs(lines->c_str(), stdout);
  return 0;
}

int ShowEntryOfLayers(EntryFlags& flags) {
  if (const Status status = flags.client.Apply(); !status.ok()) return Report(status.error().message, kWrongUsage);
  if (!NamesTrust(flags.client.options)) return Report(kTrustMissing, kWrongUsage);
  if (const auto url = ParseLayersUrl(flags.client.options.url); !url.ok())
    return Report(url.error().message, kWrongUsage);
  const auto layers =
      Layers::Open(flags.client.options, [](const Error& error) { Tell("waiting for the network: " + error.message); });
  if (!layers.ok()) return Report(layers.error());
  const Client* with_kernel = nullptr;
  for (const auto& client : (*layers)->clients()) {
    TellLostMemory(*client);
    if (client->ref().manifest.boot_entries.empty()) continue;
    if (with_kernel != nullptr)
      return Report("images " + with_kernel->url().image.ToString() + " and " + client->url().image.ToString() +
                        " both bring a kernel: only one layer may",
                    kTwoKernels);
    with_kernel = client.get();
  }
  return ShowEntry(flags, with_kernel != nullptr ? *with_kernel : (*layers)->base());
}

struct LoadFlags {
  std::string kernel;
  std::string initrd;
  std::string command_line;
};

void AddLoad(CommandLine& verbs) {
  auto flags = std::make_shared<LoadFlags>();
  Verb command = verbs.Add("load", "load the next kernel, which the running one may check", [=] {
    const LoadOutcome outcome = LoadKernel(flags->kernel, flags->initrd, flags->command_line);
    return outcome.code == kDone ? kDone : Report(outcome.message, outcome.code);
  });
  command.Argument("KERNEL", flags->kernel);
  command.TextOption("--initrd", "FILE", flags->initrd);
  command.TextOption("--command-line", "TEXT", flags->command_line);
}

void AddEntry(CommandLine& verbs) {
  auto flags = std::make_shared<EntryFlags>();
  Verb command = verbs.Add("entry", "print the boot entry of an image that fits this machine",
                           [=] { return ShowEntryOfLayers(*flags); });
  command.Argument("URL", flags->client.options.url);
  command.TextOption("--label", "TEXT", flags->label, "the entry with this title, kernel or version, or a part of it");
  command.Flag("--list", flags->list, "all entries: index, title, kernel, whether it fits");
  command.Option("--sysfs", "DIR", flags->sysfs);
  command.Option("--cpuinfo", "FILE", flags->cpuinfo);
  flags->client.AddTo(command);
}

// The terminal at standard input; shown on standard error, or where that is no terminal, on itself.
Result<PromptAnswer> Ask(const std::string& text, const std::vector<std::string>& history, const std::string& line) {
  if (isatty(0) == 0) return ReadPlainLine(0);
  return AskOnTerminal(0, isatty(2) != 0 ? 2 : 0, text, history, line);
}

int Prompt(const std::string& text, const std::string& history_file, const std::string& line) {
  std::vector<std::string> history;
  if (!history_file.empty()) history = LoadLineHistory(history_file);
  const auto answer = Ask(text, history, line);
  if (!answer.ok()) return Report(answer.error().message, 1);
  if (answer->signal != 0) raise(answer->signal);
  if (answer->outcome == LineEditor::Outcome::kInterrupted) return kInterrupted;
  if (answer->outcome == LineEditor::Outcome::kEndOfInput) return 1;
  if (!history_file.empty()) SaveLineHistory(history_file, history, answer->line);
  puts(answer->line.c_str());
  return 0;
}

void AddPrompt(CommandLine& verbs) {
  auto text = std::make_shared<std::string>();
  auto history = std::make_shared<std::string>();
  auto line = std::make_shared<std::string>();
  Verb command = verbs.Add("prompt", "ask a person at the terminal for a line, and print it",
                           [=] { return Prompt(*text, *history, *line); });
  command.Argument("TEXT", *text, "what to ask");
  command.TextOption("--history", "FILE", *history, "lines typed before; this one is added");
  command.TextOption("--line", "TEXT", *line, "what is there already, to be edited");
}

// systemd spares a process whose name begins with @ (https://systemd.io/ROOT_STORAGE_DAEMONS).
int Spare(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  words[0] = "@" + words[0];
  execv(command[0].c_str(), ArgumentPointers(words).data());
  return Report(ErrnoError("cannot start", command[0]));
}

void AddSpare(CommandLine& verbs) {
  auto words = std::make_shared<std::vector<std::string>>();
  Verb command = verbs.Add("spare", "run a program that the image's init leaves alone as it goes down",
                           [=] { return Spare(*words); });
  command.Arguments("PROGRAM", *words, "its file, and its arguments");
}

void AddTime(CommandLine& verbs) {
  auto source = std::make_shared<std::string>();
  Verb command = verbs.Add("time", "print what time a server says it is, in seconds since 1970", [=] {
    const auto time = TimeFrom(*source);
    if (!time.ok()) return Report(time.error());
    printf("%lld\n", static_cast<long long>(*time));
    return static_cast<int>(kDone);
  });
  command.Argument("ntp:HOST|URL", *source);
}

int ShowPortal(const std::string& url) {
  const auto image = ParseImageUrl(url);
  if (!image.ok()) return Report(image.error().message, kWrongUsage);
  const auto portal = FindPortal(*image);
  if (!portal.ok()) return Report(portal.error());
  if (!*portal) return kIsMissing;
  puts((*portal)->c_str());
  return kDone;
}

void AddPortal(CommandLine& verbs) {
  auto url = std::make_shared<std::string>();
  Verb command = verbs.Add("portal", "print the page that a captive portal shows in place of an image, if one does",
                           [=] { return ShowPortal(*url); });
  command.Argument("URL", *url);
}

void AddRouter(CommandLine& verbs) {
  auto interface = std::make_shared<std::string>();
  Verb command = verbs.Add("router", "print what the IPv6 router on an interface's link tells, for a shell", [=] {
    const auto advertisement = AskRouter(*interface);
    if (!advertisement.ok()) return Report(advertisement.error());
    fputs(ShellWords(*advertisement).c_str(), stdout);
    return static_cast<int>(kDone);
  });
  command.Argument("INTERFACE", *interface);
}

int ShowOnConsoles(const std::vector<std::string>& command) {
  const auto status = RunOnTerminals(KernelConsoles(), command);
  if (!status.ok()) return Report(status.error().message, kNotStarted);
  return WIFSIGNALED(*status) ? 128 + WTERMSIG(*status) : WEXITSTATUS(*status);
}

void AddConsole(CommandLine& verbs) {
  auto words = std::make_shared<std::vector<std::string>>();
  Verb command = verbs.Add("console", "run a program that all consoles of the kernel show and may type to",
                           [=] { return ShowOnConsoles(*words); });
  command.Arguments("PROGRAM", *words, "its file, and its arguments");
}

void AddGuard(CommandLine& verbs) {
  auto options = std::make_shared<GuardOptions>();
  Verb command = verbs.Add("guard", "be process 1, and run an image's init beside what its root needs", [=]() -> int {
    if (getpid() != 1) return Report("kboot guard is for process 1 of a machine", kWrongUsage);
    RunGuard(*options);
  });
  command.RequiredOption("--new-root", "DIR", options->new_root);
  command.RequiredOption("--live", "DIR", options->live);
  command.RequiredOption("--leave", "FILE", options->leave, "what ends the root's daemon");
  command.Arguments("INIT", options->init, "with its arguments");
}

}  // namespace
}  // namespace rootstream

int main(int argc, char** argv) {
  using namespace rootstream;
  const bool is_client = argc > 0 && std::string_view(argv[0]).ends_with("rootstream");
  ProgramStart start(argc, argv);
  if (is_client) return RunClientCommand(start);
  CommandLine verbs("what the scripts of kboot are made with", "kboot");
  AddFetch(verbs);
  AddPut(verbs);
  AddCompress(verbs);
  AddLoad(verbs);
  AddEntry(verbs);
  AddPrompt(verbs);
  AddConsole(verbs);
  AddGuard(verbs);
  AddSpare(verbs);
  AddTime(verbs);
  AddRouter(verbs);
  AddPortal(verbs);
  return verbs.Main(start);
}
