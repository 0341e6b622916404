#include "boot/portal.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "base/file_io.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

// A web server on the loopback that gives one client this answer.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer)
      : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), answer_(std::move(answer)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(socket_.get(), 1), 0);
    EXPECT_EQ(getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    store_ = "http://somebody:secret@127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/store";
    thread_ = std::thread([this] { Serve(); });
  }
  ~OneAnswer() {
    shutdown(socket_.get(), SHUT_RDWR);
    thread_.join();
  }
  ImageUrl image() const { return {store_, {.name = "debian", .tag = "12"}}; }

 private:
  void Serve() {
    const UniqueFd client(accept(socket_.get(), nullptr, nullptr));
    if (!client) return;
    char bytes[4096];
    if (read(client.get(), bytes, sizeof bytes) <= 0) return;
    EXPECT_EQ(write(client.get(), answer_.data(), answer_.size()), static_cast<ssize_t>(answer_.size()));
  }

  const UniqueFd socket_;
  const std::string answer_;
  std::string store_;
  std::thread thread_;
};

Result<std::optional<std::string>> PortalOf(const std::string& answer) {
  const OneAnswer server("HTTP/1.1 " + answer + "\r\nConnection: close\r\n\r\n<html>");
  return FindPortal(server.image());
}

TEST(FindPortal, TellsWhereARedirectToAnotherHostLeads) {
  const auto portal = PortalOf("302 Found\r\nLocation: http://portal.test/login?token=1");
  ASSERT_TRUE(IsOk(portal));
  EXPECT_EQ(*portal, "http://portal.test/login");
}

TEST(FindPortal, TakesAPageForOne) {
  for (const char* const answer :
       {"200 OK\r\nContent-Type: text/html; charset=utf-8", "511 Network Authentication Required"}) {
    const auto portal = PortalOf(answer);
    ASSERT_TRUE(IsOk(portal)) << answer;
    ASSERT_TRUE(portal->has_value()) << answer;
    EXPECT_TRUE((*portal)->starts_with("http://127.0.0.1:")) << **portal;
    EXPECT_TRUE((*portal)->ends_with("/store/images/debian/12")) << **portal;
  }
}

TEST(FindPortal, LetsAServerAnswerForItself) {
  for (const char* const answer :
       {"404 Not Found\r\nContent-Type: text/html", "200 OK\r\nContent-Type: application/octet-stream",
        "301 Moved\r\nLocation: /elsewhere", "500 Oops\r\nContent-Type: text/html"}) {
    const auto portal = PortalOf(answer);
    ASSERT_TRUE(IsOk(portal)) << answer;
    EXPECT_EQ(*portal, std::nullopt) << answer;
  }
}

TEST(FindPortal, KnowsNothingWhereNobodyAnswers) {
  const auto portal = FindPortal({"http://somebody:secret@127.0.0.1:1/store", {.name = "debian", .tag = "12"}});
  ASSERT_TRUE(FailsWith(ErrorKind::kUnavailable, portal));
  EXPECT_EQ(portal.error().message.find("secret"), std::string::npos);
  const auto none = FindPortal({"file:///srv/store", {.name = "debian", .tag = "12"}});
  ASSERT_TRUE(IsOk(none));
  EXPECT_EQ(*none, std::nullopt);
}

}  // namespace
}  // namespace rootstream
