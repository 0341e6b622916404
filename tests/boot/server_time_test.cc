#include "boot/server_time.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <functional>
#include <thread>

#include "base/file_io.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

using std::chrono::milliseconds;

constexpr uint64_t kQuestion = 0x0123456789abcdef;

void PutNumber(std::string& message, size_t at, uint64_t number, size_t size) {
  for (size_t i = 0; i < size; ++i) message[at + i] = static_cast<char>(number >> (8 * (size - 1 - i)));
}

std::string Answer(uint32_t seconds, uint64_t question = kQuestion) {
  std::string message(48, '\0');
  message[0] = 0x24;  // version 4, from a server
  message[1] = 2;
  PutNumber(message, 24, question, 8);
  PutNumber(message, 40, seconds, 4);
  return message;
}

TEST(TimeInNtpAnswer, IsInSecondsSince1970) {
  EXPECT_EQ(TimeInNtpAnswer(Answer(2'208'988'800), kQuestion), 0);
  EXPECT_EQ(TimeInNtpAnswer(Answer(3'976'000'000), kQuestion), 1'767'011'200);
  EXPECT_EQ(TimeInNtpAnswer(Answer(1000), kQuestion), 4'294'967'296 + 1000 - 2'208'988'800);  // after 2036 (era 1)
  EXPECT_EQ(TimeInNtpAnswer(Answer(3'976'000'000) + std::string(20, 'x'), kQuestion), 1'767'011'200);
}

TEST(TimeInNtpAnswer, IsNotTakenFromWhoWasNotAskedOrDoesNotKnow) {
  EXPECT_EQ(TimeInNtpAnswer(Answer(3'976'000'000), kQuestion + 1), std::nullopt);
  EXPECT_EQ(TimeInNtpAnswer(Answer(0), kQuestion), std::nullopt);
  for (size_t size = 0; size < 48; ++size)
    EXPECT_EQ(TimeInNtpAnswer(Answer(3'976'000'000).substr(0, size), kQuestion), std::nullopt) << size;
  const auto with = [](size_t at, int byte) {
    std::string answer = Answer(3'976'000'000);
    answer[at] = static_cast<char>(byte);
    return TimeInNtpAnswer(answer, kQuestion);
  };
  EXPECT_NE(with(0, 0x24), std::nullopt);
  EXPECT_EQ(with(0, 0xe4), std::nullopt) << "its clock is not set";
  EXPECT_EQ(with(0, 0x23), std::nullopt) << "a question";
  EXPECT_EQ(with(1, 0), std::nullopt) << "a kiss of death";
  EXPECT_EQ(with(1, 16), std::nullopt) << "not synchronised";
}

// An NTP server on the loopback. `answer` returns the answer to each question; if it is empty, none is sent.
class NtpServer {
 public:
  explicit NtpServer(std::function<std::string(const std::string&)> answer)
      : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), answer_(std::move(answer)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    source_ = "ntp:127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { Serve(); });
  }
  ~NtpServer() {
    shutdown(socket_.get(), SHUT_RDWR);
    thread_.join();
  }
  const std::string& source() const { return source_; }

 private:
  void Serve() {
    char bytes[512];
    sockaddr_in from = {};
    socklen_t size = sizeof from;
    ssize_t n = 0;
    while ((n = recvfrom(socket_.get(), bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&from), &size)) > 0) {
      const std::string answer = answer_({bytes, static_cast<size_t>(n)});
      if (!answer.empty())
        sendto(socket_.get(), answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }

  const UniqueFd socket_;
  const std::function<std::string(const std::string&)> answer_;
  std::string source_;
  std::thread thread_;
};

uint64_t TransmitOf(const std::string& question) {
  uint64_t number = 0;
  for (size_t i = 40; i < 48; ++i) number = number << 8 | static_cast<uint8_t>(question.at(i));
  return number;
}

TEST(TimeFrom, AnNtpServer) {
  const NtpServer server([](const std::string& question) {
    EXPECT_EQ(question.size(), 48u);
    EXPECT_EQ(question[0], 0x23);
    return Answer(3'976'000'000, TransmitOf(question));
  });
  const auto time = TimeFrom(server.source());
  ASSERT_TRUE(IsOk(time));
  EXPECT_EQ(*time, 1'767'011'200);
}

TEST(TimeFrom, AsksAgainWhenAnAnswerIsLostOrAnothers) {
  int asked = 0;
  const NtpServer server([&](const std::string& question) {
    ++asked;
    return asked == 1 ? std::string() : Answer(3'976'000'000, asked == 2 ? 1 : TransmitOf(question));
  });
  EXPECT_TRUE(IsOk(TimeFrom(server.source())));
  EXPECT_EQ(asked, 3);
}

TEST(TimeFrom, GivesUpOnWhoDoesNotAnswer) {
  const NtpServer silent([](const std::string&) { return std::string(); });
  EXPECT_TRUE(FailsWith(ErrorKind::kUnavailable, TimeFrom(silent.source(), milliseconds(100))));
  EXPECT_TRUE(FailsWith(ErrorKind::kUnavailable, TimeFrom("http://127.0.0.1:1/", milliseconds(100))));
}

// The server's certificate is not checked, so it must not receive the path, the query or the password of the URL.
TEST(TimeFrom, TellsAWebServerNoSecretOfTheAddress) {
  const UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener.get(), 1), 0);
  ASSERT_EQ(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  std::string request;
  std::thread server([&] {
    const UniqueFd client(accept(listener.get(), nullptr, nullptr));
    char bytes[4096];
    const ssize_t n = recv(client.get(), bytes, sizeof bytes, 0);
    if (n > 0) request.assign(bytes, static_cast<size_t>(n));
    const std::string answer = "HTTP/1.1 404 no\r\nDate: Mon, 29 Dec 2025 12:26:40 GMT\r\nConnection: close\r\n\r\n";
    send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
  });
  const auto time =
      TimeFrom("http://user:secret@127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/store/x?token=abc");
  server.join();
  ASSERT_TRUE(IsOk(time));
  EXPECT_EQ(*time, 1'767'011'200);
  EXPECT_TRUE(request.starts_with("HEAD / HTTP/1.1\r\n")) << request;
  EXPECT_EQ(request.find("Authorization"), std::string::npos) << request;
}

TEST(TimeFrom, NoSuchSource) {
  for (const char* source : {"", "ntp:", "ftp://host/", "time.example.org"})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, TimeFrom(source))) << source;
}

}  // namespace
}  // namespace rootstream
