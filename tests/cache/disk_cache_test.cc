// Covers: cache/segment_folder.cc.
#include "cache/disk_cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/support/test_files.h"
#include "tests/support/test_pack.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

constexpr uint64_t kLimit = 8 << 20;  // the smallest limit; its segments have 1 MiB

std::unique_ptr<DiskCache> OpenCache(const std::string& folder, uint64_t limit = kLimit) {
  auto cache = DiskCache::Open(folder, limit);
  EXPECT_TRUE(IsOk(cache));
  return cache.ok() ? std::move(*cache) : nullptr;
}

std::string Object(int n, size_t size = 1000) { return RandomBytes(size, n); }

std::optional<std::string> Read(DiskCache& cache, const std::string& object) {
  std::optional<std::string> got;
  if (const auto place = cache.Locate(Sha256(object)))
    cache.Read(Sha256(object), *place, [&](VerifiedBytes bytes) { got = bytes.view(); });
  return got;
}

void PutObject(DiskCache& cache, const std::string& object) { cache.Put(Sha256(object), object); }

std::string OnlySegment(const std::string& folder) {
  const auto files = FilesBelow(folder + "/segments");
  EXPECT_EQ(files.size(), 1u);
  return folder + "/segments/" + files.at(0);
}

uint64_t BytesBelow(const std::string& folder) {
  uint64_t bytes = 0;
  for (const std::string& file : FilesBelow(folder)) bytes += std::filesystem::file_size(folder + "/" + file);
  return bytes;
}

// In a folder of another program, such as .git, the cache must not remove the file `index`.
TEST(DiskCacheOpen, LeavesAnotherProgramsIndexAlone) {
  const TempFolder folder;
  WriteTestFile(folder / "index", "another program's");
  for (const char* seal : {"", "rootstream", "not ours"}) {
    if (*seal != '\0') WriteTestFile(folder / "index.seal", seal);
    const auto cache = DiskCache::Open(folder.path(), kLimit);
    EXPECT_TRUE(FailsWith(ErrorKind::kFailed, cache)) << seal;
    EXPECT_EQ(ReadTestFile(folder / "index"), "another program's");
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "segments"));
}

TEST(DiskCacheOpen, TakesOneWhoseSegmentsAreGone) {
  const TempFolder folder;
  PutObject(*OpenCache(folder.path()), Object(1));
  std::filesystem::remove_all(folder / "segments");
  const auto cache = OpenCache(folder.path());
  ASSERT_NE(cache, nullptr);
  EXPECT_FALSE(Read(*cache, Object(1)).has_value());
}

TEST(DiskCacheGet, FindsWhatWasPut) {
  const TempFolder folder;
  const auto cache = OpenCache(folder.path());
  EXPECT_FALSE(Read(*cache, Object(1)).has_value());
  EXPECT_FALSE(cache->Has(Sha256(Object(1))));
  for (int n = 0; n < 100; ++n) PutObject(*cache, Object(n));
  for (int n = 0; n < 100; ++n) EXPECT_EQ(Read(*cache, Object(n)), Object(n));
  EXPECT_TRUE(cache->Has(Sha256(Object(1))));
  EXPECT_TRUE(cache->is_writer());
  EXPECT_EQ(cache->problem(), "");
}

TEST(DiskCacheGet, FindsItAfterACleanClose) {
  const TempFolder folder;
  for (int n = 0; n < 20; ++n) PutObject(*OpenCache(folder.path()), Object(n));
  EXPECT_TRUE(std::filesystem::exists(folder / "index.seal"));
  const auto cache = OpenCache(folder.path());
  for (int n = 0; n < 20; ++n) EXPECT_EQ(Read(*cache, Object(n)), Object(n)) << n;
}

