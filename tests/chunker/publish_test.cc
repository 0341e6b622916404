// Covers: chunker/earlier_hot_range.cc, chunker/known_content.cc, chunker/shard_writer.cc.
#include "chunker/publish.h"

#include <gtest/gtest.h>

#include <thread>

#include "chunker/known_content.h"
#include "format/chunk_list.h"
#include "format/limits.h"
#include "server-tools/store_audit.h"
#include "tests/support/test_store.h"
#include "tests/support/test_tar.h"
#include "tests/support/test_walk.h"

namespace rootstream {
namespace {

class PublishTest : public ::testing::Test {
 protected:
  std::string store(const std::string& name = "store") const { return folder_ / name; }
  std::string tree() const { return folder_ / "tree"; }

  void ExpectSound(const std::string& path, const std::vector<PublicKey>& keys = {}) {
    const auto opened = Store::Open(path);
    ASSERT_TRUE(IsOk(opened));
    const auto report = AuditStore(*opened, keys);
    ASSERT_TRUE(IsOk(report));
    for (const std::string& damage : report->damages) ADD_FAILURE() << damage;
  }

  Manifest ManifestOf(const std::string& path, const PublishSummary& summary) {
    return *Manifest::Decode(ReadTestFile(path + "/manifests/" + summary.manifest.Hex()));
  }

