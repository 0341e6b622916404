// Measures the cost of least privilege: the time to set it up, and the time of system calls under it. Each step runs in
// its own process. Prints a table for docs/design.md, "Least privilege comes first": the least times of several rounds.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>

#include "fusefs/mount/file_rules.h"
#include "fusefs/mount/least_privilege.h"
#include "fusefs/mount/system_call_filter.h"

namespace rootstream {
namespace {

constexpr int kRounds = 20;
constexpr int kCalls = 20000;  // in a round

double MicrosecondsOf(const std::function<void()>& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began).count();
}

double MicrosecondsOfACall(const std::function<void()>& call) {
  double least = 1e9;
  for (int round = 0; round < kRounds; ++round)
    least = std::min(least, MicrosecondsOf([&] {
                       for (int i = 0; i < kCalls; ++i) call();
                     }));
  return least / kCalls;
}

void PrintRow(const char* name, const std::function<Status()>& step) {
  const pid_t child = fork();
  if (child == 0) {
    const int memory = memfd_create("page", MFD_CLOEXEC);
    char page[4096] = {};
    if (pwrite(memory, page, sizeof page, 0) != sizeof page) _exit(1);
    bool held = true;
    const double set_up = MicrosecondsOf([&] { held = step().ok(); });
    const double read = MicrosecondsOfACall([&] { (void)!pread(memory, page, sizeof page, 0); });
    const double opened = MicrosecondsOfACall([] { close(open("/etc/passwd", O_RDONLY | O_CLOEXEC)); });
    printf("| %s | %.0f µs | %.2f µs | %.2f µs |%s\n", name, set_up, read, opened, held ? "" : " failed");
    fflush(stdout);
    _exit(held ? 0 : 1);
  }
  waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace rootstream

int main() {
  using namespace rootstream;
  const FileNeeds needs = {{"/etc"}, {"/var/tmp"}};
  printf("| held back | once | pread(2) of 4 KiB | open(2) and close(2) |\n|---|---|---|---|\n");
  fflush(stdout);
  PrintRow("nothing", [] { return Ok(); });
  PrintRow("files (Landlock)", [&] { return LimitFiles(needs); });
  PrintRow("system calls (seccomp)", [] { return FilterSystemCalls(); });
  PrintRow("all", [&] { return KeepLeastPrivilege(needs); });
}
