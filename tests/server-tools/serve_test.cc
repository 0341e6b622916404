// Tests the embedded server and the real transport against each other.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <future>

#include "cache/network/curl_transport.h"
#include "server-tools/http_server.h"
#include "tests/support/test_files.h"
#include "tests/support/test_pack.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

struct Got {
  std::vector<TransferHead> heads;
  std::string body;
  std::vector<TransferOutcome> outcomes;
};

class Collect : public TransferSink {
 public:
  explicit Collect(Got& got) : got_(got) {}
  bool OnHead(const TransferHead& head) override {
    got_.heads.push_back(head);
    return true;
  }
  bool OnData(std::string_view bytes) override {
    got_.body += bytes;
    return true;
  }
  void OnDone(const TransferOutcome& outcome) override { got_.outcomes.push_back(outcome); }

 private:
  Got& got_;
};

class ServeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    WriteTestFile(folder_ / "store/images/a/b", "the ref");
    WriteTestFile(folder_ / "store/packs/aa/pack", pack_);
    WriteTestFile(folder_ / "secret", "not served");
    auto server = HttpServer::Start(folder_ / "store", "127.0.0.1:0");
    ASSERT_TRUE(IsOk(server));
    server_ = std::move(*server);
  }

  Got Fetch(const std::string& path, uint64_t first = 0, uint64_t size = 0) {
    Got got;
    transport_.Start({.url = server_->url() + path, .first = first, .size = size}, std::make_shared<Collect>(got));
    for (int polls = 0; got.outcomes.empty() && polls < 1000; ++polls) transport_.Poll(std::chrono::milliseconds(50));
    EXPECT_EQ(got.outcomes.size(), 1u);
    if (got.outcomes.empty()) got.outcomes.emplace_back();
    return got;
  }

  TempFolder folder_;
  const std::string pack_ = RandomBytes(100'000, 1);
  std::unique_ptr<HttpServer> server_;
  CurlTransport transport_{{}};
};

TEST_F(ServeTest, GivesWholeFiles) {
  const Got got = Fetch("/images/a/b");
  EXPECT_EQ(got.body, "the ref");
  ASSERT_EQ(got.heads.size(), 1u);
  EXPECT_EQ(got.heads[0].status, 200);
  EXPECT_TRUE(got.outcomes[0].complete);
  EXPECT_EQ(got.outcomes[0].bytes, 7u);
}

TEST_F(ServeTest, GivesRanges) {
  for (const auto& [first, size] : {std::pair{0, 1}, {1000, 5000}, {99'999, 1}, {99'000, 1000}}) {
    const Got got = Fetch("/packs/aa/pack", first, size);
    EXPECT_TRUE(got.body == pack_.substr(first, size)) << first;
    ASSERT_EQ(got.heads.size(), 1u);
    EXPECT_EQ(got.heads[0].status, 206);
    EXPECT_EQ(got.heads[0].first, static_cast<uint64_t>(first));
    EXPECT_TRUE(got.outcomes[0].complete);
  }
}

