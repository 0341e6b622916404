#include "cache/ref_memory.h"

#include <gtest/gtest.h>

#include "tests/support/test_files.h"

namespace rootstream {
namespace {

const ImageUrl kUrl{"http://host/store", {"debian", "12"}};
const RememberedRef kRef{42, 2, -7, std::string("ref\0bytes", 9)};

TEST(RefMemoryLoad, GivesWhatWasSaved) {
  const TempFolder folder;
  const RefMemory memory(folder.path());
  EXPECT_FALSE(memory.Load(kUrl).has_value());
  memory.Save(kUrl, kRef);
  const auto loaded = memory.Load(kUrl);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->serial, kRef.serial);
  EXPECT_EQ(loaded->threshold, kRef.threshold);
  EXPECT_EQ(loaded->clock, kRef.clock);
  EXPECT_EQ(loaded->ref, kRef.ref);
}

TEST(RefMemoryLoad, KeepsImagesApart) {
  const TempFolder folder;
  const RefMemory memory(folder.path());
  memory.Save(kUrl, kRef);
  EXPECT_FALSE(memory.Load({"http://host/store", {"debian", "13"}}).has_value());
  EXPECT_FALSE(memory.Load({"http://host/other", {"debian", "12"}}).has_value());
}

TEST(RefMemoryLoad, WhatNobodySignedDoesNotBindThoseWhoCheck) {
  const TempFolder folder;
  const RefMemory insecure(folder.path(), RefTrust::kInsecure), checked(folder.path());
  insecure.Save(kUrl, kRef);
  EXPECT_TRUE(insecure.Load(kUrl).has_value());
  EXPECT_FALSE(checked.Load(kUrl).has_value());
}

TEST(RefMemoryLoad, ADamagedFileIsAsIfAbsent) {
  const TempFolder folder;
  const RefMemory memory(folder.path());
  memory.Save(kUrl, kRef);
  const auto files = FilesBelow(folder.path());
  ASSERT_EQ(files.size(), 1u);
  const std::string path = folder / files[0];
  const std::string whole = ReadTestFile(path);
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] ^= 4;
    WriteTestFile(path, bytes);
    EXPECT_FALSE(memory.Load(kUrl).has_value()) << at;
    WriteTestFile(path, whole.substr(0, at));
    EXPECT_FALSE(memory.Load(kUrl).has_value()) << at;
  }
  WriteTestFile(path, whole);
  EXPECT_TRUE(memory.Load(kUrl).has_value());
}

TEST(RefMemoryLoad, RemembersNothingWithoutAFolder) {
  const RefMemory memory("");
  memory.Save(kUrl, kRef);
  EXPECT_FALSE(memory.Load(kUrl).has_value());
}

TEST(RefMemorySave, SurvivesAFolderThatCannotBe) {
  const RefMemory memory("/proc/nothing");
  memory.Save(kUrl, kRef);
  EXPECT_FALSE(memory.Load(kUrl).has_value());
}

}  // namespace
}  // namespace rootstream
