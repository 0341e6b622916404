// Covers: server-tools/copy_source.cc.
#include "server-tools/store_mirror.h"

#include <gtest/gtest.h>

#include "cache/network/curl_transport.h"
#include "server-tools/store_audit.h"
#include "tests/support/test_store.h"
#include "tests/support/test_transport.h"

namespace rootstream {
namespace {

using State = MirroredImage::State;

const std::string kUrl = "http://origin/store";

class StoreMirror : public ::testing::Test {
 protected:
  void PublishVersion(const std::string& image, uint64_t seed, uint64_t minimum_serial = 0) {
    const std::string tree = folder_ / ("tree" + std::to_string(seed));
    WriteTestFile(tree + "/random", RandomBytes(200'000, seed));
    WriteTestFile(tree + "/shared", RandomBytes(200'000, 77));
    PublishOptions options = OptionsFor(tree, from_);
    options.image = {image, "latest"};
    options.minimum_serial = minimum_serial;
    options.keys.push_back(SigningKey::FromPem(key_.ToPem()).value());
    ASSERT_TRUE(IsOk(Publish(std::move(options))));
    ServeAll();
  }

  void ServeAll() {
    for (const std::string& file : FilesBelow(from_))
      network_.Serve(kUrl + "/" + file, ReadTestFile(from_ + "/" + file));
  }

  MirrorOptions Options(const std::vector<std::string>& images) {
    MirrorOptions options{.from = {.url = kUrl}, .to = to_, .keys = {key_.public_key()}};
    options.patience = std::chrono::seconds(0);
    for (const std::string& image : images) options.images.push_back({image, "latest"});
    return options;
  }

  Result<MirrorReport> MirrorImages(const std::vector<std::string>& images) {
    return MirrorStore(Options(images), network_);
  }

  // The copy must have exactly these files, by path.
  void ExpectCopyOf(const std::map<std::string, std::string>& files) {
    for (const auto& [path, bytes] : files) ASSERT_EQ(ReadTestFile(to_ + "/" + path), bytes) << path;
    EXPECT_EQ(Files(to_).size(), files.size());
    ExpectSound();
  }

  void ExpectSound() {
    const auto store = Store::Open(to_);
    ASSERT_TRUE(IsOk(store));
    const auto report = AuditStore(*store, {key_.public_key()});
    ASSERT_TRUE(IsOk(report));
    for (const std::string& damage : report->damages) ADD_FAILURE() << damage;
  }

  static std::map<std::string, std::string> Files(const std::string& store) {
    std::map<std::string, std::string> files;
    for (const std::string& file : FilesBelow(store))
      if (!file.starts_with("lock")) files[file] = ReadTestFile(store + "/" + file);
    return files;
  }

  std::vector<std::string> PacksOfCopy() {
    std::vector<std::string> packs;
    for (const std::string& file : FilesBelow(to_))
      if (file.starts_with("packs/")) packs.push_back(to_ + "/" + file);
    return packs;
  }

  TempFolder folder_;
  const std::string from_ = folder_ / "from store";
  const std::string to_ = folder_ / "to";
  const SigningKey key_ = SigningKey::Generate();
  FakeTransport network_;
};

TEST_F(StoreMirror, CopiesEveryByteOfAnImage) {
  PublishVersion("image", 1);
  const auto report = MirrorImages({"image"});
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(report->images[0].state, State::kCopied) << report->images[0].error;
  EXPECT_EQ(report->packs_fetched, 2u);
  ExpectCopyOf(Files(from_));
}

TEST_F(StoreMirror, CopiesOnlyWhatTheImageNeeds) {
  PublishVersion("image", 1);
  const auto files = Files(from_);
  PublishVersion("other", 2);
  ASSERT_TRUE(IsOk(MirrorImages({"image"})));
  ExpectCopyOf(files);
}

TEST_F(StoreMirror, CopiesAllOfAFolder) {
  PublishVersion("one", 1);
  PublishVersion("two", 2);
  MirrorOptions options = Options({});
  options.from = CopySource::Open(from_, {}, to_).value();
  CurlTransport curl({});
  const auto report = MirrorStore(options, curl);
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(report->images.size(), 2u);
  ExpectCopyOf(Files(from_));
}

TEST_F(StoreMirror, CopiesAllThatAWebServerLists) {
  PublishVersion("one", 1);
  PublishVersion("two", 2);
  ServeAll();
  const auto report = MirrorImages({});
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(report->images.size(), 2u);
  ExpectCopyOf(Files(from_));
}

TEST_F(StoreMirror, AsksForNamesWhereNoneAreListed) {
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, MirrorImages({})));
  EXPECT_FALSE(std::filesystem::exists(to_));
}

TEST_F(StoreMirror, FetchesNothingTwice) {
  PublishVersion("image", 1);
  ASSERT_TRUE(IsOk(MirrorImages({"image"})));
  const auto before = network_.requests().size();
  const auto report = MirrorImages({"image"});
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(report->images[0].state, State::kUnchanged);
  EXPECT_EQ(report->packs_there, 2u);
  EXPECT_EQ(network_.requests().size() - before, 1u) << "the ref";
  PublishVersion("image", 2);
  const auto update = MirrorImages({"image"});
  ASSERT_TRUE(IsOk(update));
  EXPECT_EQ(update->images[0].state, State::kCopied);
  EXPECT_EQ(update->packs_fetched, 2u) << "the new ones";
  ExpectSound();
}

TEST_F(StoreMirror, MendsWhatIsMissingOrTruncatedInTheCopy) {
  PublishVersion("image", 1);
  ASSERT_TRUE(IsOk(MirrorImages({"image"})));
  for (const std::string& pack : PacksOfCopy()) {
    std::filesystem::remove(pack);
    ASSERT_TRUE(IsOk(MirrorImages({"image"})));
    ExpectCopyOf(Files(from_));
    WriteTestFile(pack, ReadTestFile(pack).substr(0, 100));
    ASSERT_TRUE(IsOk(MirrorImages({"image"})));
    ExpectCopyOf(Files(from_));
  }
  std::filesystem::remove_all(to_ + "/manifests");
  ASSERT_TRUE(IsOk(MirrorImages({"image"})));
  ExpectCopyOf(Files(from_));
}

TEST_F(StoreMirror, MendsDamagedMetadataInTheCopy) {
  PublishVersion("image", 1);
  ASSERT_TRUE(IsOk(MirrorImages({"image"})));
  const auto packs = PacksOfCopy();
  const std::string& smallest = *std::min_element(packs.begin(), packs.end(), [](auto& a, auto& b) {
    return std::filesystem::file_size(a) < std::filesystem::file_size(b);
  });
  std::string bytes = ReadTestFile(smallest);
  for (size_t i = kPackHeaderSize; i < bytes.size(); ++i) bytes[i] ^= 1;
  WriteTestFile(smallest, bytes);
  ASSERT_TRUE(IsOk(MirrorImages({"image"})));
  ExpectCopyOf(Files(from_));
}

// The URL of each request in turn is always answered with damaged bytes, or never answered.
TEST_F(StoreMirror, AFaultAtAnyRequestLeavesACopyThatVerifies) {
  PublishVersion("image", 1);
  ASSERT_TRUE(IsOk(MirrorImages({"image"})));
  const size_t requests = network_.requests().size();
  PublishVersion("image", 2);
  for (size_t fault = 0; fault <= requests; ++fault) {
    for (const bool damages : {true, false}) {
      std::optional<std::string> url;
      const size_t first = network_.requests().size() + fault;
      network_.SetFault([&](size_t n, const TransferRequest& request, FakeTransport::Reply& reply) {
        if (n == first) url = request.url;
        if (request.url != url) return;
        if (damages && !reply.body.empty()) reply.body[reply.body.size() / 2] ^= 8;
        if (!damages) reply = {.status = 0};
      });
      const auto report = MirrorImages({"image"});
      ExpectSound();
      if (report.ok() && url) {
        EXPECT_EQ(report->images[0].state, State::kRefused);
      }
    }
  }
  network_.SetFault({});
  ASSERT_TRUE(IsOk(MirrorImages({"image"})));
  ExpectSound();
}

TEST_F(StoreMirror, GoesOnWithPartsOfPacks) {
  PublishVersion("image", 1);
  ASSERT_TRUE(IsOk(Store::OpenOrCreate(to_)));
  for (const auto& [path, bytes] : Files(from_))
    if (path.starts_with("packs/"))
      WriteTestFile(to_ + "/tmp/part-" + path.substr(path.rfind('/') + 1), bytes.substr(0, bytes.size() - 50));
  const auto report = MirrorImages({"image"});
  ASSERT_TRUE(IsOk(report));
  EXPECT_LT(report->bytes_fetched, 2000u);
  ExpectCopyOf(Files(from_));
}

TEST_F(StoreMirror, ThrowsAwayPartsThatAreWrong) {
  PublishVersion("image", 1);
  ASSERT_TRUE(IsOk(Store::OpenOrCreate(to_)));
  for (const auto& [path, bytes] : Files(from_))
    if (path.starts_with("packs/"))
      WriteTestFile(to_ + "/tmp/part-" + path.substr(path.rfind('/') + 1), std::string(80, 'x'));
  ASSERT_TRUE(IsOk(MirrorImages({"image"})));
  ExpectCopyOf(Files(from_));
}

TEST_F(StoreMirror, RefusesAnOlderSerialThanTheCopyHas) {
  PublishVersion("image", 1, 5);
  PublishVersion("other", 3);
  ASSERT_TRUE(IsOk(MirrorImages({"image", "other"})));
  const auto copy = Files(to_);
  std::filesystem::remove_all(from_);
  PublishVersion("image", 2, 4);
  PublishVersion("other", 4, 7);
  const auto report = MirrorImages({"image", "other"});
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(report->images[0].state, State::kRefused);
  EXPECT_EQ(report->images[0].error, "image image:latest: its serial 4 is lower than 5 in " + to_);
  EXPECT_EQ(report->images[1].state, State::kCopied);
  EXPECT_EQ(Files(to_).at("images/image/latest"), copy.at("images/image/latest"));
  ExpectSound();
}

TEST_F(StoreMirror, RefusesAnotherVersionOfTheSameSerial) {
  PublishVersion("image", 1);
  ASSERT_TRUE(IsOk(MirrorImages({"image"})));
  std::filesystem::remove_all(from_);
  PublishVersion("image", 2);
  const auto report = MirrorImages({"image"});
  ASSERT_TRUE(IsOk(report));
  EXPECT_NE(report->images[0].error.find("another version"), std::string::npos);
}

TEST_F(StoreMirror, WritesNothingForAnImageThatIsNotTrusted) {
  PublishVersion("image", 1);
  MirrorOptions options = Options({"image"});
  options.keys = {SigningKey::Generate().public_key()};
  const auto report = MirrorStore(options, network_);
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(report->images[0].state, State::kRefused);
  EXPECT_FALSE(std::filesystem::exists(to_));
  options.insecure = true;
  EXPECT_EQ(MirrorStore(options, network_)->images[0].state, State::kCopied);
}

TEST_F(StoreMirror, OneImagesFailureIsNotTheNextOnes) {
  PublishVersion("image", 1);
  const auto files = Files(from_);
  PublishVersion("broken", 2);
  for (const auto& [path, bytes] : Files(from_))
    if (path.starts_with("packs/") && !files.contains(path)) network_.Remove(kUrl + "/" + path);
  const auto report = MirrorImages({"nothing", "broken", "image"});
  ASSERT_TRUE(IsOk(report));
  EXPECT_NE(report->images[0].error.find("HTTP 404"), std::string::npos);
  EXPECT_NE(report->images[1].error.find("HTTP 404"), std::string::npos);
  EXPECT_EQ(report->images[2].state, State::kCopied);
  EXPECT_FALSE(std::filesystem::exists(to_ + "/images/broken"));
  ExpectSound();
}

TEST_F(StoreMirror, RefusesFoldersThatAreNoStores) {
  PublishVersion("image", 1);
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, CopySource::Open(from_, {}, from_ + "/")));
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, CopySource::Open(folder_ / "nothing", {}, to_)));
  WriteTestFile(to_ + "/mine", "x");
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, MirrorImages({"image"})));
  EXPECT_EQ(FilesBelow(to_).size(), 1u);
}

}  // namespace
}  // namespace rootstream
