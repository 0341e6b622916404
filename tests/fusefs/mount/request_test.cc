// Covers: fusefs/mount/interrupted_requests.cc.
#define FUSE_USE_VERSION 314
#include "fusefs/mount/request.h"

#include <fuse_lowlevel.h>
#include <gtest/gtest.h>
#include <linux/fuse.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "base/file_io.h"
#include "fusefs/mount/interrupted_requests.h"

namespace rootstream {
namespace {

// The kernel's end of /dev/fuse, limited to lookups and interrupts (linux/fuse.h); libfuse has the other end. Messages
// are handled one at a time, on the thread of the test.
class FakeKernel {
 public:
  using Handler = std::function<void(fuse_req_t)>;

  explicit FakeKernel(Handler on_lookup) : on_lookup_(std::move(on_lookup)) {
    std::array<int, 2> ends;
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
    kernel_ = UniqueFd(ends[0]);
    fuse_args args = FUSE_ARGS_INIT(0, nullptr);
    fuse_opt_add_arg(&args, "test");
    fuse_lowlevel_ops operations = {};
    operations.lookup = [](fuse_req_t req, fuse_ino_t, const char*) {
      static_cast<FakeKernel*>(fuse_req_userdata(req))->on_lookup_(req);
    };
    session_ = fuse_session_new(&args, &operations, sizeof operations, this);
    fuse_opt_free_args(&args);
    static constexpr fuse_custom_io kIo = {
        .writev = [](int fd, iovec* parts, int count, void*) { return writev(fd, parts, count); },
        .read = [](int fd, void* buffer, size_t size, void*) { return read(fd, buffer, size); }};
    EXPECT_EQ(fuse_session_custom_io(session_, &kIo, ends[1]), 0);  // the session closes this end
    fuse_init_in init = {};
    init.major = FUSE_KERNEL_VERSION;
    init.minor = FUSE_KERNEL_MINOR_VERSION;
    Send(FUSE_INIT, 1, {reinterpret_cast<const char*>(&init), sizeof init});
    EXPECT_EQ(Reply(), 0);
  }
  ~FakeKernel() {
    // libfuse keeps an interrupt whose request has been answered until the next request comes, and does not free it
    // with the session.
    Send(FUSE_STATFS, UINT64_MAX, "");
    fuse_session_destroy(session_);
  }
  FakeKernel(const FakeKernel&) = delete;

  void LookUp(uint64_t unique) { Send(FUSE_LOOKUP, unique, std::string("name", 5)); }
  void Interrupt(uint64_t unique) {
    const fuse_interrupt_in in = {unique};
    Send(FUSE_INTERRUPT, unique + 1, {reinterpret_cast<const char*>(&in), sizeof in});
  }

