#include "cache/ref_resolver.h"

#include <gtest/gtest.h>

#include "cache/network/fetcher.h"
#include "tests/support/test_files.h"
#include "tests/support/test_result.h"
#include "tests/support/test_samples.h"
#include "tests/support/test_transport.h"

namespace rootstream {
namespace {

const std::string kStore = "http://first";
const std::string kMirror = "http://second";
const ImageUrl kUrl{kStore, {"debian", "12"}};

class NoTarget : public FetchTarget {
  PlainBytes InMemory(const Id&) override { return nullptr; }
  Result<PlainBytes> Accept(const ObjectRef&, std::string) override { return Failed("none"); }
};

class RefResolver : public ::testing::Test {
 protected:
  RefResolver() {
    options_.keys = {key_.public_key()};
    options_.give_up_after = std::chrono::milliseconds(1);
  }
  ~RefResolver() override { fetcher_.Stop(); }

  std::string RefWithSerial(uint64_t serial, const SigningKey& key, uint32_t threshold = 1,
                            uint64_t minimum_serial = 0) {
    Manifest manifest = SampleManifest();
    manifest.keys = {key.public_key()};
    manifest.threshold = threshold;
    RefBody body = SampleRefBody();
    body.serial = serial;
    body.minimum_serial = minimum_serial;
    body.expires = 0;
    body.manifest = manifest.Encode();
    return SignRef(body, std::span(&key, 1)).Encode();
  }
  void Serve(const std::string& store, const std::string& ref) { net_.Serve(store + "/" + kUrl.image.RefPath(), ref); }
  void TakeNetworkAway() {
    net_.SetFault([](size_t, const TransferRequest&, FakeTransport::Reply& reply) { reply = {.status = 0}; });
  }
  Result<ResolvedRef> Resolve() { return ResolveRef(kUrl, fetcher_, RefMemory(folder_.path()), options_); }

  TempFolder folder_;
  const SigningKey key_ = SigningKey::Generate();
  FakeTransport net_;
  NoTarget target_;
  Counters counters_;
  Workers workers_{1};
  Fetcher fetcher_{net_, workers_, target_, counters_, {}, {kStore, kMirror}};
  ResolveOptions options_;
};

TEST_F(RefResolver, TakesASignedRef) {
  Serve(kStore, RefWithSerial(5, key_));
  const auto ref = Resolve();
  ASSERT_TRUE(IsOk(ref));
  EXPECT_EQ(ref->ref.body.serial, 5u);
  EXPECT_FALSE(ref->from_memory);
}

TEST_F(RefResolver, AnOldCopyOfOneMirrorGoesToTheNext) {
  Serve(kStore, RefWithSerial(5, key_));
  ASSERT_TRUE(IsOk(Resolve()));
  Serve(kStore, RefWithSerial(4, key_));
  Serve(kMirror, RefWithSerial(6, key_));
  const auto ref = Resolve();
  ASSERT_TRUE(IsOk(ref));
  EXPECT_EQ(ref->ref.body.serial, 6u);
}

TEST_F(RefResolver, NeverGoesBack) {
  Serve(kStore, RefWithSerial(5, key_));
  ASSERT_TRUE(IsOk(Resolve()));
  Serve(kStore, RefWithSerial(4, key_));
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Resolve()));
}

TEST_F(RefResolver, RefusesAnotherKey) {
  Serve(kStore, RefWithSerial(5, SigningKey::Generate()));
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Resolve()));
  Serve(kMirror, RefWithSerial(5, key_));
  EXPECT_TRUE(IsOk(Resolve())) << "the next mirror may be honest";
}

TEST_F(RefResolver, InsecureTakesAnyKey) {
  options_ = {.insecure = true};
  Serve(kStore, RefWithSerial(5, SigningKey::Generate()));
  EXPECT_TRUE(IsOk(Resolve()));
}

TEST_F(RefResolver, RefusesTheRefOfAnotherImage) {
  RefBody body = SampleRefBody();
  body.image.tag = "13";
  Serve(kStore, SignRef(body, std::span(&key_, 1)).Encode());
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Resolve()));
}

TEST_F(RefResolver, ADamagedRefGoesToTheNextMirror) {
  Serve(kStore, "<html>captive portal</html>");
  Serve(kMirror, RefWithSerial(5, key_));
  EXPECT_TRUE(IsOk(Resolve()));
}

// What a bucket has in place of an image that was deleted.
TEST_F(RefResolver, AnImageThatWasDeletedIsMissing) {
  Serve(kStore, std::string(kDeletedRef));
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, Resolve()));
  Serve(kMirror, RefWithSerial(5, key_));
  EXPECT_TRUE(IsOk(Resolve()));
}

