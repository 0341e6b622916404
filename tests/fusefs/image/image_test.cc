// Inode numbers and directory positions that the kernel or a program may pass to an image, valid ones and others.
#include "fusefs/image/image.h"

#include <gtest/gtest.h>

#include <future>

#include "fusefs/image/view.h"
#include "tests/support/test_store.h"

namespace rootstream {
namespace {

constexpr int kNames = 2500;  // in a directory, which needs several shards

class ImageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < kNames; ++i) {
      WriteTestFile(folder_ / ("tree/open/o" + Sha256(std::to_string(i)).Hex()), "");
      WriteTestFile(folder_ / ("tree/closed/secret" + Sha256(std::to_string(i)).Hex()), "");
    }
    std::filesystem::create_directories(folder_ / "tree/a/b/c");
    ASSERT_TRUE(IsOk(PublishTree(folder_ / "tree", folder_ / "store")));
    ClientOptions options{.url = "file://" + (folder_ / "store") + "/image", .insecure = true, .cache = "none"};
    auto client = Client::Open(options, [](const Error&) {});
    ASSERT_TRUE(IsOk(client));
    client_ = std::move(*client);
  }

  template <typename T, typename Start>
  static Result<T> Wait(Start start) {
    auto done = std::make_shared<std::promise<Result<T>>>();
    auto answer = done->get_future();
    start([done](const Result<T>& result) { done->set_value(result); });
    return answer.get();
  }

  Node Find(const std::string& path) { return *View(*client_).Find(path); }
  Result<DirectoryPart> PartAt(const Node& directory, uint64_t position) {
    return Wait<DirectoryPart>(
        [&](Image::PartDone done) { client_->image().ReadDirectory(directory.id(), position, std::move(done)); });
  }
  std::vector<std::string> NamesFrom(const Node& directory, uint64_t position) {
    std::vector<std::string> names;
    while (true) {
      const auto part = PartAt(directory, position);
      if (!part.ok() || !part->run) return names;
      for (uint32_t i = part->run->begin; i < part->run->end; ++i)
        names.push_back(part->run->shard->tree.entries[i].name);
      position = part->run->PositionAfter(part->run->end - 1);
    }
  }

  TempFolder folder_;
  std::unique_ptr<Client> client_;
};

TEST_F(ImageTest, NoPositionLeadsOutOfItsDirectory) {
  const Node open = Find("/open");
  const Node closed = Find("/closed");
  ASSERT_EQ(NamesFrom(open, 0).size(), size_t{kNames});
  ASSERT_EQ(NamesFrom(closed, 0).size(), size_t{kNames});
  for (uint64_t shard = 0; shard < 40; ++shard)
    for (const uint64_t row : {0ul, 1ul, 2ul, 3ul, 100ul, 1500ul, 65535ul, 0xfffffUL})
      for (const std::string& name : NamesFrom(open, (shard << kRowBits) | row))
        ASSERT_EQ(name[0], 'o') << "at shard " << shard << " row " << row;
  for (const uint64_t position : {uint64_t{3}, uint64_t{1} << 40 | 1, uint64_t{999999} << kRowBits | 1,
                                  (uint64_t{1} << 62) + 5, UINT64_MAX, UINT64_MAX >> 1})
    EXPECT_TRUE(NamesFrom(open, position).empty()) << position;
}

TEST_F(ImageTest, EachPositionThatWasGivenGoesOnBehindItsName) {
  const Node open = Find("/open");
  const auto all = NamesFrom(open, 0);
  size_t at = 0;
  for (uint64_t position = 0;;) {
    const auto part = PartAt(open, position);
    ASSERT_TRUE(IsOk(part));
    if (!part->run) break;
    for (uint32_t i = part->run->begin; i < part->run->end; i += 97) {
      const auto rest = NamesFrom(open, part->run->PositionAfter(i));
      const size_t seen = at + (i - part->run->begin) + 1;
      ASSERT_EQ(rest.size(), all.size() - seen);
      ASSERT_TRUE(rest.empty() || rest.front() == all[seen]);
    }
    at += part->run->end - part->run->begin;
    position = part->run->PositionAfter(part->run->end - 1);
  }
  EXPECT_EQ(at, all.size());
}

TEST_F(ImageTest, ANumberThatNoInodeHasIsAnError) {
  for (const uint64_t inode : {uint64_t{0}, uint64_t{2}, uint64_t{0xfffff}, uint64_t{1} << kRowBits | 0xffff,
                               uint64_t{77777} << kRowBits, UINT64_MAX}) {
    const auto found = Wait<Node>([&](Image::NodeDone done) { client_->image().Find(inode, std::move(done)); });
    EXPECT_FALSE(found.ok()) << inode;
  }
}

TEST_F(ImageTest, ADirectoryKnowsItsParentsNumber) {
  const auto numbers = [&](const std::string& path) { return PartAt(Find(path), 0)->numbers; };
  EXPECT_EQ(numbers("/").parent, kRootInode);
  EXPECT_EQ(numbers("/").own, kRootInode);
  EXPECT_EQ(numbers("/a").parent, kRootInode);
  EXPECT_EQ(numbers("/a/b").parent, numbers("/a").own);
  EXPECT_EQ(numbers("/a/b/c").parent, numbers("/a/b").own);
  EXPECT_EQ(numbers("/closed").parent, kRootInode);
}

}  // namespace
}  // namespace rootstream