  TempFolder folder_;
};

TEST_F(PublishTest, TheImageHoldsWhatTheTreeHolds) {
  MakeRichTree(tree());
  const auto summary = PublishTree(tree(), store());
  ASSERT_TRUE(IsOk(summary));
  ExpectSound(store());
  const auto opened = Store::Open(store());
  ASSERT_TRUE(IsOk(opened));
  const auto walked = ImageWalk(*opened).Walk(ManifestOf(store(), *summary).root);
  size_t names = 1;
  namespace fs = std::filesystem;
  for (const auto& item : fs::recursive_directory_iterator(tree())) {
    ++names;
    const std::string path = item.path().lexically_relative(tree()).string();
    ASSERT_TRUE(walked.contains(path)) << path;
    const WalkedInode& got = walked.at(path);
    struct stat st;
    ASSERT_EQ(lstat(item.path().c_str(), &st), 0);
    EXPECT_EQ(got.inode.mode, st.st_mode) << path;
    EXPECT_EQ(got.inode.uid, st.st_uid) << path;
    EXPECT_EQ(got.inode.gid, st.st_gid) << path;
    EXPECT_EQ(got.inode.mtime_seconds, st.st_mtim.tv_sec) << path;
    EXPECT_EQ(got.inode.mtime_nanoseconds, st.st_mtim.tv_nsec) << path;
    if (!S_ISDIR(st.st_mode)) {
      EXPECT_EQ(got.inode.nlink, st.st_nlink) << path;
    }
    if (S_ISREG(st.st_mode)) {
      EXPECT_EQ(got.content, ReadTestFile(item.path())) << path;
    }
    if (S_ISLNK(st.st_mode)) {
      EXPECT_EQ(got.target, fs::read_symlink(item.path()).string()) << path;
      EXPECT_EQ(got.inode.size, got.target.size());
    }
    if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) {
      EXPECT_EQ(got.inode.device_major, major(st.st_rdev));
      EXPECT_EQ(got.inode.device_minor, minor(st.st_rdev));
    }
  }
  EXPECT_EQ(walked.size(), names);
  EXPECT_EQ(summary->totals.entries, names);
  EXPECT_EQ(walked.at("hard").shard, walked.at("dir/a").shard);
  EXPECT_EQ(walked.at("hard").row, walked.at("dir/a").row);
  EXPECT_EQ(walked.at("only a hole").inode.extent_count, 0u);
  EXPECT_EQ(walked.at("zeros").inode.extent_count, 0u);
}

TEST_F(PublishTest, ATreeAndItsTarAreTheSameManifest) {
  MakeRichTree(tree());
  ASSERT_EQ(RunCommand("tar --format=posix --sparse --acls --xattrs --xattrs-include='*' -C " + tree() + " -cJf " +
                       folder_ / "tree.txz ."),
            0);
  const auto folder = PublishTree(tree(), store("of the tree"));
  const auto tar = PublishTree(folder_ / "tree.txz", store("of the tar"));
  ASSERT_TRUE(IsOk(folder));
  ASSERT_TRUE(IsOk(tar));
  EXPECT_EQ(folder->manifest.Hex(), tar->manifest.Hex());
}

TEST_F(PublishTest, ATreeAndItsTarBootAlike) {
  WriteTestFile(tree() + "/boot/vmlinuz-6.1.0-9-amd64", RandomBytes(5000, 1));
  WriteTestFile(tree() + "/boot/vmlinuz-6.1.0-47-amd64", RandomBytes(5000, 2));
  WriteTestFile(tree() + "/boot/initrd.img-6.1.0-47-amd64", RandomBytes(5000, 3));
  WriteTestFile(tree() + "/usr/lib/os-release", "PRETTY_NAME=\"Debian GNU/Linux 12\"\n");
  WriteTestFile(tree() + "/a hard link", "quiet root=/dev/sda1");
  std::filesystem::create_directories(tree() + "/etc/kernel");
  std::filesystem::create_hard_link(tree() + "/a hard link", tree() + "/etc/kernel/cmdline");
  ASSERT_EQ(RunCommand("tar -C " + tree() + " --format=posix -cf " + folder_ / "tree.tar ."), 0);
  const auto folder = PublishTree(tree(), store("of the tree"));
  const auto tar = PublishTree(folder_ / "tree.tar", store("of the tar"));
  ASSERT_TRUE(IsOk(folder));
  ASSERT_TRUE(IsOk(tar));
  EXPECT_EQ(folder->manifest.Hex(), tar->manifest.Hex());
  const Manifest manifest = ManifestOf(store("of the tree"), *folder);
  EXPECT_EQ(manifest.boot_entries, folder->boot_entries);
  ASSERT_EQ(manifest.boot_entries.size(), 2u);
  EXPECT_EQ(manifest.boot_entries[0], (BootEntry{.title = "Debian GNU/Linux 12, 6.1.0-47-amd64",
                                                 .kernel = "/boot/vmlinuz-6.1.0-47-amd64",
                                                 .initrds = {"/boot/initrd.img-6.1.0-47-amd64"},
                                                 .cmdline = "quiet",
                                                 .is_default = true}));
}

TEST_F(PublishTest, AKernelThatIsNotThereLeavesNoRef) {
  WriteTestFile(tree() + "/boot/vmlinuz-1", "x");
  PublishOptions options = OptionsFor(tree(), store());
  options.boot_entries = {{.kernel = "/boot/vmlinuz-2"}};
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Publish(std::move(options))));
  EXPECT_FALSE(std::filesystem::exists(store() + "/images/image"));
}

TEST_F(PublishTest, TheSameInputMakesTheSameBytes) {
  MakeRichTree(tree());
  ASSERT_TRUE(IsOk(PublishTree(tree(), store("one"))));
  ASSERT_TRUE(IsOk(PublishTree(tree(), store("two"))));
  EXPECT_EQ(ServedFiles(store("one")), ServedFiles(store("two")));
}

TEST_F(PublishTest, UnchangedAddsNoPacksAndASerial) {
  MakeRichTree(tree());
  const auto first = PublishTree(tree(), store());
  ASSERT_TRUE(IsOk(first));
  const auto files = ServedFiles(store());
  const auto second = PublishTree(tree(), store());
  ASSERT_TRUE(IsOk(second));
  EXPECT_EQ(ServedFiles(store()), files);
  EXPECT_EQ(second->manifest, first->manifest);
  EXPECT_EQ(first->serial, 1u);
  EXPECT_EQ(second->serial, 2u);
  EXPECT_EQ(second->new_data_bytes, 0u);
  EXPECT_EQ(second->new_shards, 0u);
}

