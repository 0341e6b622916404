// Covers: server-tools/history.cc.
// Versions of images on a store in memory: what is kept, and what is signed again.
#include "server-tools/republish.h"

#include <gtest/gtest.h>

#include "chunker/publish.h"
#include "chunker/source/source.h"
#include "server-tools/history.h"
#include "server-tools/store_audit.h"
#include "server-tools/store_gc.h"
#include "tests/support/memory_store.h"
#include "tests/support/test_store.h"

namespace rootstream {
namespace {

using std::chrono::hours;

class RepublishTest : public ::testing::Test {
 protected:
  RepublishTest() : store_(std::make_unique<MemoryStore>(contents_)) {}

  // Publishes a tree that differs by `seed`.
  void PublishTree(uint64_t seed, hours lifetime = hours(0)) {
    WriteTestFile(folder_ / "tree/random", RandomBytes(100'000, seed));
    PublishOptions options = OptionsFor(folder_ / "tree", "");
    options.keys = Copies({&key_});
    options.lifetime = lifetime;
    PublishWith(std::move(options));
  }

  void PublishWith(PublishOptions options) {
    options.image = kImage;
    auto source = OpenSource(options.source);
    ASSERT_TRUE(IsOk(source));
    ASSERT_TRUE(
        IsOk(PublishInto(Store(std::make_unique<MemoryStore>(contents_)), std::move(*source), std::move(options))));
  }

  static std::vector<SigningKey> Copies(std::initializer_list<const SigningKey*> keys) {
    std::vector<SigningKey> copies;
    for (const SigningKey* key : keys) copies.push_back(SigningKey::FromPem(key->ToPem()).value());
    return copies;
  }
  static Signing With(std::initializer_list<const SigningKey*> keys,
                      std::optional<std::chrono::seconds> lifetime = std::nullopt) {
    return {Copies(keys), lifetime};
  }

  TrustedRef Current(const ImageName& image = kImage) {
    const auto bytes = store_.ReadRef(image);
    EXPECT_TRUE(IsOk(bytes));
    auto ref = CheckRef(*bytes, image, {.keys = {key_.public_key()}});
    EXPECT_TRUE(IsOk(ref));
    return *ref;
  }

  void ExpectSound() {
    const auto report = AuditStore(store_, {key_.public_key()});
    ASSERT_TRUE(IsOk(report));
    for (const std::string& damage : report->damages) ADD_FAILURE() << damage;
  }

  // Everything is old enough to go.
  static GcOptions Now() { return {.grace = hours(0), .keep = hours(0)}; }

  static inline const ImageName kImage{"debian", "12"};
  TempFolder folder_;
  MemoryStore::Contents contents_;
  const Store store_;
  const SigningKey key_ = SigningKey::Generate(), other_ = SigningKey::Generate();
  const Signing signing_ = With({&key_});
};

TEST_F(RepublishTest, APublishKeepsTheVersionBefore) {
  PublishTree(1);
  const std::string first = *store_.ReadRef(kImage);
  EXPECT_TRUE(store_.ListVersions()->empty());
  PublishTree(2);
  const auto versions = store_.ListVersions();
  ASSERT_TRUE(IsOk(versions));
  ASSERT_EQ(versions->size(), 1u);
  EXPECT_EQ(versions->front().image, kImage);
  EXPECT_EQ(versions->front().serial, 1u);
  EXPECT_EQ(*store_.ReadVersion(versions->front()), first);
  ExpectSound();
}

TEST_F(RepublishTest, RollingBackGoesOneTreeBackEachTime) {
  std::vector<Id> manifests;
  for (const uint64_t seed : {1, 2, 3}) {
    PublishTree(seed);
    manifests.push_back(Current().manifest_id);
  }
  for (const size_t tree : {1, 0}) {
    const auto done = RollBack(store_, kImage, std::nullopt, signing_);
    ASSERT_TRUE(IsOk(done));
    EXPECT_EQ(done->from_serial, tree + 1);
    EXPECT_EQ(Current().manifest_id, manifests[tree]);
    EXPECT_EQ(Current().body.serial, done->serial);
  }
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, RollBack(store_, kImage, std::nullopt, signing_)));
  const auto forward = RollBack(store_, kImage, 3, signing_);
  ASSERT_TRUE(IsOk(forward));
  EXPECT_EQ(forward->serial, 6u);
  EXPECT_EQ(Current().manifest_id, manifests[2]);
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, RollBack(store_, kImage, 77, signing_)));
  ExpectSound();
}