  // The error of the next reply; nullopt: no reply came.
  std::optional<int> Reply(std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    pollfd fd = {kernel_.get(), POLLIN, 0};
    if (poll(&fd, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
    std::string reply(1 << 20, '\0');
    const ssize_t size = read(kernel_.get(), reply.data(), reply.size());
    fuse_out_header header = {};
    if (size < static_cast<ssize_t>(sizeof header)) return std::nullopt;
    memcpy(&header, reply.data(), sizeof header);
    // libfuse's own reply to an interrupt of a request that it has not read yet, or has answered.
    if (header.error == -EAGAIN) return Reply(patience);
    return -header.error;
  }
  bool IsSilent() { return !Reply(std::chrono::milliseconds(150)); }

 private:
  void Send(uint32_t opcode, uint64_t unique, const std::string& body) {
    fuse_in_header header = {};
    header.len = static_cast<uint32_t>(sizeof header + body.size());
    header.opcode = opcode;
    header.unique = unique;
    header.nodeid = FUSE_ROOT_ID;
    header.pid = static_cast<uint32_t>(getpid());
    const std::string message = std::string(reinterpret_cast<const char*>(&header), sizeof header) + body;
    EXPECT_EQ(write(kernel_.get(), message.data(), message.size()), static_cast<ssize_t>(message.size()));
    fuse_buf buffer = {};
    EXPECT_GT(fuse_session_receive_buf(session_, &buffer), 0);
    fuse_session_process_buf(session_, &buffer);
    free(buffer.mem);
  }

  const Handler on_lookup_;
  UniqueFd kernel_;
  fuse_session* session_ = nullptr;
};

class RequestTest : public ::testing::Test {
 protected:
  std::atomic<bool> killed_ = false;
  std::shared_ptr<Request> request_;
  FakeKernel kernel_{[this](fuse_req_t req) {
    request_ = std::make_shared<Request>(req, interrupted_);
    request_->Park();
  }};
  InterruptedRequests interrupted_{[this](const Request&) { return killed_.load(); }};  // destroyed before the session
};

TEST_F(RequestTest, KnowsItsCaller) {
  kernel_.LookUp(2);
  EXPECT_EQ(request_->thread(), getpid());
  EXPECT_FALSE(request_->is_replied());
  request_->ReplyError(ENOENT);
}

TEST_F(RequestTest, IsRepliedToOnce) {
  kernel_.LookUp(2);
  request_->ReplyError(ENOENT);
  request_->ReplyError(EIO);
  EXPECT_TRUE(request_->is_replied());
  request_.reset();
  EXPECT_EQ(kernel_.Reply(), ENOENT);
  EXPECT_TRUE(kernel_.IsSilent());
}

TEST_F(RequestTest, ThatNobodyAnsweredFails) {
  kernel_.LookUp(2);
  request_.reset();
  EXPECT_EQ(kernel_.Reply(), EIO);
}

TEST_F(RequestTest, ASignalThatKillsIsAnsweredEintr) {
  killed_ = true;
  kernel_.LookUp(2);
  kernel_.Interrupt(2);
  EXPECT_EQ(kernel_.Reply(), EINTR);
  request_->ReplyError(0);
  EXPECT_TRUE(kernel_.IsSilent());
}

TEST_F(RequestTest, AnotherSignalLeavesItWaiting) {
  kernel_.LookUp(2);
  kernel_.Interrupt(2);
  EXPECT_TRUE(kernel_.IsSilent());
  request_->ReplyError(ENOENT);
  EXPECT_EQ(kernel_.Reply(), ENOENT);
}

TEST_F(RequestTest, OneThatWasInterruptedIsLookedAtAgain) {
  kernel_.LookUp(2);
  kernel_.Interrupt(2);
  EXPECT_TRUE(kernel_.IsSilent());
  killed_ = true;
  EXPECT_EQ(kernel_.Reply(), EINTR);
}

// The kernel's interrupt may be read before its request. Then libfuse calls the handler as soon as it is registered.
TEST_F(RequestTest, AnInterruptThatCameFirstIsHeardWhenItParks) {
  killed_ = true;
  kernel_.Interrupt(2);
  kernel_.LookUp(2);
  EXPECT_EQ(kernel_.Reply(), EINTR);
  EXPECT_TRUE(request_->is_replied());
}

TEST_F(RequestTest, AnInterruptThatComesAfterTheReplyDoesNothing) {
  kernel_.LookUp(2);
  request_->ReplyError(ENOENT);
  EXPECT_EQ(kernel_.Reply(), ENOENT);
  killed_ = true;
  kernel_.Interrupt(2);
  EXPECT_TRUE(kernel_.IsSilent());
}

TEST_F(RequestTest, RepliesAndInterruptsAtOnceAreOneReply) {
  killed_ = true;
  for (uint64_t unique = 2; unique < 400; unique += 2) {
    kernel_.LookUp(unique);
    std::thread replies([this] { request_->ReplyError(ENOENT); });
    kernel_.Interrupt(unique);
    replies.join();
    const auto error = kernel_.Reply();
    EXPECT_TRUE(error == EINTR || error == ENOENT) << error.value_or(0);
    EXPECT_FALSE(kernel_.Reply(std::chrono::milliseconds(0)));
  }
}

TEST_F(RequestTest, OneThatIsLetGoOfWhileInterruptedIsNotTouched) {
  for (uint64_t unique = 2; unique < 400; unique += 2) {
    kernel_.LookUp(unique);
    kernel_.Interrupt(unique);
    request_.reset();
    EXPECT_EQ(kernel_.Reply(), EIO);
  }
}

TEST(RequestAnsweredInItsHandler, ParksWithoutHarm) {
  InterruptedRequests interrupted([](const Request&) { return true; });
  FakeKernel kernel([&](fuse_req_t req) {
    const auto request = std::make_shared<Request>(req, interrupted);
    request->ReplyError(ENOENT);
    request->Park();
  });
  kernel.LookUp(2);
  EXPECT_EQ(kernel.Reply(), ENOENT);
  EXPECT_TRUE(kernel.IsSilent());
}

}  // namespace
}  // namespace rootstream
