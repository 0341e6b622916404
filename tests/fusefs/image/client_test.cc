// Covers: fusefs/ahead/survey.cc, fusefs/ahead/warmup.cc, fusefs/image/file_reader.cc, fusefs/image/shard_table.cc,
// fusefs/image/view.cc.
// Opens and reads images of a store on the disk: file:// URLs through the real transport.
#include "fusefs/image/client.h"

#include <gtest/gtest.h>

#include <future>
#include <random>
#include <set>
#include <thread>

#include "fusefs/image/view.h"
#include "tests/support/test_store.h"

namespace rootstream {
namespace {

class ClientTest : public ::testing::Test {
 protected:
  std::string tree() const { return folder_ / "tree"; }
  std::string store() const { return folder_ / "store"; }

  // Files in 30 folders, with names that do not compress, which give some tens of shards and chunk lists.
  static std::string NameOf(int i) { return "/d" + std::to_string(i % 30) + "/" + Sha256(std::to_string(i)).Hex(); }
  void MakeManyShards() const {
    for (int i = 0; i < 6000; ++i) WriteTestFile(tree() + NameOf(i), std::to_string(i));
  }

  void PublishIt() { ASSERT_TRUE(IsOk(PublishTree(tree(), store()))); }

  std::unique_ptr<Client> OpenIt(const std::string& cache = "none") {
    ClientOptions options{.url = "file://" + store() + "/image", .insecure = true, .cache = cache};
    options.give_up_after = std::chrono::seconds(2);
    auto client = Client::Open(options, [](const Error&) {});
    EXPECT_TRUE(IsOk(client));
    return client.ok() ? std::move(*client) : nullptr;
  }

