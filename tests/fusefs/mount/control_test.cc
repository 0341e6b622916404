#include "fusefs/mount/control.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "tests/support/test_connection.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

// A fake mount, with a device number that no other test uses.
MountEntry Mount(const char* test) {
  return {.device = std::string("test:") + test + std::to_string(getpid()),
          .mountpoint = "/m",
          .type = "fuse.rootstream",
          .source = "http://host/tree",
          .flags = "ro",
          .owner = geteuid()};
}

std::string Echo(const std::string& request) { return "re: " + request; }

TEST(Control, AnswersWhoAsksForItsMount) {
  const TestConnection connection;
  const MountEntry mount = Mount("answers");
  const auto server = ControlServer::Start(mount, connection.device.get(), Echo);
  ASSERT_TRUE(IsOk(server));
  const auto reply = AskDaemon(mount, "status");
  ASSERT_TRUE(IsOk(reply));
  EXPECT_EQ(*reply, "re: status");
}

TEST(Control, IsRefusedForAMountOfAnotherSource) {
  const TestConnection connection;
  MountEntry mount = Mount("source");
  const auto server = ControlServer::Start(mount, connection.device.get(), Echo);
  ASSERT_TRUE(IsOk(server));
  mount.source = "http://host/other";
  const auto reply = AskDaemon(mount, "status");
  ASSERT_TRUE(FailsWith(ErrorKind::kUnavailable, reply));
  EXPECT_NE(reply.error().message.find(std::to_string(getpid())), std::string::npos) << reply.error().message;
}

TEST(Control, IsRefusedWhereTheKernelSaysAnotherUser) {
  const TestConnection connection;
  MountEntry mount = Mount("user");
  const auto server = ControlServer::Start(mount, connection.device.get(), Echo);
  ASSERT_TRUE(IsOk(server));
  mount.owner = geteuid() + 1;
  EXPECT_TRUE(FailsWith(ErrorKind::kUnavailable, AskDaemon(mount, "status")));
}

TEST(Control, ADaemonWhoseConnectionIsGoneDoesNotAnswer) {
  TestConnection connection;
  const MountEntry mount = Mount("gone");
  const auto server = ControlServer::Start(mount, connection.device.get(), Echo);
  ASSERT_TRUE(IsOk(server));
  connection.other.Close();
  EXPECT_TRUE(FailsWith(ErrorKind::kUnavailable, AskDaemon(mount, "status")));
}

TEST(Control, ANameThatIsTakenIsToldAndMayComeBack) {
  TestConnection old;
  const TestConnection fresh;
  const MountEntry mount = Mount("taken");
  auto first = ControlServer::Start(mount, old.device.get(), Echo);
  ASSERT_TRUE(IsOk(first));
  const auto second = ControlServer::Start(mount, fresh.device.get(), Echo);
  ASSERT_TRUE(FailsWith(ErrorKind::kUnavailable, second));
  EXPECT_NE(second.error().message.find("process " + std::to_string(getpid())), std::string::npos)
      << second.error().message;
  first->reset();
  EXPECT_TRUE(IsOk(ControlServer::Start(mount, fresh.device.get(), Echo)));
}

TEST(Control, WhoeverTookTheNameIsNotBelieved) {
  const MountEntry mount = Mount("squatted");
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address = {.sun_family = AF_UNIX};
  const std::string name = "rootstream/" + mount.device;
  memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  ASSERT_EQ(bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(socket.get(), 1), 0);
  Thread squatter("squatter", [&] {
    const UniqueFd peer(accept(socket.get(), nullptr, nullptr));
    (void)!write(peer.get(), "{\"image\": 1}\n", 13);
  });
  EXPECT_TRUE(FailsWith(ErrorKind::kUnavailable, AskDaemon(mount, "status")));
}

TEST(Control, ARequestForTheEndIsAnsweredThen) {
  const TestConnection connection;
  const MountEntry mount = Mount("end");
  auto server = ControlServer::Start(mount, connection.device.get(), Echo);
  ASSERT_TRUE(IsOk(server));
  auto call = DaemonCall::Send(mount, "record so far" + std::string(kAtEnd));
  ASSERT_TRUE(IsOk(call));
  ASSERT_TRUE(IsOk(AskDaemon(mount, "status"))) << "another is served meanwhile";
  server->reset();
  const auto reply = call->Reply();
  ASSERT_TRUE(IsOk(reply));
  EXPECT_EQ(*reply, "re: record so far");
}

}  // namespace
}  // namespace rootstream