// A copy of the folder while it is in use equals the folder that a killed process leaves.
TEST(DiskCacheGet, FindsItAfterAKill) {
  const TempFolder folder;
  const auto cache = OpenCache(folder / "used");
  for (int n = 0; n < 100; ++n) PutObject(*cache, Object(n));
  CopyFolder(folder / "used", folder / "killed");
  EXPECT_FALSE(std::filesystem::exists(folder / "killed/index.seal"));
  const auto again = OpenCache(folder / "killed");
  for (int n = 0; n < 100; ++n) EXPECT_EQ(Read(*again, Object(n)), Object(n)) << n;
  PutObject(*again, Object(100));
  EXPECT_EQ(Read(*again, Object(100)), Object(100));
}

TEST(DiskCacheGet, IsNotMisledByASealOfOtherSegments) {
  const TempFolder folder;
  for (int n = 0; n < 10; ++n) PutObject(*OpenCache(folder.path()), Object(n));
  for (const std::string& file : FilesBelow(folder / "segments")) std::filesystem::remove(folder / "segments/" + file);
  const auto cache = OpenCache(folder.path());
  for (int n = 0; n < 10; ++n) {
    EXPECT_FALSE(Read(*cache, Object(n)).has_value());
    PutObject(*cache, Object(n));
    EXPECT_EQ(Read(*cache, Object(n)), Object(n));
  }
}

class DamagedSegment : public ::testing::Test {
 protected:
  void SetUp() override {
    {
      const auto cache = OpenCache(folder_ / "good");
      for (const std::string& object : objects_) PutObject(*cache, object);
    }
    segment_ = ReadTestFile(OnlySegment(folder_ / "good"));
    index_ = ReadTestFile(folder_ / "good/index");
    seal_ = ReadTestFile(folder_ / "good/index.seal");
  }

  // Each read must give the right bytes or a miss, and after a miss the cache must store the object again.
  void ExpectHeals(const std::string& segment, const std::string& index, const std::string& seal) {
    std::filesystem::remove_all(folder_ / "bad");
    WriteTestFile(folder_ / "bad/segments/00000001.seg", segment);
    if (!seal.empty()) {
      WriteTestFile(folder_ / "bad/index", index);
      WriteTestFile(folder_ / "bad/index.seal", seal);
    }
    const auto cache = OpenCache(folder_ / "bad");
    for (const std::string& object : objects_) {
      const auto got = Read(*cache, object);
      if (got) {
        EXPECT_EQ(*got, object);
      }
      if (!got) PutObject(*cache, object);
      EXPECT_EQ(Read(*cache, object), object);
    }
  }

  TempFolder folder_{MemoryFolder()};
  const std::vector<std::string> objects_ = {Object(1, 60), Object(2, 1), Object(3, 90)};
  std::string segment_;
  std::string index_;
  std::string seal_;
};

TEST_F(DamagedSegment, FlippedAtAnyByteGivesNoWrongByte) {
  for (size_t at = 0; at < segment_.size(); at += kEachByte) {
    std::string bytes = segment_;
    bytes[at] ^= 0x20;
    ExpectHeals(bytes, index_, seal_);
    ExpectHeals(bytes, "", "");
  }
}

TEST_F(DamagedSegment, TruncatedAtAnyByteGivesNoWrongByte) {
  for (size_t size = 0; size < segment_.size(); size += kEachByte) {
    ExpectHeals(segment_.substr(0, size), index_, seal_);
    ExpectHeals(segment_.substr(0, size), "", "");
  }
}

TEST_F(DamagedSegment, DamagedWhileItIsInUseGivesNoWrongByte) {
  const auto cache = OpenCache(folder_ / "good");
  const std::string path = OnlySegment(folder_ / "good");
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  const std::string zeros(segment_.size(), '\0');
  ASSERT_EQ(pwrite(fd, zeros.data(), zeros.size(), 0), static_cast<ssize_t>(zeros.size()));
  EXPECT_FALSE(Read(*cache, objects_[0]).has_value());
  ASSERT_EQ(ftruncate(fd, 0), 0);
  close(fd);
  for (const std::string& object : objects_) {
    EXPECT_FALSE(Read(*cache, object).has_value());
    EXPECT_FALSE(cache->Has(Sha256(object))) << "a damaged object is forgotten";
    PutObject(*cache, object);
    EXPECT_EQ(Read(*cache, object), object);
  }
}

