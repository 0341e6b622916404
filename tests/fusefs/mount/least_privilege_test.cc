// Covers: fusefs/mount/file_rules.cc, fusefs/mount/system_call_filter.cc.
#include "fusefs/mount/least_privilege.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "base/file_io.h"
#include "cache/segment_index.h"
#include "tests/support/emulation.h"
#include "tests/support/test_files.h"

namespace rootstream {
namespace {

// Checks each statement in a process of its own, which has dropped all but the least privilege.
class LeastPrivilege : public ::testing::Test {
 protected:
  bool Holds(const std::function<bool()>& statement) const {
    const pid_t child = fork();
    if (child == 0) {
      const Status kept = KeepLeastPrivilege({{folder_ / "read"}, {folder_ / "write"}});
      if (!kept.ok()) {
        fprintf(stderr, "%s\n", kept.error().message.c_str());
        _exit(2);
      }
      _exit(statement() ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  void SetUp() override {
    if (IsUserEmulation()) GTEST_SKIP() << "a user emulation has no filter of system calls";
    for (const char* name : {"read/file", "write/file", "else/file"}) WriteTestFile(folder_ / name, "x");
  }
  static bool HasLandlock() { return syscall(SYS_landlock_create_ruleset, nullptr, 0, 1) > 0; }
  static bool CanOpen(const std::string& path, int flags) {
    return UniqueFd(open(path.c_str(), flags, 0600)).get() >= 0;
  }

  const TempFolder folder_;
};

TEST_F(LeastPrivilege, FilesAreReadAndWrittenWhereTheyAreNeeded) {
  EXPECT_TRUE(Holds([&] { return CanOpen(folder_ / "read/file", O_RDONLY); }));
  EXPECT_TRUE(Holds([&] { return WriteFileAtomically(folder_ / "write/file", "new").ok(); }));
  EXPECT_TRUE(
      Holds([&] { return MakeFolders(folder_ / "write/a/b").ok() && unlink((folder_ / "write/file").c_str()) == 0; }));
  EXPECT_TRUE(Holds([&] { return CanOpen("/etc/passwd", O_RDONLY) && CanOpen("/dev/null", O_RDWR); }));
  EXPECT_TRUE(Holds([&] { return CanOpen("/proc/1/status", O_RDONLY); }));
}

TEST_F(LeastPrivilege, NoOtherFileIsOpened) {
  if (!HasLandlock()) GTEST_SKIP() << "this kernel has no Landlock";
  EXPECT_TRUE(Holds([&] { return !CanOpen(folder_ / "else/file", O_RDONLY); }));
  EXPECT_TRUE(Holds([&] { return !CanOpen(folder_ / "read/file", O_WRONLY); }));
  EXPECT_TRUE(Holds([&] { return !CanOpen(folder_ / "read/new", O_WRONLY | O_CREAT); }));
  EXPECT_TRUE(Holds([&] { return !CanOpen("/etc/rootstream-test", O_WRONLY | O_CREAT); }));
  EXPECT_TRUE(Holds([&] { return !CanOpen("/proc/self/oom_score_adj", O_WRONLY); }));
}

TEST_F(LeastPrivilege, ALinkLeadsNowhereElse) {
  if (!HasLandlock()) GTEST_SKIP() << "this kernel has no Landlock";
  std::filesystem::create_symlink(folder_ / "else/file", folder_ / "write/link");
  EXPECT_TRUE(Holds([&] { return !CanOpen(folder_ / "write/link", O_RDONLY); }));
}

TEST_F(LeastPrivilege, NoCapabilityIsLeftThatIsNotNeeded) {
  const auto has = [](const char* line) { return ReadTestFile("/proc/self/status").find(line) != std::string::npos; };
  EXPECT_TRUE(Holds([&] { return has("NoNewPrivs:\t1"); }));
  EXPECT_TRUE(Holds([&] { return has("Seccomp:\t2"); }));
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_TRUE(Holds([&] { return has("CapEff:\t0000000000000004") && has("CapBnd:\t0000000000000004"); }));
  EXPECT_TRUE(Holds([&] { return mount("x", "/mnt", "tmpfs", 0, nullptr) != 0; }));
}

TEST_F(LeastPrivilege, AnAddressOfOneLinkIsUnderstood) {
  EXPECT_TRUE(Holds([] {
    addrinfo hints = {}, *found = nullptr;
    hints.ai_flags = AI_NUMERICHOST;
    const bool is_understood = getaddrinfo("fe80::1%lo", "80", &hints, &found) == 0;
    return is_understood && reinterpret_cast<sockaddr_in6*>(found->ai_addr)->sin6_scope_id == if_nametoindex("lo") &&
           if_nametoindex("lo") != 0;
  }));
  EXPECT_TRUE(Holds([] {
    char name[IF_NAMESIZE];
    return if_indextoname(if_nametoindex("lo"), name) != nullptr;
  }));
}

TEST_F(LeastPrivilege, CallsThatItHasNoUseForFail) {
  EXPECT_TRUE(Holds([] { return execl("/bin/true", "true", nullptr) == -1 && errno == ENOSYS; }));
  EXPECT_TRUE(Holds([] { return unshare(CLONE_NEWUSER) == -1 && errno == ENOSYS; }));
  EXPECT_TRUE(Holds([] { return umount2("/proc", MNT_DETACH) == -1 && errno == ENOSYS; }));
  EXPECT_TRUE(Holds([] { return syscall(SYS_bpf, 0, 0, 0) == -1 && errno == ENOSYS; }));
  EXPECT_TRUE(Holds([] { return syscall(SYS_io_uring_setup, 1, nullptr) == -1 && errno == ENOSYS; }));
  EXPECT_TRUE(Holds([] { return socket(AF_PACKET, SOCK_RAW, 0) == -1 && errno == ENOSYS; }));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // sanitizers make these calls themselves
  EXPECT_TRUE(Holds([] { return prctl(PR_SET_DUMPABLE, 1) == -1 && errno == ENOSYS; }));
  EXPECT_TRUE(Holds([] { return fork() == -1 && errno == ENOSYS; }));
  EXPECT_TRUE(Holds([] { return kill(getppid(), 0) == -1 && errno == ENOSYS; }));
  EXPECT_TRUE(Holds([] { return ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == -1 && errno == ENOSYS; }));
#endif
}

TEST_F(LeastPrivilege, MemoryThatIsWrittenIsNotRun) {
  const auto map = [](int protection) {
    return mmap(nullptr, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
  };
  EXPECT_TRUE(Holds([&] { return map(PROT_READ | PROT_WRITE) && map(PROT_READ | PROT_EXEC); }));
  EXPECT_TRUE(Holds([&] { return !map(PROT_READ | PROT_WRITE | PROT_EXEC); }));
}

TEST_F(LeastPrivilege, WhatADaemonDoesGoesOn) {
  EXPECT_TRUE(Holds([] {
    bool ran = false;
    std::thread([&] { ran = true; }).join();
    return ran && kill(getpid(), 0) == 0;
  }));
  EXPECT_TRUE(Holds([] {
    addrinfo* found = nullptr;
    const bool resolved = getaddrinfo("localhost", "80", nullptr, &found) == 0;
    if (resolved) freeaddrinfo(found);
    return resolved;
  }));
  EXPECT_TRUE(Holds([] { return UniqueFd(socket(AF_INET6, SOCK_STREAM, 0)).get() >= 0; }));
  EXPECT_TRUE(Holds([&] { return SegmentIndex::Open(folder_ / "write", "", 16 << 20, true).ok(); }));
}

TEST_F(LeastPrivilege, NobodyIsServedOnATcpPort) {
  if (syscall(SYS_landlock_create_ruleset, nullptr, 0, 1) < 4) GTEST_SKIP() << "this kernel's Landlock has no ports";
  EXPECT_TRUE(Holds([] {
    const UniqueFd fd(socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in any = {};
    any.sin_family = AF_INET;
    return bind(fd.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) == -1;
  }));
}

}  // namespace
}  // namespace rootstream