TEST_F(ServeTest, ARangeBehindTheEndIsNotSatisfiable) {
  const Got got = Fetch("/packs/aa/pack", 100'000, 10);
  EXPECT_EQ(got.outcomes[0].status, 416);
  EXPECT_FALSE(got.outcomes[0].complete);
  EXPECT_TRUE(got.heads.empty());
  EXPECT_EQ(got.body, "");
}

TEST_F(ServeTest, WhatIsNotThereIs404) {
  for (const char* path : {"/images/a/c", "/", "/images", "/packs/aa/pack/x", "/%00"}) {
    const Got got = Fetch(path);
    EXPECT_GE(got.outcomes[0].status, 400) << path;
    EXPECT_EQ(got.body, "") << path;
  }
}

TEST_F(ServeTest, APipeIsNoFile) {
  ASSERT_EQ(mkfifo((folder_ / "store/images/a/pipe").c_str(), 0644), 0);
  EXPECT_EQ(Fetch("/images/a/pipe").outcomes[0].status, 404);
}

TEST_F(ServeTest, NothingOutsideTheStoreIsServed) {
  std::filesystem::create_symlink(folder_ / "secret", folder_ / "store/images/a/link");
  for (const char* path : {"/../secret", "/images/../../secret", "/%2e%2e/secret", "/images/%2e%2e/%2e%2e/secret",
                           "//secret", "/images/a/link"})
    EXPECT_EQ(Fetch(path).body.find("not served"), std::string::npos) << path;
}

TEST_F(ServeTest, ServesMoreThanOneAtATime) {
  std::vector<Got> got(20);
  for (Got& one : got) transport_.Start({.url = server_->url() + "/packs/aa/pack"}, std::make_shared<Collect>(one));
  for (int polls = 0; polls < 1000; ++polls) {
    transport_.Poll(std::chrono::milliseconds(50));
    if (std::all_of(got.begin(), got.end(), [](const Got& one) { return !one.outcomes.empty(); })) break;
  }
  for (const Got& one : got) EXPECT_TRUE(one.body == pack_);
}

TEST_F(ServeTest, ADeadServerIsNoAnswer) {
  const std::string url = server_->url();
  server_.reset();
  Got got;
  transport_.Start({.url = url + "/images/a/b"}, std::make_shared<Collect>(got));
  for (int polls = 0; got.outcomes.empty() && polls < 1000; ++polls) transport_.Poll(std::chrono::milliseconds(50));
  ASSERT_EQ(got.outcomes.size(), 1u);
  EXPECT_EQ(got.outcomes[0].status, 0);
  EXPECT_EQ(got.outcomes[0].kind, ErrorKind::kUnavailable);
  EXPECT_NE(got.outcomes[0].reason, "");
}

TEST_F(ServeTest, FileUrlsBehaveLikeHttp) {
  Got got;
  for (const auto& [path, size] : {std::pair{"/packs/aa/pack", 5000}, {"/packs/aa/none", 0}}) {
    got = {};
    transport_.Start({.url = "file://" + folder_ / "store" + path, .first = 1000, .size = static_cast<uint64_t>(size)},
                     std::make_shared<Collect>(got));
    for (int polls = 0; got.outcomes.empty() && polls < 1000; ++polls) transport_.Poll(std::chrono::milliseconds(50));
    ASSERT_EQ(got.outcomes.size(), 1u);
    if (size > 0) {
      EXPECT_TRUE(got.body == pack_.substr(1000, size));
    }
    EXPECT_EQ(!got.outcomes[0].complete && got.outcomes[0].kind == ErrorKind::kMissing, size == 0);
    EXPECT_EQ(got.outcomes[0].complete, size > 0);
  }
}

TEST(ServeAddress, MayBeANameOrNothing) {
  const TempFolder folder;
  const struct {
    const char* listen;
    const char* url;  // up to the port
  } cases[] = {{"0", "http://127.0.0.1:"},
               {"127.0.0.1:0", "http://127.0.0.1:"},
               {"localhost:0", "http://localhost:"},
               {":0", "http://0.0.0.0:"}};
  for (const auto& c : cases) {
    const auto server = HttpServer::Start(folder.path(), c.listen);
    ASSERT_TRUE(IsOk(server)) << c.listen;
    EXPECT_TRUE((*server)->url().starts_with(c.url)) << (*server)->url();
  }
  for (const char* listen :
       {"", "nonsense", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "::1:80", "[]:80", "a:b:80"})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, HttpServer::Start(folder.path(), listen))) << listen;
  const auto nowhere = HttpServer::Start(folder.path(), "no-such-host.invalid:0");
  ASSERT_TRUE(FailsWith(ErrorKind::kFailed, nowhere));
  EXPECT_NE(nowhere.error().message.find("no-such-host.invalid"), std::string::npos);
}

}  // namespace
}  // namespace rootstream