TEST_F(RepublishTest, ATagIsTheSameImageUnderAnotherName) {
  PublishTree(1, hours(48));
  const ImageName stable{"debian", "stable"};
  const auto done = TagImage(store_, kImage, stable, signing_);
  ASSERT_TRUE(IsOk(done));
  EXPECT_EQ(Current(stable).manifest_id, Current().manifest_id);
  EXPECT_EQ(done->expires - done->issued, 48 * 3600);
  EXPECT_EQ(contents_.objects.at("images.list").bytes, "debian:12\ndebian:stable\n");
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, TagImage(store_, kImage, kImage, signing_)));
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, TagImage(store_, {"absent", "1"}, stable, signing_)));
}

TEST_F(RepublishTest, TheExpiryBeginsAnew) {
  PublishTree(1, hours(48));
  const auto again = Resign(store_, kImage, signing_);
  ASSERT_TRUE(IsOk(again));
  EXPECT_EQ(again->serial, 2u);
  EXPECT_EQ(again->expires - again->issued, 48 * 3600);
  const auto never = Resign(store_, kImage, With({&key_}, hours(0)));
  ASSERT_TRUE(IsOk(never));
  EXPECT_EQ(Current().body.expires, 0);
  const auto later = Resign(store_, kImage, With({&key_}, hours(1)));
  ASSERT_TRUE(IsOk(later));
  EXPECT_EQ(Current().body.expires - Current().body.issued, 3600);
}

// Who can write to a store must not get another tree signed by one of these commands.
TEST_F(RepublishTest, OnlyWhatTheKeysSignedIsSignedAgain) {
  PublishTree(1);
  PublishTree(2);
  for (const bool has_key : {true, false}) {
    const Signing signing = has_key ? With({&other_}) : Signing{};
    EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, RollBack(store_, kImage, 1, signing)));
    EXPECT_FALSE(RollBack(store_, kImage, std::nullopt, signing).ok());
    EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, TagImage(store_, kImage, {"a", "b"}, signing)));
    EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Resign(store_, kImage, signing)));
  }
  EXPECT_EQ(Current().body.serial, 2u);
  // A forged version: as that of somebody else, and as the ref of another image.
  RefBody forged = Current().body;
  forged.serial = 1;
  contents_.objects["versions/debian:12/1"] = {SignRef(forged, Copies({&other_})).Encode()};
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, RollBack(store_, kImage, 1, signing_)));
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, RollBack(store_, kImage, std::nullopt, signing_)));
  forged.image = {"evil", "1"};
  contents_.objects["versions/debian:12/1"] = {SignRef(forged, Copies({&key_})).Encode()};
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, RollBack(store_, kImage, 1, signing_)));
}

TEST_F(RepublishTest, AnOldRefInPlaceOfTheNewestIsNotSignedAgain) {
  PublishTree(1);
  const std::string old = *store_.ReadRef(kImage);
  PublishTree(2);
  PublishTree(3);
  contents_.objects["images/debian/12"] = {old};
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Resign(store_, kImage, signing_)));
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, TagImage(store_, kImage, {"debian", "stable"}, signing_)));
  EXPECT_TRUE(IsOk(RollBack(store_, kImage, 2, signing_)));
  EXPECT_EQ(Current().body.serial, 3u);
  EXPECT_TRUE(IsOk(Resign(store_, kImage, signing_)));
}

// A publish between the reading and the signing is not undone.
TEST_F(RepublishTest, WhatIsPublishedMeanwhileIsWhatIsSignedAgain) {
  PublishTree(1);
  bool is_published = false;
  contents_.fault = [&](const std::string& verb, const std::string& name) -> Status {
    if (verb != "replace" || name != "versions/debian:12/1" || std::exchange(is_published, true)) return Ok();
    contents_.mutex.unlock();
    PublishTree(2);
    contents_.mutex.lock();
    return Ok();
  };
  const auto done = Resign(store_, kImage, signing_);
  contents_.fault = [](const auto&, const auto&) { return Ok(); };
  ASSERT_TRUE(IsOk(done));
  EXPECT_EQ(done->serial, 3u);
  EXPECT_EQ(done->from_serial, 2u);
  EXPECT_EQ(Current().manifest_id, done->manifest);
  const auto history = HistoryOf(store_, kImage);
  ASSERT_EQ(history->size(), 3u);
  EXPECT_EQ((*history)[1].manifest, (*history)[2].manifest);
}