TEST_F(RefResolver, MissingEverywhereIsMissing) { EXPECT_TRUE(FailsWith(ErrorKind::kMissing, Resolve())); }

TEST_F(RefResolver, OpensFromMemoryWhileNoStoreAnswers) {
  Serve(kStore, RefWithSerial(5, key_));
  ASSERT_TRUE(IsOk(Resolve()));
  TakeNetworkAway();
  const auto ref = Resolve();
  ASSERT_TRUE(IsOk(ref));
  EXPECT_TRUE(ref->from_memory);
  EXPECT_EQ(ref->ref.body.serial, 5u);
}

TEST_F(RefResolver, MemoryIsCheckedAgainstTheKeys) {
  Serve(kStore, RefWithSerial(5, key_));
  ASSERT_TRUE(IsOk(Resolve()));
  TakeNetworkAway();
  options_.keys = {SigningKey::Generate().public_key()};
  EXPECT_FALSE(Resolve().ok());
}

TEST_F(RefResolver, OneFlippedBitDoesNotGoBackNorFailOffline) {
  Serve(kStore, RefWithSerial(5, key_));
  ASSERT_TRUE(IsOk(Resolve()));
  for (const char* folder : {"refs", "refs.copy"}) {
    const std::string path = folder_ / folder + "/" + FilesBelow(folder_ / folder).at(0);
    std::string bytes = ReadTestFile(path);
    bytes[bytes.size() / 2] ^= 1;
    WriteTestFile(path, bytes);
    Serve(kStore, RefWithSerial(4, key_));
    EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Resolve())) << folder;
    TakeNetworkAway();
    const auto ref = Resolve();
    ASSERT_TRUE(IsOk(ref));
    EXPECT_EQ(ref->memory_lost, "");
    net_.SetFault(nullptr);
    Serve(kStore, RefWithSerial(5, key_));
    ASSERT_TRUE(IsOk(Resolve())) << "and makes it good";
  }
}

TEST_F(RefResolver, ALostMemoryIsTold) {
  Serve(kStore, RefWithSerial(5, key_));
  ASSERT_TRUE(IsOk(Resolve()));
  for (const std::string& file : FilesBelow(folder_.path())) WriteTestFile(folder_ / file, "");
  Serve(kStore, RefWithSerial(4, key_));
  options_.strict_memory = true;
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Resolve()));
  options_.strict_memory = false;
  const auto ref = Resolve();
  ASSERT_TRUE(IsOk(ref));
  EXPECT_NE(ref->memory_lost, "");
  options_.strict_memory = true;
  const auto again = Resolve();
  ASSERT_TRUE(IsOk(again)) << "what was accepted then is remembered";
  EXPECT_EQ(again->memory_lost, "");
}

TEST_F(RefResolver, AMemoryThatCannotBeWrittenIsTold) {
  Serve(kStore, RefWithSerial(5, key_));
  WriteTestFile(folder_ / "refs", "in the way");
  const auto ref = Resolve();
  ASSERT_TRUE(IsOk(ref));
  EXPECT_NE(ref->memory_lost, "");
  options_.strict_memory = true;
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Resolve()));
}

TEST_F(RefResolver, WithoutMemoryOfItItIsUnavailable) {
  TakeNetworkAway();
  EXPECT_TRUE(FailsWith(ErrorKind::kUnavailable, Resolve()));
}

TEST_F(RefResolver, WaitsForTheNetworkWhenToldTo) {
  Serve(kStore, RefWithSerial(5, key_));
  TakeNetworkAway();
  int rounds = 0;
  options_.give_up_after.reset();
  options_.waiting = [&](const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::kUnavailable);
    ++rounds;
    net_.SetFault(nullptr);
  };
  const auto ref = Resolve();
  ASSERT_TRUE(IsOk(ref));
  EXPECT_EQ(rounds, 1);
}

TEST_F(RefResolver, AsksAgainAServerThatHasTroubleForAMoment) {
  Serve(kStore, RefWithSerial(5, key_));
  net_.SetFault([](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
    if (n < 4) reply = {.status = 503};
  });
  options_.give_up_after = std::chrono::seconds(60);
  EXPECT_TRUE(IsOk(Resolve()));
}