  // Waits for at most half a minute. The test's later checks fail if the condition does not hold then.
  template <typename Condition>
  static void WaitUntil(Condition condition) {
    for (int i = 0; i < 3000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }

  static Result<std::string> Read(Client& client, const Node& node, uint64_t offset, size_t size) {
    auto done = std::make_shared<std::promise<Result<ReadParts>>>();
    auto answer = done->get_future();
    client.reader().Read(node, offset, size, [done](const Result<ReadParts>& pieces) { done->set_value(pieces); });
    RS_TRY(const ReadParts pieces, answer.get());
    std::string bytes;
    for (const ReadPart& piece : pieces) {
      if (piece.bytes == nullptr) bytes.append(piece.length, '\0');
      if (piece.bytes != nullptr) bytes.append(*piece.bytes, piece.offset, piece.length);
    }
    return bytes;
  }

  // Publishes the tree with "/hot" in its profile. Returns a client without a disk cache that has fetched "/hot".
  std::unique_ptr<Client> PublishAndWarmUpHotFile() {
    WriteTestFile(tree() + "/hot", RandomBytes(500'000, 1));
    PublishOptions publish = OptionsFor(tree(), store());
    publish.profile.emplace();
    publish.profile->events = {{ProfileKind::kRead, 1, 0, 0, 500'000, "/hot", {}}};
    EXPECT_TRUE(IsOk(Publish(std::move(publish))));
    ClientOptions options{.url = "file://" + store() + "/image", .insecure = true, .cache = "none"};
    options.warm_up = true;
    auto client = Client::Open(options, [](const Error&) {});
    EXPECT_TRUE(IsOk(client));
    if (!client.ok()) return nullptr;
    WaitUntil([&] { return (*client)->warmup().progress().ended; });
    return std::move(*client);
  }

  // All shards and chunk lists below a shard, itself included.
  static void AddMetadata(ObjectCache& cache, const ObjectRef& shard, std::vector<ObjectRef>& refs) {
    const auto done = std::make_shared<std::promise<Result<PlainBytes>>>();
    auto answer = done->get_future();
    cache.Get(shard, Priority::kDemand, [done](const Result<PlainBytes>& bytes) { done->set_value(bytes); });
    const Result<PlainBytes> bytes = answer.get();
    ASSERT_TRUE(IsOk(bytes));
    const auto tree = Tree::Decode(**bytes, shard.pack);
    ASSERT_TRUE(IsOk(tree));
    refs.push_back(shard);
    for (const ListRef& list : tree->lists) refs.push_back(list.ref);
    for (const ObjectRef& child : tree->children) AddMetadata(cache, child, refs);
  }

  // All paths below a directory, through the View.
  void Walk(View& view, const Node& directory, const std::string& prefix, std::map<std::string, Node>& found) {
    std::vector<std::pair<std::string, Node>> entries;
    ASSERT_TRUE(IsOk(view.ForEachEntry(directory, [&](const std::string& name, const Node& node) {
      entries.emplace_back(name, node);
      return Ok();
    })));
    EXPECT_EQ(entries.size(), directory.inode().size) << prefix;
    for (const auto& [name, node] : entries) {
      EXPECT_TRUE(found.emplace(prefix + name, node).second) << prefix + name << " came twice";
      if (S_ISDIR(node.inode().mode)) Walk(view, node, prefix + name + "/", found);
    }
  }

  TempFolder folder_;
};

TEST_F(ClientTest, ShowsTheTreeThatWasPublished) {
  MakeRichTree(tree());
  PublishIt();
  const auto client = OpenIt();
  View view(*client);
  const auto root = view.Find("/");
  ASSERT_TRUE(IsOk(root));
  EXPECT_EQ(root->id(), kRootInode);
  std::map<std::string, Node> found;
  Walk(view, *root, "", found);
  std::set<std::string> expected;
  namespace fs = std::filesystem;
  for (const auto& item : fs::recursive_directory_iterator(tree())) {
    const std::string path = item.path().lexically_relative(tree()).string();
    expected.insert(path);
    ASSERT_TRUE(found.contains(path)) << path;
    const Node& node = found.at(path);
    const auto again = view.Find(path);
    ASSERT_TRUE(IsOk(again)) << path;
    EXPECT_EQ(again->id(), node.id()) << path;
    EXPECT_EQ(again->inode(), node.inode()) << path;
    if (!item.is_regular_file() || item.is_symlink()) continue;
    const std::string content = ReadTestFile(item.path());
    const auto read = Read(*client, node, 0, content.size() + 1000);
    ASSERT_TRUE(IsOk(read)) << path;
    EXPECT_TRUE(*read == content) << path;
    std::string data(content.size(), '\0');
    ASSERT_TRUE(IsOk(view.ReadData(node, [&](uint64_t offset, std::string_view bytes) {
      data.replace(offset, bytes.size(), bytes);
      return Ok();
    })));
    EXPECT_TRUE(data == content) << path;
  }
  EXPECT_EQ(found.size(), expected.size());
  EXPECT_EQ(found.at("hard").id(), found.at("dir/a").id());
  std::set<uint64_t> inodes;
  for (const auto& [path, node] : found) inodes.insert(node.id());
  EXPECT_EQ(inodes.size(), found.size() - 2) << "two hard links, no other inode number twice";
}

TEST_F(ClientTest, PathsThatAreNotThereAreInvalid) {
  MakeRichTree(tree());
  PublishIt();
  const auto client = OpenIt();
  View view(*client);
  for (const char* path : {"missing", "dir/missing", "dir/a/below a file", "link/x", "pipe/x", "dir/deep/..", "DIR"})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, view.Find(path))) << path;
  EXPECT_TRUE(IsOk(view.Find("//dir///deep/./deeper//")));
}

// Differential test: each read gives the bytes of the source, for every offset and length.
TEST_F(ClientTest, EveryOffsetAndLengthOfSmallFilesIsRight) {
  std::map<std::string, std::string> files;
  for (const size_t size : {0, 1, 2, 37, 120}) files["f" + std::to_string(size)] = RandomBytes(size, size);
  for (const auto& [name, bytes] : files) WriteTestFile(tree() + "/" + name, bytes);
  PublishIt();
  const auto client = OpenIt();
  View view(*client);
  for (const auto& [name, bytes] : files) {
    const auto node = view.Find(name);
    ASSERT_TRUE(IsOk(node));
    for (size_t offset = 0; offset <= bytes.size() + 2; ++offset) {
      for (size_t size = 0; size <= bytes.size() + 2; ++size) {
        const auto read = Read(*client, *node, offset, size);
        ASSERT_TRUE(IsOk(read));
        const std::string expected = offset > bytes.size() ? "" : bytes.substr(offset, size);
        ASSERT_EQ(*read, expected) << name << " " << offset << " " << size;
      }
    }
  }
}

TEST_F(ClientTest, ReadsAroundEveryEdgeOfHolesAreRight) {
  std::string bytes(6 * 4096 + 100, '\0');
  for (const size_t block : {1, 2, 4, 6}) {
    const size_t length = std::min<size_t>(4096, bytes.size() - block * 4096);
    bytes.replace(block * 4096, length, RandomBytes(length, block));
  }
  WriteTestFile(tree() + "/holes", bytes);
  PublishIt();
  const auto client = OpenIt();
  const auto node = View(*client).Find("holes");
  ASSERT_TRUE(IsOk(node));
  EXPECT_EQ(node->inode().extent_count, 3u);
  std::vector<size_t> edges;
  for (size_t edge = 0; edge <= bytes.size() + 4096; edge += 4096)
    for (const int beside : {-1, 0, 1})
      if (beside >= 0 || edge > 0) edges.push_back(edge + beside);
  edges.push_back(bytes.size() - 1);
  edges.push_back(bytes.size());
  for (const size_t from : edges) {
    for (const size_t to : edges) {
      if (to < from) continue;
      const auto read = Read(*client, *node, from, to - from);
      ASSERT_TRUE(IsOk(read));
      ASSERT_TRUE(*read == (from > bytes.size() ? "" : bytes.substr(from, to - from))) << from << " to " << to;
    }
  }
}

TEST_F(ClientTest, ReadsOfALargeFileAtRandomAreRight) {
  const std::string bytes = RandomBytes(3'000'000, 1);
  WriteTestFile(tree() + "/large", bytes);
  PublishIt();
  const auto client = OpenIt(folder_ / "cache");
  const auto node = View(*client).Find("large");
  ASSERT_TRUE(IsOk(node));
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    const uint64_t offset = random() % (bytes.size() + 1000);
    const size_t size = random() % (i % 10 == 0 ? 2'000'000 : 100'000);
    const auto read = Read(*client, *node, offset, size);
    ASSERT_TRUE(IsOk(read));
    ASSERT_TRUE(*read == (offset > bytes.size() ? "" : bytes.substr(offset, size))) << offset << " " << size;
  }
}

TEST_F(ClientTest, ADirectoryOfManyRangesIsListedInOrderAndLookedUp) {
  std::set<std::string> names;
  for (int i = 0; i < 4000; ++i) names.insert("n" + std::to_string(i * 7919));
  for (const std::string& name : names) WriteTestFile(tree() + "/big/" + name, "");
  PublishIt();
  const auto client = OpenIt();
  View view(*client);
  const auto big = view.Find("big");
  ASSERT_TRUE(IsOk(big));
  std::vector<std::string> listed;
  std::set<uint64_t> inodes;
  ASSERT_TRUE(IsOk(view.ForEachEntry(*big, [&](const std::string& name, const Node& node) {
    listed.push_back(name);
    inodes.insert(node.id());
    return Ok();
  })));
  EXPECT_EQ(listed, std::vector<std::string>(names.begin(), names.end()));
  EXPECT_EQ(inodes.size(), names.size());
  for (const std::string& name : names) {
    ASSERT_TRUE(IsOk(view.Find("big/" + name))) << name;
    ASSERT_FALSE(view.Find("big/" + name + "x").ok()) << name;
  }
  ASSERT_FALSE(view.Find("big/").ok() && view.Find("big/a").ok());
}

TEST_F(ClientTest, OpensFromItsCacheWithoutTheStore) {
  MakeRichTree(tree());
  PublishIt();
  {
    const auto client = OpenIt(folder_ / "cache");
    View view(*client);
    std::map<std::string, Node> found;
    Walk(view, *view.Find("/"), "", found);
    ASSERT_TRUE(IsOk(Read(*client, found.at("dir/a"), 0, 100)));
  }
  std::filesystem::rename(store() + "/packs", store() + "/hidden");
  const auto client = OpenIt(folder_ / "cache");
  ASSERT_NE(client, nullptr);
  View view(*client);
  std::map<std::string, Node> found;
  Walk(view, *view.Find("/"), "", found);
  EXPECT_EQ(*Read(*client, found.at("dir/a"), 0, 100), "contents of a\n");
}

TEST_F(ClientTest, ADamagedStoreGivesErrorsAndNoWrongByte) {
  const std::string bytes = RandomBytes(400'000, 1);
  WriteTestFile(tree() + "/file", bytes);
  PublishIt();
  const auto good = ServedFiles(store());
  for (const auto& [name, content] : good) {
    if (!name.starts_with("packs/")) continue;
    for (size_t at = 0; at < content.size(); at += 1 + content.size() / 20) {
      std::string damaged = content;
      damaged[at] ^= 1;
      WriteTestFile(store() + "/" + name, damaged);
      ClientOptions options{.url = "file://" + store() + "/image", .insecure = true, .cache = "none"};
      options.give_up_after = std::chrono::seconds(1);
      const auto client = Client::Open(options, [](const Error&) {});
      if (!client.ok()) continue;
      const auto node = View(**client).Find("file");
      if (!node.ok()) continue;
      const auto read = Read(**client, *node, 0, bytes.size());
      if (read.ok()) {
        EXPECT_TRUE(*read == bytes) << name << " " << at;
      }
    }
    WriteTestFile(store() + "/" + name, content);
  }
}

TEST_F(ClientTest, TrustIsNeededToOpen) {
  WriteTestFile(tree() + "/a", "x");
  PublishIt();
  const SigningKey key = SigningKey::Generate();
  WriteTestFile(folder_ / "key.pub", PublicKeyToPem(key.public_key()));
  ClientOptions options{.url = "file://" + store() + "/image", .public_keys = {folder_ / "key.pub"}, .cache = "none"};
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Client::Open(options, [](const Error&) {})));
  options.public_keys = {folder_ / "missing.pub"};
  EXPECT_FALSE(Client::Open(options, [](const Error&) {}).ok());
  options = {.url = "file://" + store() + "/absent", .insecure = true, .cache = "none"};
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, Client::Open(options, [](const Error&) {})));
  options.url = "nonsense";
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Client::Open(options, [](const Error&) {})));
}