TEST_F(RepublishTest, AnImageThatIsDeletedMeanwhileKeepsItsSerials) {
  PublishTree(1);
  PublishTree(2);
  bool is_deleted = false;
  contents_.fault = [&](const std::string& verb, const std::string& name) -> Status {
    if (verb != "replace" || name != "images/debian/12" || std::exchange(is_deleted, true)) return Ok();
    contents_.mutex.unlock();
    EXPECT_TRUE(IsOk(store_.DeleteRef(kImage)));
    contents_.mutex.lock();
    return Ok();
  };
  const auto done = RollBack(store_, kImage, 1, signing_);
  contents_.fault = [](const auto&, const auto&) { return Ok(); };
  ASSERT_TRUE(IsOk(done));
  EXPECT_EQ(done->serial, 3u);
}

TEST_F(RepublishTest, AsManyKeysAsTheImageWants) {
  WriteTestFile(folder_ / "tree/file", "x");
  PublishOptions options = OptionsFor(folder_ / "tree", "");
  options.keys = Copies({&key_, &other_});
  options.threshold = 2;
  PublishWith(std::move(options));
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Resign(store_, kImage, signing_)));
  EXPECT_TRUE(IsOk(Resign(store_, kImage, With({&key_, &other_}))));
}

TEST_F(RepublishTest, AnUnsignedImageStaysUnsigned) {
  WriteTestFile(folder_ / "tree/file", "x");
  PublishOptions options = OptionsFor(folder_ / "tree", "");
  PublishWith(std::move(options));
  EXPECT_TRUE(IsOk(TagImage(store_, kImage, {"a", "b"}, {})));
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, TagImage(store_, kImage, {"a", "c"}, signing_)));
}

TEST_F(RepublishTest, ADeletedImageComesBackAndItsSerialsGoOn) {
  PublishTree(1);
  PublishTree(2);
  const Id manifest = Current().manifest_id;
  ASSERT_TRUE(IsOk(store_.DeleteRef(kImage)));
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, store_.ReadRef(kImage)));
  EXPECT_EQ(contents_.objects.at("images.list").bytes, "");
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, store_.DeleteRef(kImage)));
  const auto back = RollBack(store_, kImage, std::nullopt, signing_);
  ASSERT_TRUE(IsOk(back));
  EXPECT_EQ(back->serial, 3u);
  EXPECT_EQ(Current().manifest_id, manifest);
  ASSERT_TRUE(IsOk(store_.DeleteRef(kImage)));
  PublishTree(3);
  EXPECT_EQ(Current().body.serial, 4u);
}

TEST_F(RepublishTest, WhatIsPublishedWhileItsImageIsDeletedIsKept) {
  PublishTree(1);
  bool is_published = false;
  contents_.fault = [&](const std::string& verb, const std::string& name) -> Status {
    if (verb != "replace" || name != "images/debian/12" || std::exchange(is_published, true)) return Ok();
    contents_.mutex.unlock();
    PublishTree(2);
    contents_.mutex.lock();
    return Ok();
  };
  EXPECT_TRUE(IsOk(store_.DeleteRef(kImage)));
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, store_.ReadRef(kImage)));
  const auto versions = *store_.ListVersions();
  ASSERT_EQ(versions.size(), 2u);
  EXPECT_EQ(versions.back().serial, 2u);
}

TEST_F(RepublishTest, GcTakesVersionsAndWhatTheyLeadTo) {
  PublishTree(1);
  PublishTree(2);
  ASSERT_TRUE(IsOk(CollectGarbage(store_, {.grace = hours(0)})));
  EXPECT_EQ(store_.ListVersions()->size(), 1u);
  ASSERT_TRUE(IsOk(RollBack(store_, kImage, 1, signing_)));
  auto report = CollectGarbage(store_, Now());
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(report->versions_removed, 2u);
  EXPECT_TRUE(store_.ListVersions()->empty());
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, RollBack(store_, kImage, 2, signing_)));
  // Of a deleted image, the last serial is known for ever.
  ASSERT_TRUE(IsOk(store_.DeleteRef(kImage)));
  report = CollectGarbage(store_, Now());
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(report->packs_kept, 0u);
  EXPECT_EQ(store_.ListVersions()->size(), 1u);
  const auto history = HistoryOf(store_, kImage);
  ASSERT_TRUE(IsOk(history));
  EXPECT_FALSE(history->front().is_there);
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, RollBack(store_, kImage, std::nullopt, signing_)));
  PublishTree(4);
  EXPECT_EQ(Current().body.serial, 4u);
  ExpectSound();
}