TEST_F(PublishTest, AChangeAddsLittle) {
  MakeRichTree(tree());
  ASSERT_TRUE(IsOk(PublishTree(tree(), store())));
  WriteTestFile(tree() + "/dir/new", "a new file");
  const auto second = PublishTree(tree(), store());
  ASSERT_TRUE(IsOk(second));
  EXPECT_LT(second->new_data_bytes, 600'000u);
  ExpectSound(store());
}

TEST_F(PublishTest, TwoAtOnceLoseNothing) {
  MakeRichTree(tree());
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 3; ++round) {
        PublishOptions options = OptionsFor(tree(), store());
        options.image = {"image", t == 0 ? "same" : round == 0 ? "other" : "same"};
        const auto summary = Publish(std::move(options));
        EXPECT_TRUE(IsOk(summary));
        good += summary.ok();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 6);
  ExpectSound(store());
  const auto opened = Store::Open(store());
  ASSERT_TRUE(IsOk(opened));
  const auto ref = Ref::Decode(*opened->ReadRef({"image", "same"}));
  ASSERT_TRUE(IsOk(ref));
  EXPECT_EQ(Ref::DecodeBody(ref->body)->serial, 5u) << "each got a number of its own";
}

TEST_F(PublishTest, SignsWithItsKeys) {
  WriteTestFile(tree() + "/a", "x");
  PublishOptions options = OptionsFor(tree(), store());
  options.keys.push_back(SigningKey::Generate());
  options.keys.push_back(SigningKey::Generate());
  options.threshold = 2;
  options.lifetime = std::chrono::hours(24);
  options.mirrors = {"http://mirror"};
  const std::vector<PublicKey> keys = {options.keys[0].public_key(), options.keys[1].public_key()};
  ASSERT_TRUE(IsOk(Publish(std::move(options))));
  ExpectSound(store(), keys);
  const auto opened = Store::Open(store());
  ASSERT_TRUE(IsOk(opened));
  const auto ref = CheckRef(*opened->ReadRef({"image", "latest"}), {"image", "latest"}, {.keys = keys});
  ASSERT_TRUE(IsOk(ref));
  EXPECT_EQ(ref->manifest.threshold, 2u);
  EXPECT_EQ(ref->body.expires - ref->body.issued, 24 * 3600);
  EXPECT_EQ(ref->body.mirrors, std::vector<std::string>{"http://mirror"});
}

TEST_F(PublishTest, BelievesOnlyItsOwnKeysPublishersParts) {
  WriteTestFile(tree() + "/a", RandomBytes(200'000, 1));
  PublishOptions options = OptionsFor(tree(), store());
  options.keys.push_back(SigningKey::Generate());
  const PublicKey key = options.keys[0].public_key();
  ASSERT_TRUE(IsOk(Publish(std::move(options))));
  const auto opened = Store::Open(store());
  ASSERT_TRUE(IsOk(opened));
  EXPECT_GT(KnownContent::Load(*opened, {key}, 1000).chunks.size(), 0u);
  EXPECT_GT(KnownContent::Load(*opened, {key}, 1000).shards.size(), 0u);
  const PublicKey other = SigningKey::Generate().public_key();
  EXPECT_EQ(KnownContent::Load(*opened, {other}, 1000).chunks.size(), 0u);
  EXPECT_EQ(KnownContent::Load(*opened, {other}, 1000).shards.size(), 0u);
}

TEST_F(PublishTest, HealsAStoreThatLostAPack) {
  MakeRichTree(tree());
  ASSERT_TRUE(IsOk(PublishTree(tree(), store())));
  for (const std::string& file : FilesBelow(store())) {
    if (!file.starts_with("packs/")) continue;
    const std::string bytes = ReadTestFile(store() + "/" + file);
    std::filesystem::remove(store() + "/" + file);
    ASSERT_TRUE(IsOk(PublishTree(tree(), store()))) << file;
    ExpectSound(store());
  }
}

TEST_F(PublishTest, NeedsAtLeastTheMinimumSerial) {
  WriteTestFile(tree() + "/a", "x");
  PublishOptions options = OptionsFor(tree(), store());
  options.minimum_serial = 100;
  const auto summary = Publish(std::move(options));
  ASSERT_TRUE(IsOk(summary));
  EXPECT_EQ(summary->serial, 100u);
}

TEST_F(PublishTest, AFolderThatIsNoStoreIsRefusedAndUntouched) {
  WriteTestFile(tree() + "/a", "x");
  WriteTestFile(store() + "/precious", "data");
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, PublishTree(tree(), store())));
  EXPECT_EQ(FilesBelow(store()), std::vector<std::string>{"precious"});
  size_t items = 0;
  for ([[maybe_unused]] const auto& item : std::filesystem::directory_iterator(store())) ++items;
  EXPECT_EQ(items, 1u);
}

