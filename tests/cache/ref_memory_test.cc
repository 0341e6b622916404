#include "cache/ref_memory.h"

#include <gtest/gtest.h>
#include <sys/mount.h>

#include <thread>

#include "tests/support/test_files.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

const ImageUrl kUrl{"http://host/store", {"debian", "12"}};
const RememberedRef kRef{42, 2, -7, std::string("ref\0bytes", 9)};

class RefMemoryTest : public ::testing::Test {
 protected:
  std::optional<RememberedRef> Load(const ImageUrl& url = kUrl) {
    auto loaded = memory_.Load(url);
    EXPECT_TRUE(IsOk(loaded));
    return loaded.ok() ? *loaded : std::nullopt;
  }
  uint64_t Serial() {
    const auto ref = Load();
    return ref ? ref->serial : 0;
  }
  bool IsLost() { return !memory_.Load(kUrl).ok(); }
  // The paths of the two copies of the only remembered ref.
  std::vector<std::string> Copies() {
    std::vector<std::string> paths;
    for (const char* name : {"refs", "refs.copy"})
      for (const std::string& file : FilesBelow(folder_ / name)) paths.push_back(folder_ / name + "/" + file);
    EXPECT_EQ(paths.size(), 2u);
    return paths;
  }
  void WriteSegment() { WriteTestFile(folder_ / "segments/00000001.seg", "content"); }

  const TempFolder folder_;
  const RefMemory memory_{folder_.path()};
};

TEST_F(RefMemoryTest, GivesWhatWasSaved) {
  EXPECT_FALSE(Load().has_value());
  ASSERT_TRUE(IsOk(memory_.Save(kUrl, kRef)));
  const auto loaded = Load();
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->serial, kRef.serial);
  EXPECT_EQ(loaded->threshold, kRef.threshold);
  EXPECT_EQ(loaded->clock, kRef.clock);
  EXPECT_EQ(loaded->ref, kRef.ref);
}

TEST_F(RefMemoryTest, KeepsImagesApart) {
  ASSERT_TRUE(IsOk(memory_.Save(kUrl, kRef)));
  EXPECT_FALSE(Load({"http://host/store", {"debian", "13"}}).has_value());
  EXPECT_FALSE(Load({"http://host/other", {"debian", "12"}}).has_value());
}

TEST_F(RefMemoryTest, WhatNobodySignedDoesNotBindThoseWhoCheck) {
  const RefMemory insecure(folder_.path(), RefTrust::kInsecure);
  ASSERT_TRUE(IsOk(insecure.Save(kUrl, kRef)));
  ASSERT_TRUE(IsOk(insecure.Load(kUrl)));
  EXPECT_TRUE(insecure.Load(kUrl)->has_value());
  EXPECT_FALSE(Load().has_value());
}

TEST_F(RefMemoryTest, ADamagedCopyIsMadeGoodByTheOther) {
  ASSERT_TRUE(IsOk(memory_.Save(kUrl, kRef)));
  for (const std::string& path : Copies()) {
    const std::string whole = ReadTestFile(path);
    for (size_t at = 0; at < whole.size(); ++at) {
      std::string bytes = whole;
      bytes[at] ^= 4;
      for (const std::string& damaged : {bytes, whole.substr(0, at)}) {
        WriteTestFile(path, damaged);
        ASSERT_EQ(Serial(), kRef.serial) << at;
      }
    }
    std::filesystem::remove(path);
    EXPECT_EQ(Serial(), kRef.serial);
    ASSERT_TRUE(IsOk(memory_.Save(kUrl, kRef)));
    EXPECT_EQ(ReadTestFile(path), whole) << "it is written again";
  }
}

TEST_F(RefMemoryTest, TwoDamagedCopiesAreLost) {
  ASSERT_TRUE(IsOk(memory_.Save(kUrl, kRef)));
  const auto copies = Copies();
  const std::string whole = ReadTestFile(copies[0]);
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] ^= 4;
    for (const std::string& damaged : {bytes, whole.substr(0, at)}) {
      for (const std::string& path : copies) WriteTestFile(path, damaged);
      ASSERT_TRUE(FailsWith(ErrorKind::kCorrupt, memory_.Load(kUrl))) << at;
    }
  }
  std::filesystem::remove(copies[1]);
  EXPECT_TRUE(IsLost()) << "one damaged, one gone";
  ASSERT_TRUE(IsOk(memory_.Save(kUrl, kRef)));
  EXPECT_EQ(Serial(), kRef.serial) << "from then on it is there again";
}