TEST_F(DamagedSegment, RubbishInTheFolderIsPassedOver) {
  WriteTestFile(folder_ / "good/segments/00000002.seg", "no segment");
  WriteTestFile(folder_ / "good/segments/notes.txt", "mine");
  WriteTestFile(folder_ / "good/segments/4294967295x.seg", "x");
  const auto cache = OpenCache(folder_ / "good");
  for (const std::string& object : objects_) EXPECT_EQ(Read(*cache, object), object);
  PutObject(*cache, Object(9));
  EXPECT_EQ(Read(*cache, Object(9)), Object(9));
}

// Opens so many descriptors that this process can open only `spare` more.
class FewDescriptors {
 public:
  explicit FewDescriptors(int spare) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few = {256, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    for (int fd; (fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) taken_.emplace_back(fd);
    for (; spare > 0; --spare) taken_.pop_back();
  }
  ~FewDescriptors() {
    taken_.clear();
    setrlimit(RLIMIT_NOFILE, &before_);
  }

 private:
  rlimit before_;
  std::vector<UniqueFd> taken_;
};

class ManySegments : public ::testing::Test {
 protected:
  static constexpr int kMany = 400;
  void SetUp() override {
    std::filesystem::create_directories(folder_ / "segments");
    for (int n = 0; n < kMany; ++n) {
      char name[32];
      snprintf(name, sizeof name, "/%08d.seg", n + 1);
      const auto file = SegmentFile::Create(folder_ / "segments" + name);
      ASSERT_TRUE(IsOk(file));
      ASSERT_TRUE(file->WriteRecord(kSegmentHeaderSize, Sha256(Object(n)), Object(n)));
    }
  }
  size_t Segments() { return FilesBelow(folder_ / "segments").size(); }

  TempFolder folder_{MemoryFolder()};
};

TEST_F(ManySegments, AreReadWithFewDescriptors) {
  for (const char* state : {"scanned", "sealed"}) {
    const FewDescriptors few(20);
    const auto cache = OpenCache(folder_.path());
    for (int n = 0; n < kMany; ++n) ASSERT_EQ(Read(*cache, Object(n)), Object(n)) << state << n;
  }
  EXPECT_EQ(Segments(), size_t{kMany});
}

TEST_F(ManySegments, AreNeverDeletedForWantOfDescriptors) {
  for (int spare = 0; spare < 12; ++spare) {
    {
      const FewDescriptors few(spare);
      const auto cache = DiskCache::Open(folder_.path(), kLimit);
      for (int n = 0; cache.ok() && n < kMany; ++n) {
        const auto got = Read(**cache, Object(n));
        if (got) {
          EXPECT_EQ(*got, Object(n));
        }
      }
      if (cache.ok()) PutObject(**cache, Object(kMany + spare));
    }
    EXPECT_GE(Segments(), size_t{kMany}) << "with " << spare;
    const auto cache = OpenCache(folder_.path());
    for (int n = 0; n < kMany; ++n) ASSERT_EQ(Read(*cache, Object(n)), Object(n)) << "after " << spare;
  }
}

TEST_F(ManySegments, AMissForWantOfDescriptorsIsOneForAMoment) {
  const auto cache = OpenCache(folder_.path());
  {
    const FewDescriptors few(0);
    for (int n = 0; n < 100; ++n) (void)Read(*cache, Object(n));
    for (int n = 0; n < 100; ++n) EXPECT_TRUE(cache->Has(Sha256(Object(n)))) << n;
  }
  for (int n = 0; n < kMany; ++n) EXPECT_EQ(Read(*cache, Object(n)), Object(n)) << n;
}

TEST_F(ManySegments, AFewAreOpenAtATime) {
  const auto cache = OpenCache(folder_.path());
  for (int n = 0; n < kMany; ++n) ASSERT_TRUE(Read(*cache, Object(n)).has_value());
  int open = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    open += std::filesystem::read_symlink(entry, gone).string().starts_with(folder_ / "segments/");
  }
  EXPECT_LE(open, static_cast<int>(SegmentFolder::kMostOpen) + 1);
}