TEST_F(PublishTest, AFailureLeavesTheOldImage) {
  WriteTestFile(folder_ / "good.tar", TarBytes(std::vector<TarMember>{{"a", '0', "x"}}));
  ASSERT_TRUE(IsOk(PublishTree(folder_ / "good.tar", store())));
  const auto files = FilesBelow(store());
  const std::string whole = TarBytes(std::vector<TarMember>{{"a", '0', RandomBytes(5000, 1)}});
  WriteTestFile(folder_ / "bad.tar", whole.substr(0, 3000));
  EXPECT_FALSE(PublishTree(folder_ / "bad.tar", store()).ok());
  EXPECT_FALSE(PublishTree(folder_ / "missing", store()).ok());
  EXPECT_EQ(FilesBelow(store()), files);
  ExpectSound(store());
}

TEST_F(PublishTest, AnEmptyTreeIsAnImage) {
  std::filesystem::create_directory(tree());
  const auto summary = PublishTree(tree(), store());
  ASSERT_TRUE(IsOk(summary));
  EXPECT_EQ(summary->totals.entries, 1u);
  ExpectSound(store());
}

TEST_F(PublishTest, ManyNamesInOneDirectoryAreAllThere) {
  for (int i = 0; i < 6000; ++i) WriteTestFile(tree() + "/big/" + std::to_string(i), "");
  const auto summary = PublishTree(tree(), store());
  ASSERT_TRUE(IsOk(summary));
  const auto opened = Store::Open(store());
  ASSERT_TRUE(IsOk(opened));
  EXPECT_EQ(ImageWalk(*opened).Walk(ManifestOf(store(), *summary).root).size(), 6002u);
}

class ProfiledPublish : public PublishTest {
 protected:
  // A profile that reads two files in part and one whole, and lists a directory.
  static Profile SomeProfile() {
    Profile profile;
    profile.image = {"image", "latest"};
    profile.events = {{ProfileKind::kRead, 0, 0, 500'000, 70'000, "/dir/deep/large", {}},
                      {ProfileKind::kRead, 1, 0, 0, 14, "/hard", {}},
                      {ProfileKind::kList, 2, 0, 0, 0, "/many", {}},
                      {ProfileKind::kRead, 3, 0, 0, 10, "/dir/deep/deeper/text", {}},
                      {ProfileKind::kRead, 4, 0, 0, 10, "/not/in this version", {}}};
    return profile;
  }

  Result<PublishSummary> PublishProfiled(const std::string& path, const Profile& profile) {
    PublishOptions options = OptionsFor(tree(), path);
    options.profile = profile;
    return Publish(std::move(options));
  }

  // The plain bytes of all objects in the chunk lists of a hot range.
  std::string HotBytes(const Store& store, const std::vector<ObjectRef>& lists, size_t most) {
    std::string bytes;
    for (const ObjectRef& ref : lists) {
      const auto list = ChunkList::Decode(*store.ReadObject(ref), ref.pack, most);
      if (!list.ok()) throw std::runtime_error(list.error().message);
      for (const ObjectRef& object : list->chunks) bytes += *store.ReadObject(object);
    }
    return bytes;
  }
};