TEST_F(RefMemoryTest, ContentWithoutAnyMemoryIsLost) {
  WriteSegment();
  EXPECT_TRUE(IsLost());
  ASSERT_TRUE(IsOk(memory_.Save(kUrl, kRef)));
  EXPECT_FALSE(Load({"http://host/store", {"new", "1"}}).has_value()) << "an image that is new here";
  std::filesystem::remove_all(folder_ / "refs");
  EXPECT_EQ(Serial(), kRef.serial);
  std::filesystem::remove_all(folder_ / "refs.copy");
  EXPECT_TRUE(IsLost());
}

// Earlier versions kept one copy only.
TEST_F(RefMemoryTest, AMemoryOfOneCopyIsTakenAndCompleted) {
  ASSERT_TRUE(IsOk(memory_.Save(kUrl, kRef)));
  WriteSegment();
  std::filesystem::remove_all(folder_ / "refs.copy");
  EXPECT_EQ(Serial(), kRef.serial);
  ASSERT_TRUE(IsOk(memory_.Save(kUrl, kRef)));
  EXPECT_EQ(Copies().size(), 2u);
}

TEST_F(RefMemoryTest, AnOlderSerialNeverReplacesANewer) {
  RememberedRef newer = kRef;
  newer.serial = 43;
  ASSERT_TRUE(IsOk(memory_.Save(kUrl, newer)));
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, memory_.Save(kUrl, kRef)));
  EXPECT_EQ(Serial(), 43u);
}

TEST_F(RefMemoryTest, OfManyClientsTheGreatestSerialStays) {
  std::vector<std::thread> clients;
  for (uint64_t client = 0; client < 4; ++client) {
    clients.emplace_back([&, client] {
      const RefMemory memory(folder_.path());  // has its own lock
      for (uint64_t round = 0; round < 10; ++round) {
        RememberedRef ref = kRef;
        ref.serial = 1 + (round * 7 + client * 3) % 40;
        const uint64_t before = memory.Load(kUrl).ok() && *memory.Load(kUrl) ? (*memory.Load(kUrl))->serial : 0;
        const Status saved = memory.Save(kUrl, ref);
        const auto after = memory.Load(kUrl);
        ASSERT_TRUE(IsOk(after));
        EXPECT_GE((*after)->serial, std::max(before, saved.ok() ? ref.serial : ref.serial + 1));
      }
    });
  }
  for (std::thread& client : clients) client.join();
  uint64_t greatest = 0;
  for (uint64_t client = 0; client < 4; ++client)
    for (uint64_t round = 0; round < 10; ++round) greatest = std::max(greatest, 1 + (round * 7 + client * 3) % 40);
  EXPECT_EQ(Serial(), greatest);
}

TEST_F(RefMemoryTest, TheClockNeverGoesBack) {
  ASSERT_TRUE(IsOk(memory_.Save(kUrl, kRef)));
  RememberedRef later = kRef;
  later.clock = 1'000'000;
  ASSERT_TRUE(IsOk(memory_.Save(kUrl, later)));
  ASSERT_TRUE(IsOk(memory_.Save(kUrl, kRef)));
  EXPECT_EQ(Load()->clock, 1'000'000);
}

TEST_F(RefMemoryTest, WhatIsThereIsNotWrittenAgain) {
  ASSERT_TRUE(IsOk(memory_.Save(kUrl, kRef)));
  const auto copies = Copies();
  const auto before = std::filesystem::last_write_time(copies[0]) - std::chrono::hours(1);
  std::filesystem::last_write_time(copies[0], before);
  RememberedRef soon = kRef;
  soon.clock += 60;
  ASSERT_TRUE(IsOk(memory_.Save(kUrl, soon)));
  EXPECT_EQ(std::filesystem::last_write_time(copies[0]), before);
}

TEST(RefMemory, RemembersNothingWithoutAFolder) {
  const RefMemory memory("");
  EXPECT_TRUE(IsOk(memory.Save(kUrl, kRef)));
  ASSERT_TRUE(IsOk(memory.Load(kUrl)));
  EXPECT_FALSE(memory.Load(kUrl)->has_value());
}

TEST(RefMemory, SaysSoWhereItCannotWrite) {
  const RefMemory memory("/proc/nothing");
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, memory.Save(kUrl, kRef)));
}

TEST_F(RefMemoryTest, AFullDiskIsToldAndKeepsWhatWasThere) {
  if (mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=256k") != 0)
    GTEST_SKIP() << "tmpfs cannot be mounted here";
  ASSERT_TRUE(IsOk(memory_.Save(kUrl, kRef)));
  std::ofstream(folder_ / "ballast") << std::string(1 << 20, 'x');
  RememberedRef newer = kRef;
  newer.serial = 43;
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, memory_.Save(kUrl, newer)));
  EXPECT_EQ(Serial(), 42u);
  newer.serial = 42;
  EXPECT_TRUE(IsOk(memory_.Save(kUrl, newer))) << "that is remembered already";
  umount2(folder_.path().c_str(), MNT_DETACH);
}

}  // namespace
}  // namespace rootstream