// Reads of the segment fail as from a bad sector, because it is /proc/self/mem at an unmapped address (proc(5)).
TEST_F(ManySegments, OneThatCannotBeReadStaysWhereItIs) {
  const std::string bad = folder_ / "segments/00000007.seg";
  std::filesystem::remove(bad);
  std::filesystem::create_symlink("/proc/self/mem", bad);
  for (const char* state : {"scanned", "sealed"}) {
    const auto cache = OpenCache(folder_.path());
    const bool again = std::string_view(state) == "sealed";
    for (int n = 0; n < kMany; ++n) EXPECT_EQ(Read(*cache, Object(n)).has_value(), again || n != 6) << state << n;
    EXPECT_TRUE(std::filesystem::is_symlink(bad)) << state;
    PutObject(*cache, Object(6));
    EXPECT_EQ(Read(*cache, Object(6)), Object(6)) << "it is stored again";
  }
}

TEST(DiskCacheLimit, HoldsWhateverIsWritten) {
  const TempFolder folder;
  const auto cache = OpenCache(folder.path());
  constexpr size_t kSize = 50'000;
  int n = 0;
  for (uint64_t written = 0; written < 3 * kLimit; written += kSize, ++n) {
    PutObject(*cache, Object(n, kSize));
    ASSERT_LE(cache->size(), kLimit) << n;
    ASSERT_LE(BytesBelow(folder / "segments"), kLimit) << n;
    EXPECT_EQ(Read(*cache, Object(n, kSize)), Object(n, kSize)) << "the newest is there";
  }
  EXPECT_FALSE(Read(*cache, Object(0, kSize)).has_value() && Read(*cache, Object(1, kSize)).has_value() &&
               Read(*cache, Object(2, kSize)).has_value() && cache->size() < kLimit / 2)
      << "something was dropped, not everything";
  int kept = 0;
  for (int i = 0; i < n; ++i) kept += Read(*cache, Object(i, kSize)).has_value();
  EXPECT_GE(kept * kSize, kLimit / 2);
  EXPECT_LT(kept, n);
}

// The index is the larger part of a cache of small objects.
TEST(DiskCacheLimit, HoldsForSmallObjects) {
  const TempFolder folder;
  constexpr size_t kSize = 100;
  int n = 0;
  for (int part = 0; part < 3; ++part) {
    const auto cache = OpenCache(folder.path());
    for (; n < 12'000 * (part + 1); ++n) {
      PutObject(*cache, Object(n, kSize));
      ASSERT_LE(cache->size(), kLimit) << n;
    }
    EXPECT_EQ(Read(*cache, Object(n - 1, kSize)), Object(n - 1, kSize));
  }
}