TEST_F(ClientTest, TheHotRangeIsBroughtInWithoutBeingAskedFor) {
  WriteTestFile(tree() + "/dir/hot", RandomBytes(1'200'000, 1));
  WriteTestFile(tree() + "/dir/cold", RandomBytes(900'000, 2));
  PublishOptions publish = OptionsFor(tree(), store());
  publish.profile.emplace();
  publish.profile->events = {{ProfileKind::kLook, 0, 0, 0, 0, "/dir/hot", {}},
                             {ProfileKind::kRead, 1, 0, 100'000, 700'000, "/dir/hot", {}}};
  ASSERT_TRUE(IsOk(Publish(std::move(publish))));
  ClientOptions options{.url = "file://" + store() + "/image", .insecure = true, .cache = folder_ / "cache"};
  options.give_up_after = std::chrono::seconds(2);
  options.warm_up = true;
  const auto client = Client::Open(options, [](const Error&) {});
  ASSERT_TRUE(IsOk(client));
  Warmup& warmup = (*client)->warmup();
  WaitUntil([&] { return warmup.progress().ended; });
  const Warmup::Progress progress = warmup.progress();
  EXPECT_TRUE(progress.ended);
  EXPECT_EQ(progress.problem, "");
  EXPECT_EQ(progress.done, progress.total);
  // 172 pages were read, and 52 more after them may be requested.
  EXPECT_GT(progress.total, 224u * 4096);
  EXPECT_LT((*client)->cache().counters().wire_bytes, 240u * 4096) << "and nothing else";
  std::filesystem::remove_all(store());
  View view(**client);
  const auto hot = view.Find("/dir/hot");
  ASSERT_TRUE(IsOk(hot));
  const auto bytes = Read(**client, *hot, 100'000, 700'000);
  ASSERT_TRUE(IsOk(bytes));
  EXPECT_EQ(*bytes, RandomBytes(1'200'000, 1).substr(100'000, 700'000));
}

TEST_F(ClientTest, TellsHowMuchOfWhatIsReadAProfileForesaw) {
  WriteTestFile(tree() + "/cold", RandomBytes(500'000, 2));
  const auto client = PublishAndWarmUpHotFile();
  ASSERT_NE(client, nullptr);
  const Foresight& foresight = client->foresight();
  View view(*client);
  const auto hot = view.Find("/hot"), cold = view.Find("/cold");
  ASSERT_TRUE(hot.ok() && cold.ok());
  EXPECT_EQ(foresight.unforeseen(), 1.0);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(IsOk(Read(*client, *hot, i * 4096, 4096)));
  EXPECT_LT(foresight.unforeseen(), 0.1);
  EXPECT_TRUE(foresight.NamesNearlyAll());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(IsOk(Read(*client, *cold, i * 4096, 4096)));
  EXPECT_GT(foresight.unforeseen(), 0.9);
  EXPECT_FALSE(foresight.NamesNearlyAll());
}

TEST_F(ClientTest, AfterTheFirstMissAllMetadataIsBroughtIn) {
  MakeManyShards();
  PublishIt();
  const std::string wanted = NameOf(3);
  ClientOptions options{.url = "file://" + store() + "/image", .insecure = true, .cache = "none"};
  options.neighbours = Neighbours::kLeave;
  const auto modest = Client::Open(options, [](const Error&) {});
  options.neighbours = Neighbours::kGuess;
  const auto client = Client::Open(options, [](const Error&) {});
  ASSERT_TRUE(modest.ok() && client.ok());
  View view(**client), modest_view(**modest);
  ASSERT_TRUE(IsOk(modest_view.Find(wanted)));
  ASSERT_TRUE(IsOk(view.Find(wanted)));
  const auto other = Client::Open(options, [](const Error&) {});
  ASSERT_TRUE(IsOk(other));
  std::vector<ObjectRef> metadata;
  AddMetadata((*other)->cache(), (*other)->ref().manifest.root, metadata);
  const auto count = [&](Client& of) {
    const auto is_here = [&](const ObjectRef& ref) { return of.cache().Has(ref); };
    return static_cast<size_t>(std::count_if(metadata.begin(), metadata.end(), is_here));
  };
  ASSERT_GT(metadata.size(), 15u);
  WaitUntil([&] { return count(**client) == metadata.size(); });
  EXPECT_EQ(count(**client), metadata.size());
  EXPECT_LT(count(**modest), 6u) << "who says so gets what he asks for and no more";
}

TEST_F(ClientTest, WhereAProfileFitsOneMissStartsNoSurvey) {
  MakeManyShards();
  const auto client = PublishAndWarmUpHotFile();
  ASSERT_NE(client, nullptr);
  View view(*client);
  const auto hot = view.Find("/hot");
  ASSERT_TRUE(IsOk(hot));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(IsOk(Read(*client, *hot, i * 50'000, 4096)));
  ASSERT_TRUE(IsOk(view.Find(NameOf(3))));
  const auto other = OpenIt();
  std::vector<ObjectRef> metadata;
  AddMetadata(other->cache(), other->ref().manifest.root, metadata);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // a survey would have ended by then
  const auto is_here = [&](const ObjectRef& ref) { return client->cache().Has(ref); };
  EXPECT_FALSE(std::all_of(metadata.begin(), metadata.end(), is_here));
}

TEST_F(ClientTest, ClosingDuringTheSurveyIsSafe) {
  MakeManyShards();
  PublishIt();
  for (int i = 0; i < 40; ++i) {  // half of the clients find objects in the disk cache
    ClientOptions options{.url = "file://" + store() + "/image", .insecure = true};
    options.cache = folder_ / ("cache" + std::to_string(i / 2));
    const auto client = Client::Open(options, [](const Error&) {});
    ASSERT_TRUE(IsOk(client));
    View view(**client);
    ASSERT_TRUE(IsOk(view.Find(NameOf(i))));
    std::this_thread::sleep_for(std::chrono::microseconds(300 * i));
    (*client)->Close();
  }
}

TEST_F(ClientTest, AFillBringsEverythingInAndIsSafelyEnded) {
  for (int i = 0; i < 40; ++i)
    WriteTestFile(tree() + "/d" + std::to_string(i % 7) + "/f" + std::to_string(i), RandomBytes(90'000, i));
  PublishIt();
  ClientOptions options{.url = "file://" + store() + "/image", .insecure = true, .cache = folder_ / "cache"};
  options.fill = 20'000'000;
  for (int i = 0; i < 8; ++i) {  // each continues where the one before was stopped
    const auto client = Client::Open(options, [](const Error&) {});
    ASSERT_TRUE(IsOk(client));
    std::this_thread::sleep_for(std::chrono::milliseconds(3 * i));
    (*client)->Close();
  }
  options.fill = kNoRateLimit;
  const auto client = Client::Open(options, [](const Error&) {});
  ASSERT_TRUE(IsOk(client));
  ASSERT_NE((*client)->fill(), nullptr);
  WaitUntil([&] { return (*client)->fill()->progress().ended; });
  const Fill::Progress progress = (*client)->fill()->progress();
  EXPECT_TRUE(progress.ended);
  EXPECT_EQ(progress.problem, "");
  EXPECT_EQ(progress.done, progress.total);
  EXPECT_GT(progress.total, 40 * 90'000u);
  std::filesystem::remove_all(store());
  View view(**client);
  for (int i = 0; i < 40; ++i) {
    const auto file = view.Find("/d" + std::to_string(i % 7) + "/f" + std::to_string(i));
    ASSERT_TRUE(IsOk(file));
    const auto bytes = Read(**client, *file, 0, 90'000);
    ASSERT_TRUE(IsOk(bytes));
    EXPECT_EQ(*bytes, RandomBytes(90'000, i));
  }
}

TEST_F(ClientTest, AFillSaysWhatIsDamagedAndBringsTheRest) {
  WriteTestFile(tree() + "/a", RandomBytes(500'000, 1));
  PublishIt();
  for (const std::string& name : FilesBelow(store())) {
    if (!name.starts_with("packs/")) continue;
    std::string bytes = ReadTestFile(store() + "/" + name);
    if (bytes.size() < 400'000) continue;  // the pack of chunks
    bytes[1000] ^= 1;
    WriteTestFile(store() + "/" + name, bytes);
  }
  ClientOptions options{.url = "file://" + store() + "/image", .insecure = true, .cache = folder_ / "cache"};
  options.give_up_after = std::chrono::seconds(2);
  options.fill = kNoRateLimit;
  const auto client = Client::Open(options, [](const Error&) {});
  ASSERT_TRUE(IsOk(client));
  WaitUntil([&] { return (*client)->fill()->progress().ended; });
  const Fill::Progress progress = (*client)->fill()->progress();
  EXPECT_TRUE(progress.ended);
  EXPECT_NE(progress.problem, "");
  EXPECT_GT(progress.done, 0u);
  EXPECT_LT(progress.done, progress.total);
}

TEST_F(ClientTest, ClosingDuringTheWarmupIsSafe) {
  PublishOptions publish = OptionsFor(tree(), store());
  publish.profile.emplace();
  for (int i = 0; i < 60; ++i) {
    const std::string name = "/d" + std::to_string(i % 7) + "/f" + std::to_string(i);
    WriteTestFile(tree() + name, RandomBytes(90'000, i));
    publish.profile->events.push_back({ProfileKind::kRead, 0, 0, 0, 90'000, name, {}});
  }
  ASSERT_TRUE(IsOk(Publish(std::move(publish))));
  for (int i = 0; i < 12; ++i) {
    ClientOptions options{.url = "file://" + store() + "/image", .insecure = true};
    options.cache = folder_ / ("cache" + std::to_string(i));
    options.warm_up = true;
    const auto client = Client::Open(options, [](const Error&) {});
    ASSERT_TRUE(IsOk(client));
    std::this_thread::sleep_for(std::chrono::milliseconds(2 * i));
    (*client)->Close();
    EXPECT_LE((*client)->warmup().progress().done, (*client)->warmup().progress().total);
  }
}

TEST_F(ClientTest, AHotRangeThatIsDamagedIsSaidAndHoldsNothingUp) {
  WriteTestFile(tree() + "/hot", RandomBytes(50'000, 1));
  PublishOptions publish = OptionsFor(tree(), store());
  publish.profile.emplace();
  publish.profile->events = {{ProfileKind::kRead, 1, 0, 0, 50'000, "/hot", {}}};
  ASSERT_TRUE(IsOk(Publish(std::move(publish))));
  for (const std::string& name : FilesBelow(store())) {
    if (!name.starts_with("packs/")) continue;
    std::string bytes = ReadTestFile(store() + "/" + name);
    if (bytes.size() < 40'000) continue;  // the pack of chunks
    bytes[1000] ^= 1;
    WriteTestFile(store() + "/" + name, bytes);
  }
  ClientOptions options{.url = "file://" + store() + "/image", .insecure = true, .cache = "none"};
  options.give_up_after = std::chrono::seconds(2);
  options.warm_up = true;
  const auto client = Client::Open(options, [](const Error&) {});
  ASSERT_TRUE(IsOk(client));
  Warmup& warmup = (*client)->warmup();
  WaitUntil([&] { return warmup.progress().ended; });
  EXPECT_TRUE(warmup.progress().ended);
  EXPECT_NE(warmup.progress().problem, "");
  EXPECT_LT(warmup.progress().done, warmup.progress().total);
}

}  // namespace
}  // namespace rootstream