TEST_F(ProfiledPublish, TheImageIsTheSameAndItsHotRangeIsWhatWasRead) {
  MakeRichTree(tree());
  const auto summary = PublishProfiled(store(), SomeProfile());
  ASSERT_TRUE(IsOk(summary));
  ASSERT_TRUE(IsOk(PublishTree(tree(), store("plain"))));
  ExpectSound(store());
  const auto opened = Store::Open(store());
  ASSERT_TRUE(IsOk(opened));
  const Manifest manifest = ManifestOf(store(), *summary);
  const auto walked = ImageWalk(*opened).Walk(manifest.root);
  namespace fs = std::filesystem;
  for (const auto& item : fs::recursive_directory_iterator(tree())) {
    if (!item.is_regular_file() || item.is_symlink()) continue;
    const std::string path = item.path().lexically_relative(tree()).string();
    EXPECT_EQ(walked.at(path).content, ReadTestFile(item.path())) << path;
  }
  const std::string large = ReadTestFile(tree() + "/dir/deep/large");
  EXPECT_EQ(HotBytes(*opened, manifest.hot.data, kMaxChunkPlain),
            large.substr(499'712, 573'440 - 499'712) + ReadTestFile(tree() + "/hard") +
                ReadTestFile(tree() + "/dir/deep/deeper/text").substr(0, 4096));
  EXPECT_EQ(summary->hot_bytes, 573'440u - 499'712u + 14 + 4096);
  const std::string metadata = HotBytes(*opened, manifest.hot.metadata, kMaxPartPlain);
  EXPECT_NE(metadata.find("RSTR"), std::string::npos);
  EXPECT_NE(metadata.find("RSCL"), std::string::npos);
}

TEST_F(ProfiledPublish, OfTheSameInputIsTheSameBytesAndStoresNothingTwice) {
  MakeRichTree(tree());
  ASSERT_TRUE(IsOk(PublishProfiled(store("one"), SomeProfile())));
  ASSERT_TRUE(IsOk(PublishProfiled(store("two"), SomeProfile())));
  EXPECT_EQ(ServedFiles(store("one")), ServedFiles(store("two")));
  const auto again = PublishProfiled(store("one"), SomeProfile());
  ASSERT_TRUE(IsOk(again));
  EXPECT_EQ(again->new_data_bytes, 0u);
  EXPECT_EQ(ServedFiles(store("one")), ServedFiles(store("two")));
}

TEST_F(ProfiledPublish, TheNextVersionKeepsTheOrderAndSharesTheChunks) {
  for (int i = 0; i < 30; ++i) WriteTestFile(tree() + "/f" + std::to_string(i), RandomBytes(50'000, i));
  const auto read_in_order = [](int first, int step) {
    Profile profile;
    profile.image = {"image", "latest"};
    for (int i = 0; i < 30; ++i)
      profile.events.push_back(
          {ProfileKind::kRead, 0, 0, 0, 50'000, "/f" + std::to_string((first + i * step) % 30), {}});
    return profile;
  };
  ASSERT_TRUE(IsOk(PublishProfiled(store(), read_in_order(0, 1))));
  const auto same = PublishProfiled(store(), read_in_order(11, 7));
  ASSERT_TRUE(IsOk(same));
  EXPECT_EQ(same->new_data_bytes, 0u) << "another order of the same";
  WriteTestFile(tree() + "/f12", RandomBytes(50'000, 99));
  PublishOptions next = OptionsFor(tree(), store());
  next.image.tag = "next";
  next.profile = read_in_order(11, 7);
  const auto changed = Publish(std::move(next));
  ASSERT_TRUE(IsOk(changed));
  EXPECT_LT(changed->new_data_bytes, 700'000u) << "the chunks around one file of thirty";
  EXPECT_GT(changed->new_data_bytes, 50'000u);
  ExpectSound(store());
}

TEST_F(ProfiledPublish, AProfileThatNamesNothingOfTheSourceIsInvalid) {
  MakeRichTree(tree());
  Profile profile = SomeProfile();
  profile.events.erase(profile.events.begin(), profile.events.begin() + 4);
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, PublishProfiled(store(), profile)));
  EXPECT_FALSE(std::filesystem::exists(store() + "/images/image/latest"));
}

TEST_F(PublishTest, ARawImageIsOneFile) {
  const std::string disk = RandomBytes(307'200, 1) + std::string(1 << 20, '\0') + RandomBytes(1024, 2);
  ASSERT_EQ(disk.size() % 512, 0u);
  WriteTestFile(folder_ / "disk.img", disk);
  const auto summary = PublishTree(folder_ / "disk.img", store());
  ASSERT_TRUE(IsOk(summary));
  const auto opened = Store::Open(store());
  ASSERT_TRUE(IsOk(opened));
  const auto walked = ImageWalk(*opened).Walk(ManifestOf(store(), *summary).root);
  EXPECT_EQ(walked.at("disk.img").content, disk);
}

TEST_F(PublishTest, AnEntryThatNoImageCanHoldLeavesNoRef) {
  WriteTestFile(folder_ / "bad.tar",
                TarBytes(std::vector<TarMember>{
                    {"pax", 'x', PaxRecord("SCHILY.xattr.user.a", std::string(65'537, 'v'))}, {"a", '0', "x"}}));
  const auto summary = PublishTree(folder_ / "bad.tar", store());
  ASSERT_TRUE(FailsWith(ErrorKind::kInvalid, summary));
  EXPECT_NE(summary.error().message.find("/a: its xattr user.a"), std::string::npos) << summary.error().message;
  EXPECT_FALSE(std::filesystem::exists(store() + "/images/image/latest"));
  EXPECT_TRUE(FilesBelow(store() + "/manifests").empty());
}

TEST_F(PublishTest, AStoreInItsOwnSourceIsRefusedUnlessItIsExcluded) {
  WriteTestFile(tree() + "/a", "x");
  const std::string inside = tree() + "/srv/store";
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, PublishTree(tree(), inside)));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, PublishTree(tree(), tree())));
  EXPECT_EQ(FilesBelow(tree()).size(), 1u);
  PublishOptions options = OptionsFor(tree(), inside);
  ASSERT_TRUE(IsOk(options.excluded.Add("/srv/store")));
  EXPECT_TRUE(IsOk(Publish(std::move(options))));
}

TEST_F(PublishTest, SerialsEndByAnError) {
  WriteTestFile(tree() + "/a", "x");
  PublishOptions options = OptionsFor(tree(), store());
  options.minimum_serial = UINT64_MAX;
  const auto last = Publish(std::move(options));
  ASSERT_TRUE(IsOk(last));
  EXPECT_EQ(last->serial, UINT64_MAX);
  const std::string ref = ReadTestFile(store() + "/images/image/latest");
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, PublishTree(tree(), store())));
  EXPECT_EQ(ReadTestFile(store() + "/images/image/latest"), ref);
}

TEST_F(PublishTest, MirrorsAreUrlsOfStores) {
  WriteTestFile(tree() + "/a", "x");
  for (const std::string& mirror : {std::string("ftp://host/store"), std::string("/srv/store"), std::string(),
                                    "http://host/" + std::string(5000, 'x'), std::string("http://host/\n")}) {
    PublishOptions options = OptionsFor(tree(), store());
    options.mirrors = {mirror};
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Publish(std::move(options)))) << mirror;
  }
  PublishOptions options = OptionsFor(tree(), store());
  options.mirrors.assign(kMaxMirrors + 1, "http://host/store");
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Publish(std::move(options))));
}

}  // namespace
}  // namespace rootstream