TEST(DiskCacheLimit, HoldsForACacheThatWasLarger) {
  const TempFolder folder;
  {
    const auto cache = OpenCache(folder.path(), 3 * kLimit);
    for (int n = 0; n < 300; ++n) PutObject(*cache, Object(n, 50'000));
    ASSERT_GT(cache->size(), kLimit);
  }
  const auto cache = OpenCache(folder.path());
  PutObject(*cache, Object(1000));
  EXPECT_LE(cache->size(), kLimit);
  EXPECT_EQ(Read(*cache, Object(1000)), Object(1000));
}

TEST(DiskCacheLimit, TouchedObjectsSurviveADrop) {
  const TempFolder folder;
  const auto cache = OpenCache(folder.path());
  constexpr size_t kSize = 20'000;
  PutObject(*cache, Object(0, kSize));
  PutObject(*cache, Object(1, kSize));
  int n = 2;
  for (uint64_t written = 0; written < 3 * kLimit; written += kSize, ++n) {
    EXPECT_TRUE(Read(*cache, Object(0, kSize)).has_value()) << n;
    PutObject(*cache, Object(n, kSize));
  }
  EXPECT_EQ(Read(*cache, Object(0, kSize)), Object(0, kSize));
  EXPECT_FALSE(Read(*cache, Object(1, kSize)).has_value());
}

TEST(DiskCacheLimit, AnObjectLargerThanASegmentIsNotKept) {
  const TempFolder folder;
  const auto cache = OpenCache(folder.path());
  PutObject(*cache, Object(1));
  PutObject(*cache, Object(2, 2 << 20));
  EXPECT_FALSE(Read(*cache, Object(2, 2 << 20)).has_value());
  EXPECT_EQ(Read(*cache, Object(1)), Object(1));
}

TEST(DiskCacheShared, TheSecondReadsWhatTheFirstWrote) {
  const TempFolder folder;
  const auto writer = OpenCache(folder.path());
  PutObject(*writer, Object(1));
  const auto reader = OpenCache(folder.path());
  EXPECT_TRUE(writer->is_writer());
  EXPECT_FALSE(reader->is_writer());
  EXPECT_EQ(Read(*reader, Object(1)), Object(1));
  PutObject(*reader, Object(2));
  EXPECT_FALSE(Read(*writer, Object(2)).has_value()) << "readers do not write";
  PutObject(*writer, Object(3));
  std::optional<std::string> seen;
  for (int tries = 0; !seen && tries < 100; ++tries, usleep(100'000)) seen = Read(*reader, Object(3));
  EXPECT_EQ(seen, Object(3));
}

TEST(DiskCacheShared, TheSecondTakesOverWhenTheFirstEnds) {
  const TempFolder folder;
  auto first = OpenCache(folder.path());
  const auto second = OpenCache(folder.path());
  PutObject(*first, Object(1));
  first.reset();
  for (int tries = 0; !second->is_writer() && tries < 100; ++tries, usleep(100'000)) Read(*second, Object(99));
  ASSERT_TRUE(second->is_writer());
  EXPECT_EQ(Read(*second, Object(1)), Object(1));
  PutObject(*second, Object(2));
  EXPECT_EQ(Read(*second, Object(2)), Object(2));
}

TEST(DiskCacheShared, AskingWhatIsThereIsEnoughToTakeOver) {
  const TempFolder folder;
  auto first = OpenCache(folder.path());
  const auto second = OpenCache(folder.path());
  EXPECT_EQ(second->hindrance(), "another process writes this cache folder");
  first.reset();
  for (int tries = 0; !second->is_writer() && tries < 100; ++tries, usleep(100'000))
    EXPECT_FALSE(second->Has(Sha256("nothing")));
  EXPECT_TRUE(second->is_writer());
  EXPECT_EQ(second->hindrance(), "");
}

TEST(DiskCacheShared, AReaderSurvivesDroppedSegments) {
  const TempFolder folder;
  const auto writer = OpenCache(folder.path());
  PutObject(*writer, Object(1, 50'000));
  const auto reader = OpenCache(folder.path());
  for (int n = 2; n < 400; ++n) PutObject(*writer, Object(n, 50'000));
  for (int n = 1; n < 400; ++n) {
    const auto got = Read(*reader, Object(n, 50'000));
    if (got) {
      EXPECT_EQ(*got, Object(n, 50'000));
    }
  }
}

// The second cache takes over as the writer after the first has sealed its index. A third cache must not use that
// older index for the segments that were written since.
TEST(DiskCacheShared, SealsAfterTakingOver) {
  const TempFolder folder;
  auto first = OpenCache(folder.path());
  PutObject(*first, Object(1));
  auto second = OpenCache(folder.path());
  first.reset();
  for (int tries = 0; !second->is_writer() && tries < 100; ++tries, usleep(100'000)) Read(*second, Object(99));
  PutObject(*second, Object(2));
  second.reset();
  const auto third = OpenCache(folder.path());
  EXPECT_EQ(Read(*third, Object(1)), Object(1));
  EXPECT_EQ(Read(*third, Object(2)), Object(2));
}

TEST(DiskCacheOpen, FailsWhereNoFolderCanBe) {
  const TempFolder folder;
  WriteTestFile(folder / "file", "x");
  EXPECT_FALSE(DiskCache::Open(folder / "file", kLimit).ok());
  EXPECT_FALSE(DiskCache::Open(folder / "file/below", kLimit).ok());
}

// Mounts a filesystem for the test, if that is permitted.
class DiskCacheOnMount : public ::testing::Test {
 protected:
  ~DiskCacheOnMount() override {
    if (mounted_) umount2(point_.c_str(), MNT_DETACH);
  }
  bool MountTmpfs(const std::string& options) {
    std::filesystem::create_directories(point_);
    mounted_ = mount("tmpfs", point_.c_str(), "tmpfs", 0, options.c_str()) == 0;
    return mounted_;
  }

  TempFolder folder_;
  const std::string point_ = folder_ / "mount";
  bool mounted_ = false;
};

TEST_F(DiskCacheOnMount, AFullDiskStopsWritingNotReading) {
  if (!MountTmpfs("size=2m")) GTEST_SKIP() << "tmpfs cannot be mounted here";
  const auto cache = OpenCache(point_);
  int n = 0;
  while (cache->problem().empty() && n < 4000) PutObject(*cache, Object(n++, 5'000));
  EXPECT_NE(cache->problem(), "");
  for (int i = 0; i < n; ++i) {
    const auto got = Read(*cache, Object(i, 5'000));
    if (got) {
      EXPECT_EQ(*got, Object(i, 5'000));
    }
    if (i < 150) {
      EXPECT_TRUE(got.has_value()) << i;
    }
  }
}

TEST_F(DiskCacheOnMount, AFullDiskCanStillBeOpened) {
  if (!MountTmpfs("size=1m")) GTEST_SKIP() << "tmpfs cannot be mounted here";
  { PutObject(*OpenCache(point_), Object(1)); }
  const std::string filler(900'000, 'f');
  std::ofstream(point_ + "/filler", std::ios::binary) << filler << filler;
  const auto cache = OpenCache(point_);
  ASSERT_NE(cache, nullptr);
  EXPECT_EQ(Read(*cache, Object(1)), Object(1));
}

TEST_F(DiskCacheOnMount, AReadOnlyDiskIsRead) {
  if (!MountTmpfs("size=20m")) GTEST_SKIP() << "tmpfs cannot be mounted here";
  { PutObject(*OpenCache(point_), Object(1)); }
  if (mount("tmpfs", point_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) != 0)
    GTEST_SKIP() << "it cannot be mounted read-only here";
  const auto cache = OpenCache(point_);
  ASSERT_NE(cache, nullptr);
  EXPECT_EQ(Read(*cache, Object(1)), Object(1));
  PutObject(*cache, Object(2));
  EXPECT_FALSE(Read(*cache, Object(2)).has_value());
}

TEST(DiskCachePut, StopsWritingNotReadingWhenTheFolderVanishes) {
  const TempFolder folder;
  const auto cache = OpenCache(folder.path());
  PutObject(*cache, Object(1));
  std::filesystem::remove_all(folder.path());
  EXPECT_EQ(Read(*cache, Object(1)), Object(1)) << "its file is still open";
  for (int n = 2; n < 40; ++n) PutObject(*cache, Object(n, 50'000));
  EXPECT_NE(cache->problem(), "");
}

}  // namespace
}  // namespace rootstream
