// Covers: store/store_lock.cc.
#include "server-tools/store_gc.h"

#include <gtest/gtest.h>

#include "server-tools/store_audit.h"
#include "tests/support/test_store.h"

namespace rootstream {
namespace {

using std::chrono::hours;

constexpr GcOptions kAtOnce{.grace = hours(0), .keep = hours(0)};

class StoreGc : public ::testing::Test {
 protected:
  Id PublishVersion(const std::string& image, uint64_t seed) {
    const std::string tree = folder_ / ("tree" + std::to_string(seed));
    WriteTestFile(tree + "/random", RandomBytes(200'000, seed));
    WriteTestFile(tree + "/shared", RandomBytes(200'000, 77));
    PublishOptions options = OptionsFor(tree, store_);
    options.image = {image, "latest"};
    const auto summary = Publish(std::move(options));
    EXPECT_TRUE(IsOk(summary));
    return summary.ok() ? summary->manifest : Id{};
  }

  // Publishes two versions; the second replaces the first.
  void PublishTwice() {
    old_ = PublishVersion("image", 1);
    first_version_ = ServedFiles(store_);
    new_ = PublishVersion("image", 2);
  }

  // Makes all files of the store as old as `age`.
  void Age(hours age) {
    const auto time = std::filesystem::file_time_type::clock::now() - age;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(store_))
      std::filesystem::last_write_time(entry.path(), time);
  }

  Result<GcReport> Collect(const GcOptions& options) {
    RS_TRY(Store store, Store::Open(store_));
    RS_TRY(const bool locked, store.objects().TryLock(StoreLock::kExclusive));
    EXPECT_TRUE(locked);
    return CollectGarbage(store, options);
  }

  void ExpectSound() {
    const auto store = Store::Open(store_);
    ASSERT_TRUE(IsOk(store));
    const auto report = AuditStore(*store, {});
    ASSERT_TRUE(IsOk(report));
    for (const std::string& damage : report->damages) ADD_FAILURE() << damage;
  }

  // gc must fail with a message that contains `text`, and must remove nothing.
  void ExpectRefused(const std::string& text) {
    const auto before = FilesBelow(store_);
    const auto report = Collect(kAtOnce);
    ASSERT_FALSE(report.ok());
    EXPECT_NE(report.error().message.find(text), std::string::npos) << report.error().message;
    EXPECT_NE(report.error().message.find("nothing was removed"), std::string::npos);
    EXPECT_EQ(FilesBelow(store_), before);
  }

  bool Has(const std::string& path) const { return std::filesystem::exists(store_ + "/" + path); }
  bool HasManifest(const Id& id) const { return Has("manifests/" + id.Hex()); }

  TempFolder folder_;
  const std::string store_ = folder_ / "store";
  Id old_, new_;
  std::map<std::string, std::string> first_version_;
};

TEST_F(StoreGc, RemovesNothingThatARefLeadsTo) {
  PublishVersion("a", 1);
  PublishVersion("b", 2);
  Age(hours(24 * 365));
  const auto before = FilesBelow(store_);
  const auto report = Collect(kAtOnce);
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(FilesBelow(store_), before);
  EXPECT_EQ(report->images, 2u);
  EXPECT_EQ(report->packs_removed + report->manifests_removed, 0u);
  EXPECT_EQ(report->bytes_freed, 0u);
}

TEST_F(StoreGc, RemovesAnOldVersionWithItsPacks) {
  PublishTwice();
  Age(hours(24 * 40));
  const auto report = Collect({});
  ASSERT_TRUE(IsOk(report));
  EXPECT_FALSE(HasManifest(old_));
  EXPECT_TRUE(HasManifest(new_));
  EXPECT_EQ(report->manifests_removed, 1u);
  // The pack of its metadata. The pack of its contents is kept, because the new version shares chunks of it.
  EXPECT_EQ(report->packs_removed, 1u);
  EXPECT_EQ(report->packs_kept, 3u);
  EXPECT_GT(report->bytes_freed, 0u);
  ExpectSound();
}

TEST_F(StoreGc, RemovesAnImageWhoseRefIsGone) {
  PublishVersion("a", 1);
  const auto before = ServedFiles(store_);
  PublishVersion("b", 2);
  std::filesystem::remove(store_ + "/images/b/latest");
  const auto report = Collect(kAtOnce);
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(ServedFiles(store_), before);
  EXPECT_FALSE(Has("images/b"));
  ExpectSound();
}

TEST_F(StoreGc, KeepsAnOldVersionForItsTime) {
  PublishTwice();
  Age(hours(24 * 40));
  const auto report = Collect({.keep = hours(24 * 50)});
  ASSERT_TRUE(IsOk(report));
  EXPECT_TRUE(HasManifest(old_));
  for (const auto& [path, bytes] : first_version_) EXPECT_TRUE(Has(path)) << path;
  EXPECT_EQ(report->manifests_kept, 2u);
}

// A version may be years old when it is replaced, and a client may have opened it only a minute before.
TEST_F(StoreGc, TheTimeOfAnOldVersionBeginsWhenItIsReplaced) {
  old_ = PublishVersion("image", 1);
  Age(hours(24 * 365));
  new_ = PublishVersion("image", 2);
  ASSERT_TRUE(IsOk(Collect({})));
  EXPECT_TRUE(HasManifest(old_));
  ExpectSound();
}

TEST_F(StoreGc, KeepsWhatIsYoungerThanTheGraceTime) {
  PublishTwice();
  std::filesystem::remove(store_ + "/images/image/latest");
  WriteTestFile(store_ + "/tmp/new-abcdef", "x");
  const auto before = FilesBelow(store_);
  const auto report = Collect({.grace = hours(1), .keep = hours(0)});
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(FilesBelow(store_), before);
  EXPECT_EQ(report->manifests_kept, 2u);
}

// As after a crash that left packs without their manifest.
TEST_F(StoreGc, RemovesPacksOfNoManifest) {
  PublishTwice();
  std::filesystem::remove(store_ + "/manifests/" + old_.Hex());
  Age(hours(30));
  const auto young = Collect({.grace = hours(48)});
  ASSERT_TRUE(IsOk(young));
  EXPECT_EQ(young->packs_removed, 0u);
  EXPECT_EQ(young->packs_in_grace, 1u);
  const auto report = Collect({});
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(report->packs_removed, 1u);
  ExpectSound();
}

TEST_F(StoreGc, ADryRunTellsTheSameAndRemovesNothing) {
  PublishTwice();
  WriteTestFile(store_ + "/tmp/new-abcdef", "x");
  const auto before = FilesBelow(store_);
  const auto dry = Collect({.grace = hours(0), .keep = hours(0), .dry_run = true});
  ASSERT_TRUE(IsOk(dry));
  EXPECT_EQ(FilesBelow(store_), before);
  const auto report = Collect(kAtOnce);
  ASSERT_TRUE(IsOk(report));
  EXPECT_NE(FilesBelow(store_), before);
  EXPECT_EQ(dry->packs_removed, report->packs_removed);
  EXPECT_EQ(dry->manifests_removed, report->manifests_removed);
  EXPECT_EQ(dry->temporary_removed, report->temporary_removed);
  EXPECT_EQ(dry->folders_removed, report->folders_removed);
  EXPECT_EQ(dry->bytes_freed, report->bytes_freed);
}

TEST_F(StoreGc, RemovesTemporaryFilesAndEmptyFoldersAndNothingThatItDoesNotKnow) {
  const Id id = PublishVersion("a", 1);
  const std::vector<std::string> stale = {"tmp/new-abcdef", "manifests/" + id.Hex() + "~abcdef",
                                          "images/a/latest~ABC123", "images/gone/latest~abcdef"};
  const std::vector<std::string> others = {"images/a/notes~", "README", "packs/odd/file"};
  for (const std::string& file : stale) WriteTestFile(store_ + "/" + file, "x");
  for (const std::string& file : others) WriteTestFile(store_ + "/" + file, "x");
  std::filesystem::create_directories(store_ + "/packs/zz");
  const auto report = Collect(kAtOnce);
  ASSERT_TRUE(IsOk(report));
  for (const std::string& file : stale) EXPECT_FALSE(Has(file)) << file;
  for (const std::string& file : others) EXPECT_TRUE(Has(file)) << file;
  EXPECT_FALSE(Has("images/gone"));
  EXPECT_FALSE(Has("packs/zz"));
  EXPECT_EQ(report->temporary_removed, 4u);
  EXPECT_EQ(report->folders_removed, 2u);
  ExpectSound();
}

TEST_F(StoreGc, LeavesATemporaryFileThatIsInUse) {
  PublishVersion("a", 1);
  const auto store = Store::Open(store_);
  ASSERT_TRUE(IsOk(store));
  const auto upload = store->objects().Put();
  ASSERT_TRUE(IsOk(upload));
  ASSERT_TRUE(IsOk(Collect(kAtOnce)));
  EXPECT_EQ(FilesBelow(store_ + "/tmp").size(), 1u);
  EXPECT_TRUE(IsOk((*upload)->Commit("packs/ab/abc")));
}

TEST_F(StoreGc, RemovesNothingWhenARefIsDamaged) {
  PublishTwice();
  WriteTestFile(store_ + "/images/other/latest", "no ref");
  ExpectRefused("image other:latest: not a ref");
}

TEST_F(StoreGc, RemovesNothingWhenAKeptManifestIsDamaged) {
  PublishTwice();
  Age(hours(24 * 10));
  const std::string path = "manifests/" + old_.Hex();
  std::string bytes = ReadTestFile(store_ + "/" + path);
  bytes[20] ^= 1;
  WriteTestFile(store_ + "/" + path, bytes);
  const auto before = FilesBelow(store_);
  const auto report = Collect({});
  ASSERT_TRUE(FailsWith(ErrorKind::kCorrupt, report));
  EXPECT_NE(report.error().message.find(path), std::string::npos) << report.error().message;
  EXPECT_EQ(FilesBelow(store_), before);
}

// For each pack in turn: without its metadata the image cannot be walked; a missing pack of contents is noticed.
TEST_F(StoreGc, RemovesNothingWhenANeededPackIsMissingOrTruncated) {
  PublishVersion("a", 1);
  const auto needed = ServedFiles(store_);
  PublishVersion("b", 2);
  std::filesystem::remove(store_ + "/images/b/latest");
  for (const auto& [path, bytes] : needed) {
    if (!path.starts_with("packs/")) continue;
    const std::string file = store_ + "/" + path;
    std::filesystem::remove(file);
    ExpectRefused(path.substr(path.rfind('/') + 1));
    WriteTestFile(file, bytes.substr(0, bytes.size() - 1));
    ExpectRefused(path.substr(path.rfind('/') + 1));
    WriteTestFile(file, bytes);
  }
  EXPECT_TRUE(IsOk(Collect(kAtOnce)));
}

TEST_F(StoreGc, WaitsItsTurn) {
  PublishVersion("a", 1);
  auto publisher = Store::Open(store_), other = Store::Open(store_);
  ASSERT_TRUE(publisher.ok() && other.ok());
  ASSERT_TRUE(*publisher->objects().TryLock(StoreLock::kShared));
  EXPECT_FALSE(*other->objects().TryLock(StoreLock::kExclusive));
  EXPECT_TRUE(*other->objects().TryLock(StoreLock::kShared));
}

}  // namespace
}  // namespace rootstream
