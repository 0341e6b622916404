#include "server-tools/store_repair.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "cache/network/curl_transport.h"
#include "server-tools/copy_source.h"
#include "tests/support/test_store.h"

namespace rootstream {
namespace {

namespace fs = std::filesystem;

class StoreRepair : public ::testing::Test {
 protected:
  StoreRepair() {
    for (const uint64_t seed : {1, 2}) {
      WriteTestFile(folder_ / "tree/random", RandomBytes(200'000, seed));
      WriteTestFile(folder_ / "tree/shared", RandomBytes(200'000, 77));
      EXPECT_TRUE(IsOk(Publish(OptionsFor(folder_ / "tree", store_))));
    }
    fs::copy(store_, copy_, fs::copy_options::recursive);
  }

  Result<RepairReport> Repair(const std::string& from) {
    RS_TRY(const Store store, Store::Open(store_));
    RS_TRY(const CopySource source, CopySource::Open(from, {}, store_));
    CurlTransport transport({}, source.credentials);
    return RepairStore(store, source.url, {}, transport);
  }

  // Of a version that is not the present one: gc may have removed it, so it is not missed.
  bool IsOldManifest(const std::string& name) {
    const auto ref = Ref::Decode(ReadTestFile(copy_ + "/images/image/latest"));
    return name.starts_with("manifests/") && name != "manifests/" + Sha256(Ref::DecodeBody(ref->body)->manifest).Hex();
  }

  // The packs and manifests of a store, by name.
  static std::map<std::string, std::string> Hashed(const std::string& store) {
    std::map<std::string, std::string> files;
    for (const std::string& name : FilesBelow(store))
      if (name.starts_with("packs/") || name.starts_with("manifests/")) files[name] = ReadTestFile(store + "/" + name);
    return files;
  }

  TempFolder folder_;
  const std::string store_ = folder_ / "store", copy_ = folder_ / "a copy";
};

TEST_F(StoreRepair, LeavesASoundStoreAsItIs) {
  const auto report = Repair(copy_);
  ASSERT_TRUE(IsOk(report));
  EXPECT_TRUE(report->repaired.empty());
  EXPECT_TRUE(report->problems.empty());
  EXPECT_TRUE(report->audit.damages.empty());
}

TEST_F(StoreRepair, BringsEveryKindOfFileBack) {
  const auto whole = Hashed(copy_);
  for (const auto& [name, bytes] : whole) {
    std::string flipped = bytes;
    flipped[flipped.size() / 2] ^= 1;
    for (const std::string& damaged : {std::string(), bytes.substr(0, bytes.size() / 2), flipped, bytes + "x"}) {
      if (damaged.empty() && IsOldManifest(name)) continue;
      damaged.empty() ? (void)fs::remove(store_ + "/" + name) : WriteTestFile(store_ + "/" + name, damaged);
      const auto report = Repair(copy_);
      ASSERT_TRUE(IsOk(report));
      EXPECT_EQ(report->repaired, std::vector<std::string>{name});
      EXPECT_TRUE(report->audit.damages.empty());
      EXPECT_TRUE(Hashed(store_) == whole) << name;
    }
  }
}

TEST_F(StoreRepair, AllAtOnce) {
  const auto whole = Hashed(copy_);
  for (const auto& [name, bytes] : whole) fs::remove(store_ + "/" + name);
  const auto report = Repair(copy_);
  ASSERT_TRUE(IsOk(report));
  EXPECT_TRUE(report->audit.damages.empty());
  EXPECT_FALSE(report->repaired.empty());
  for (const std::string& name : report->repaired)
    EXPECT_TRUE(ReadTestFile(store_ + "/" + name) == whole.at(name)) << name;
}

TEST_F(StoreRepair, SaysWhatTheCopyLacks) {
  const auto whole = Hashed(copy_);
  for (const auto& [name, bytes] : whole) {
    if (!name.starts_with("packs/")) continue;
    WriteTestFile(copy_ + "/" + name, "other");
    WriteTestFile(store_ + "/" + name, bytes + "x");
  }
  const auto report = Repair(copy_);
  ASSERT_TRUE(IsOk(report));
  EXPECT_TRUE(report->repaired.empty());
  EXPECT_EQ(report->problems.size(), report->audit.bad_packs.size());
  EXPECT_FALSE(report->audit.damages.empty());
  for (const auto& [name, bytes] : whole)
    if (name.starts_with("packs/")) {
      EXPECT_TRUE(ReadTestFile(store_ + "/" + name) == bytes + "x") << name << " is lost";
    }
}

TEST_F(StoreRepair, NeedsAnotherStore) {
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Repair(store_)));
  EXPECT_FALSE(Repair(folder_ / "absent").ok());
}

}  // namespace
}  // namespace rootstream
