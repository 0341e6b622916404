// Runs all code that walks an image on images that rootstream's publisher would never write. It runs on a thread with
// the stack size of the daemon's threads.
#include "tests/support/hostile_images.h"

#include <gtest/gtest.h>

#include <future>

#include "base/thread.h"
#include "fusefs/image/view.h"
#include "server-tools/store_audit.h"
#include "server-tools/store_gc.h"
#include "tests/support/test_store.h"

namespace rootstream {
namespace {

constexpr int kEnough = 70'000;  // entries of a walk; some images have more than can be visited

class HostileImageTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    WriteHostileImage(store_, GetParam());
    WriteTestFile(store_ + "/images.list", GetParam() + ":latest\n");
  }

  static void OnSmallStack(const std::function<void()>& run) {
    Thread small("small", run);
    small.Join();
  }

  std::unique_ptr<Client> OpenIt(const std::string& cache, std::optional<uint64_t> fill = std::nullopt) {
    ClientOptions options{.url = "file://" + store_ + "/" + GetParam(), .insecure = true, .cache = cache};
    options.give_up_after = std::chrono::seconds(5);
    options.warm_up = true;
    options.fill = fill;
    auto client = Client::Open(options, [](const Error&) {});
    EXPECT_TRUE(IsOk(client));
    return client.ok() ? std::move(*client) : nullptr;
  }

  TempFolder folder_;
  const std::string store_ = folder_ / "store";
};

TEST_P(HostileImageTest, IsListedAndReadOrRefused) {
  OnSmallStack([&] {
    const auto client = OpenIt("none");
    ASSERT_NE(client, nullptr);
    View view(*client);
    const auto root = view.Find("/");
    ASSERT_TRUE(IsOk(root));
    int entries = 0;
    int answered = 0;
    const Status walked =
        view.Walk(*root, {[&](const std::string& path, const std::string&, const Node& node) -> Status {
          if (++entries > kEnough) return Failed("enough");
          if (path.size() < 1000) client->image().PathOf(node.id(), [&](const Result<std::string>&) { ++answered; });
          if (!S_ISREG(node.inode().mode)) return Ok();
          return view.ReadData(node, [](uint64_t, std::string_view) { return Ok(); });
        }});
    if (GetParam() == "too-many-shards-in-a-chain") {
      ASSERT_FALSE(walked.ok());
      EXPECT_NE(walked.error().message.find("nested too deeply"), std::string::npos) << walked.error().message;
    }
    static const std::map<std::string, int> whole = {
        {"deep-folders", 30'000}, {"chain-of-shards", 1}, {"empty-ranges", 0}, {"many-lists", 1}};
    if (const auto known = whole.find(GetParam()); known != whole.end()) {
      EXPECT_TRUE(IsOk(walked));
      EXPECT_EQ(entries, known->second);
    }
    EXPECT_GE(entries, answered);
  });
}

TEST_P(HostileImageTest, IsBroughtIntoTheCacheOrRefused) {
  OnSmallStack([&] {
    const auto client = OpenIt(folder_ / "cache", kNoRateLimit);
    ASSERT_NE(client, nullptr);
    for (int i = 0; i < 6000 && !client->fill()->progress().ended; ++i) usleep(10'000);
    EXPECT_TRUE(client->fill()->progress().ended);
    client->Close();
  });
}

TEST_P(HostileImageTest, DoesNotStopWhoKeepsTheStore) {
  OnSmallStack([&] {
    auto store = Store::Open(store_);
    ASSERT_TRUE(IsOk(store));
    EXPECT_TRUE(IsOk(AuditStore(*store, {})));
    ASSERT_TRUE(*store->objects().TryLock(StoreLock::kExclusive));
    (void)CollectGarbage(*store, {.dry_run = true});  // may fail
  });
}

TEST_P(HostileImageTest, DoesNotStopWhoPublishesBesideIt) {
  WriteTestFile(folder_ / "tree/file", "contents");
  OnSmallStack([&] {
    PublishOptions options = OptionsFor(folder_ / "tree", store_);
    options.image = {GetParam(), "beside"};
    options.profile.emplace();
    options.profile->events = {{ProfileKind::kRead, 1, 0, 0, 8, "/file", {}}};
    EXPECT_TRUE(IsOk(Publish(std::move(options))));
  });
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : HostileImages()) names.push_back(name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, HostileImageTest, ::testing::ValuesIn(Names()), [](const auto& test) {
  std::string name = test.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace rootstream
