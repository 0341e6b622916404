// libexec/rootstream/kboot: what the scripts of kboot cannot do by themselves. Exit codes are those of
// boot/exit_code.h; a failure is one line on standard error. Called by the name of rootstream, as in an initramfs, it
// is the client: two programs there would be most of the same code twice.
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>

#include "base/file_io.h"
#include "base/message.h"
#include "base/program_start.h"
#include "boot/exit_code.h"
#include "boot/fetch.h"
#include "boot/guard.h"
#include "boot/kernel_load.h"
#include "boot/line_history.h"
#include "boot/pack.h"
#include "boot/pick_entry.h"
#include "boot/prompt.h"
#include "boot/router.h"
#include "boot/server_time.h"
#include "fusefs/commands/client_flags.h"
#include "fusefs/commands/commands.h"

namespace rootstream {
namespace {

// What a command returns: its exit code, having reported its failure.
using Run = std::function<int()>;

int Report(const std::string& text, int code) {
  fprintf(stderr, "rootstream: %s\n", ShownMessage(text).c_str());
  return code;
}

int Report(const Error& error) { return Report(error.message, ExitCodeOf(error.kind)); }

void AddFetch(CLI::App& app, Run& run) {
  auto url = std::make_shared<std::string>();
  auto file = std::make_shared<std::string>();
  auto credentials = std::make_shared<CredentialFiles>();
  CLI::App* command = app.add_subcommand("fetch", "fetch a file: http, https, ftp, tftp, file");
  command->add_option("URL", *url)->required();
  command->add_option("FILE", *file)->required();
  for (const CredentialOption& option : kCredentialOptions)
    command->add_option(std::string("--") + option.name, (*credentials).*option.file, option.help)->type_name("FILE");
  command->callback([=, &run] {
    run = [=] {
      const auto read = Credentials::Read(*credentials, *url);
      if (!read.ok()) return Report(read.error());
      const Status status = FetchFile(*url, *file, *read);
      return status.ok() ? 0 : Report(status.error());
    };
  });
}

void AddPut(CLI::App& app, Run& run) {
  auto file = std::make_shared<std::string>();
  auto url = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("put", "put a file: http, https, ftp");
  command->add_option("FILE", *file)->required();
  command->add_option("URL", *url)->required();
  command->callback([=, &run] {
    run = [=] {
      const Status status = PutFile(*file, *url);
      return status.ok() ? 0 : Report(status.error());
    };
  });
}

void AddPack(CLI::App& app, Run& run) {
  CLI::App* command = app.add_subcommand("pack", "standard input as a zstd frame to standard output");
  command->callback([&run] {
    run = [] {
      const Status status = PackStream(0, 1);
      return status.ok() ? 0 : Report(status.error());
    };
  });
}

struct EntryFlags {
  ClientFlags client;
  std::string label;
  std::string sysfs = "/sys";
  std::string cpuinfo = "/proc/cpuinfo";
  bool list = false;
};

int ShowEntry(EntryFlags& flags) {
  if (const Status status = flags.client.Apply(); !status.ok()) return Report(status.error().message, kWrongUsage);
  if (!NamesTrust(flags.client.options)) return Report(kTrustMissing, kWrongUsage);
  if (const auto url = ParseImageUrl(flags.client.options.url); !url.ok())
    return Report(url.error().message, kWrongUsage);
  const auto client = Client::Open(flags.client.options, [](const Error& error) {
    fprintf(stderr, "rootstream: waiting for the network: %s\n", ShownMessage(error.message).c_str());
  });
  if (!client.ok()) return Report(client.error());
  TellLostMemory(**client);
  const std::vector<BootEntry>& entries = (*client)->ref().manifest.boot_entries;
  const std::string image = "image " + (*client)->url().ToString();
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
  const auto lines = EntryLines(*entry);
  if (!lines.ok()) return Report(lines.error().message, 1);
  fputs(lines->c_str(), stdout);
  return 0;
}

struct LoadFlags {
  std::string kernel;
  std::string initrd;
  std::string command_line;
};

void AddLoad(CLI::App& app, Run& run) {
  auto flags = std::make_shared<LoadFlags>();
  CLI::App* command = app.add_subcommand("load", "load the next kernel, which the running one may check");
  command->add_option("KERNEL", flags->kernel)->required();
  command->add_option("--initrd", flags->initrd)->type_name("FILE");
  command->add_option("--command-line", flags->command_line)->type_name("TEXT");
  command->callback([=, &run] {
    run = [=] {
      const LoadOutcome outcome = LoadKernel(flags->kernel, flags->initrd, flags->command_line);
      return outcome.code == kDone ? kDone : Report(outcome.message, outcome.code);
    };
  });
}

void AddEntry(CLI::App& app, Run& run) {
  auto flags = std::make_shared<EntryFlags>();
  CLI::App* command = app.add_subcommand("entry", "print the boot entry of an image that fits this machine");
  command->add_option("URL", flags->client.options.url)->required();
  command->add_option("--label", flags->label, "the entry with this title, kernel or version, or a part of it")
      ->type_name("TEXT");
  command->add_flag("--list", flags->list, "all entries: index, title, kernel, whether it fits");
  command->add_option("--sysfs", flags->sysfs)->type_name("DIR")->capture_default_str();
  command->add_option("--cpuinfo", flags->cpuinfo)->type_name("FILE")->capture_default_str();
  flags->client.AddTo(*command);
  command->callback([=, &run] { run = [=] { return ShowEntry(*flags); }; });
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

void AddPrompt(CLI::App& app, Run& run) {
  auto text = std::make_shared<std::string>();
  auto history = std::make_shared<std::string>();
  auto line = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("prompt", "ask a person at the terminal for a line, and print it");
  command->add_option("TEXT", *text, "what to ask")->required();
  command->add_option("--history", *history, "lines typed before; this one is added")->type_name("FILE");
  command->add_option("--line", *line, "what is there already, to be edited")->type_name("TEXT");
  command->callback([=, &run] { run = [=] { return Prompt(*text, *history, *line); }; });
}

// systemd spares a process whose name begins with @ (https://systemd.io/ROOT_STORAGE_DAEMONS).
int Spare(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  words[0] = "@" + words[0];
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execv(command[0].c_str(), pointers.data());
  return Report(ErrnoError("cannot start", command[0]));
}

void AddSpare(CLI::App& app, Run& run) {
  auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("spare", "run a program that the image's init leaves alone as it goes down");
  command->add_option("PROGRAM", *words, "its file, and its arguments")->required();
  command->callback([=, &run] { run = [=] { return Spare(*words); }; });
}

void AddTime(CLI::App& app, Run& run) {
  auto source = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("time", "print what time a server says it is, in seconds since 1970");
  command->add_option("ntp:HOST|URL", *source)->required();
  command->callback([=, &run] {
    run = [=] {
      const auto time = TimeFrom(*source);
      if (!time.ok()) return Report(time.error());
      printf("%lld\n", static_cast<long long>(*time));
      return static_cast<int>(kDone);
    };
  });
}

void AddRouter(CLI::App& app, Run& run) {
  auto interface = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("router", "print what the IPv6 router on an interface's link tells, for a shell");
  command->add_option("INTERFACE", *interface)->required();
  command->callback([=, &run] {
    run = [=] {
      const auto advertisement = AskRouter(*interface);
      if (!advertisement.ok()) return Report(advertisement.error());
      fputs(ShellWords(*advertisement).c_str(), stdout);
      return static_cast<int>(kDone);
    };
  });
}

void AddGuard(CLI::App& app, Run& run) {
  auto options = std::make_shared<GuardOptions>();
  CLI::App* command = app.add_subcommand("guard", "be process 1, and run an image's init beside what its root needs");
  command->add_option("--new-root", options->new_root)->type_name("DIR")->required();
  command->add_option("--live", options->live)->type_name("DIR")->required();
  command->add_option("--leave", options->leave, "what ends the root's daemon")->type_name("FILE")->required();
  command->add_option("INIT", options->init, "with its arguments")->required();
  command->callback([=, &run] {
    run = [=]() -> int {
      if (getpid() != 1) return Report("kboot guard is for process 1 of a machine", kWrongUsage);
      RunGuard(*options);
    };
  });
}

int Main(int argc, char** argv) {
  CLI::App app("what the scripts of kboot are made with", "kboot");
  app.require_subcommand(1);
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "rootstream: " + ShownMessage(error.what()) + "; see kboot COMMAND --help\n";
  });
  Run run;
  AddFetch(app, run);
  AddPut(app, run);
  AddPack(app, run);
  AddLoad(app, run);
  AddEntry(app, run);
  AddPrompt(app, run);
  AddGuard(app, run);
  AddSpare(app, run);
  AddTime(app, run);
  AddRouter(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const int code = run();
  if (fflush(stdout) != 0 && code == 0) return Report(ErrnoError("cannot write to", "standard output").message, 1);
  return code;
}

}  // namespace
}  // namespace rootstream

int main(int argc, char** argv) {
  const bool is_client = argc > 0 && std::string_view(argv[0]).ends_with("rootstream");
  rootstream::ProgramStart start(argc, argv);
  try {
    return is_client ? rootstream::RunClientCommand(start) : rootstream::Main(start.argc(), start.argv());
  } catch (const std::exception& error) {  // of a library; errors of ours are values
    return rootstream::Report(error.what(), 1);
  }
}