TEST_F(RefResolver, TroubleForAMomentLeadsToNoOlderVersion) {
  Serve(kStore, RefWithSerial(5, key_));
  ASSERT_TRUE(IsOk(Resolve()));
  Serve(kStore, RefWithSerial(6, key_));
  const size_t before = net_.requests().size();
  net_.SetFault([before](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
    if (n == before) reply = {.status = 503};
  });
  options_.give_up_after = std::chrono::seconds(60);
  const auto ref = Resolve();
  ASSERT_TRUE(IsOk(ref));
  EXPECT_EQ(ref->ref.body.serial, 6u);
}

TEST_F(RefResolver, DoesNotWaitForASilentStoreWhenAMirrorHasIt) {
  Serve(kMirror, RefWithSerial(5, key_));
  net_.SetSilent(kStore);
  options_.give_up_after.reset();
  EXPECT_TRUE(IsOk(Resolve()));
}

TEST_F(RefResolver, ALoginPageIsCalledOne) {
  Serve(kStore, "\n<!doctype HTML><html>Log in</html>");
  Serve(kMirror, "<html>Log in</html>");
  const auto ref = Resolve();
  ASSERT_TRUE(FailsWith(ErrorKind::kUnavailable, ref));
  EXPECT_NE(ref.error().message.find("login page"), std::string::npos) << ref.error().message;
}

TEST_F(RefResolver, ALoginPageDoesNotKeepAKnownImageFromOpening) {
  Serve(kStore, RefWithSerial(5, key_));
  ASSERT_TRUE(IsOk(Resolve()));
  Serve(kStore, "<html>Log in</html>");
  Serve(kMirror, "<html>Log in</html>");
  const auto ref = Resolve();
  ASSERT_TRUE(IsOk(ref));
  EXPECT_TRUE(ref->from_memory);
}

TEST_F(RefResolver, RefusedIsToldAtOnceAndIsNotMissing) {
  net_.SetFault([](size_t, const TransferRequest&, FakeTransport::Reply& reply) { reply = {.status = 403}; });
  options_.give_up_after.reset();
  EXPECT_TRUE(FailsWith(ErrorKind::kRefused, Resolve()));
}

TEST_F(RefResolver, EachAnswerHasItsTime) {
  Serve(kStore, RefWithSerial(5, key_));
  options_.give_up_after = std::chrono::seconds(8);
  ASSERT_TRUE(IsOk(Resolve()));
  ASSERT_EQ(net_.requests().size(), 1u);
  EXPECT_GT(net_.requests()[0].limit.count(), 0);
  EXPECT_LE(net_.requests()[0].limit, std::chrono::seconds(8));
}

TEST_F(RefResolver, AGivenRefIsTheVersionThatIsTakenAndNoStoreIsAsked) {
  Serve(kStore, RefWithSerial(5, key_));
  ASSERT_TRUE(IsOk(Resolve()));
  const size_t asked = net_.requests().size();
  options_.given = RefWithSerial(4, key_);
  const auto ref = Resolve();
  ASSERT_TRUE(IsOk(ref));
  EXPECT_EQ(ref->ref.body.serial, 4u);
  EXPECT_EQ(ref->ref.encoded, options_.given);
  EXPECT_EQ(net_.requests().size(), asked);
  options_.given.clear();
  Serve(kStore, RefWithSerial(4, key_));
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Resolve())) << "the newest one is still remembered";
}

TEST_F(RefResolver, AGivenRefIsCheckedAsAnyOther) {
  for (const std::string& given : {std::string("no ref"), RefWithSerial(5, SigningKey::Generate())}) {
    options_.given = given;
    EXPECT_FALSE(Resolve().ok());
  }
  options_.given.clear();
  Serve(kStore, RefWithSerial(6, key_, 1, 5));
  ASSERT_TRUE(IsOk(Resolve()));
  options_.given = RefWithSerial(4, key_);
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Resolve())) << "the minimum serial of the newest one forbids it";
}

TEST_F(RefResolver, ExpiresByTheLastClockSeen) {
  RefBody body = SampleRefBody();
  Manifest manifest = SampleManifest();
  manifest.keys = {key_.public_key()};
  manifest.threshold = 1;
  body.manifest = manifest.Encode();
  body.expires = int64_t{1} << 40;  // far in the future
  Serve(kStore, SignRef(body, std::span(&key_, 1)).Encode());
  ASSERT_TRUE(IsOk(Resolve()));
  const RefMemory memory(folder_.path());
  RememberedRef remembered = **memory.Load(kUrl);
  remembered.clock = (int64_t{1} << 40) + 1;
  ASSERT_TRUE(IsOk(memory.Save(kUrl, remembered)));
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Resolve()));
}

}  // namespace
}  // namespace rootstream