TEST_F(RepublishTest, AVersionThatLacksAPackDoesNotComeBack) {
  PublishTree(1);
  PublishTree(2);
  const std::string before = *store_.ReadRef(kImage);
  for (auto it = contents_.objects.begin(); it != contents_.objects.end();)
    it = it->first.starts_with("packs/") ? contents_.objects.erase(it) : std::next(it);
  EXPECT_FALSE(RollBack(store_, kImage, 1, signing_).ok());
  EXPECT_EQ(*store_.ReadRef(kImage), before);
}

TEST_F(RepublishTest, ADamagedVersionIsFoundAndNothingIsRemoved) {
  PublishTree(1);
  PublishTree(2);
  contents_.objects["versions/debian:12/1"] = {"damaged"};
  const auto report = AuditStore(store_, {});
  ASSERT_TRUE(IsOk(report));
  ASSERT_EQ(report->damages.size(), 1u);
  EXPECT_EQ(report->damages[0].rfind("versions/debian:12/1: ", 0), 0u) << report->damages[0];
  const size_t objects = contents_.objects.size();
  EXPECT_FALSE(CollectGarbage(store_, Now()).ok());
  EXPECT_EQ(contents_.objects.size(), objects);
  const auto history = HistoryOf(store_, kImage);
  ASSERT_TRUE(IsOk(history));
  EXPECT_NE(history->front().problem, "");
  EXPECT_EQ(history->back().problem, "");
  contents_.objects["versions/debian:12/1"] = {std::string(1 << 20, 'x')};
  EXPECT_NE(HistoryOf(store_, kImage)->front().problem, "");
}

TEST_F(RepublishTest, AVersionHasTheSerialThatItIsNamedBy) {
  for (const uint64_t seed : {1, 2, 3}) PublishTree(seed);
  contents_.objects["versions/debian:12/2"] = contents_.objects["versions/debian:12/1"];
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, RollBack(store_, kImage, 2, signing_)));
  EXPECT_EQ(AuditStore(store_, {})->damages, std::vector<std::string>{"versions/debian:12/2: its serial is 1"});
}

TEST_F(RepublishTest, ForeignNamesAreNoVersions) {
  PublishTree(1);
  for (const char* name : {"versions/debian:12/01", "versions/debian:12/x", "versions/debian:12/", "versions/README",
                           "versions/debian/12/1", "versions/debian:12/99999999999999999999", "versions/UP:1/1"})
    contents_.objects[name] = {"x"};
  EXPECT_TRUE(store_.ListVersions()->empty());
  ASSERT_TRUE(IsOk(CollectGarbage(store_, Now())));
  EXPECT_TRUE(contents_.objects.contains("versions/README"));
}

TEST_F(RepublishTest, TheHistoryTellsWhatEachVersionAdded) {
  PublishTree(1);
  PublishTree(2);
  ASSERT_TRUE(IsOk(RollBack(store_, kImage, 1, signing_)));
  const auto history = HistoryOf(store_, kImage);
  ASSERT_TRUE(IsOk(history));
  ASSERT_EQ(history->size(), 3u);
  EXPECT_GT((*history)[0].new_bytes.value_or(0), 100'000u);
  EXPECT_GT((*history)[1].new_bytes.value_or(0), 100'000u);
  EXPECT_EQ((*history)[2].new_bytes, 0u);
  EXPECT_TRUE((*history)[2].is_current);
  EXPECT_EQ((*history)[2].serial, 3u);
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, HistoryOf(store_, {"absent", "1"})));
  ASSERT_TRUE(IsOk(TagImage(store_, kImage, {"debian", "stable"}, signing_)));
  EXPECT_EQ(TagsOf(store_, "debian")->size(), 2u);
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, TagsOf(store_, "absent")));
}

// Whatever fails before the ref is replaced, the image stays as it was.
TEST_F(RepublishTest, ARefIsReplacedLast) {
  PublishTree(1);
  PublishTree(2);
  for (const std::string failing : {"get packs/", "list versions", "replace versions/", "replace images/"}) {
    contents_.fault = [&](const std::string& verb, const std::string& name) {
      return (verb + " " + name).starts_with(failing) ? Failed("no room") : Ok();
    };
    EXPECT_FALSE(RollBack(store_, kImage, 1, signing_).ok()) << failing;
    contents_.fault = [](const auto&, const auto&) { return Ok(); };
    EXPECT_EQ(Current().body.serial, 2u) << failing;
    ExpectSound();
  }
}

}  // namespace
}  // namespace rootstream
