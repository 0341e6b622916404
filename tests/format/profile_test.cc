#include "format/profile.h"

#include <gtest/gtest.h>

#include "format/limits.h"
#include "tests/support/test_result.h"
#include "tests/support/test_samples.h"

namespace rootstream {
namespace {

const std::string kHead = "rootstream profile 1\nimage debian:12\nmanifest " + Sha256("manifest").Hex() + "\n";

Profile OfReads(std::vector<ProfileEvent> events) {
  Profile profile = SampleProfile();
  profile.events = std::move(events);
  return profile;
}

ProfileEvent ReadEvent(uint64_t at, uint64_t offset, uint64_t length, const std::string& path = "/f") {
  return {ProfileKind::kRead, at, 0, offset, length, path, {}};
}

TEST(ProfileDecode, RoundTrips) {
  const auto decoded = Profile::Decode(SampleProfile().Encode());
  ASSERT_TRUE(IsOk(decoded));
  EXPECT_EQ(*decoded, SampleProfile());
}

TEST(ProfileDecode, TakesOneWithoutEvents) {
  const auto decoded = Profile::Decode(kHead);
  ASSERT_TRUE(IsOk(decoded));
  EXPECT_TRUE(decoded->events.empty());
}

TEST(ProfileDecode, RefusesWhatIsCutOffWithinALine) {
  const std::string text = SampleProfile().Encode();
  for (size_t size = 0; size < text.size(); ++size) {
    const std::string_view part = std::string_view(text).substr(0, size);
    if (size >= kHead.size() && part.back() == '\n') continue;  // a part of whole lines is a profile
    EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Profile::Decode(part))) << size;
  }
}

TEST(ProfileDecode, SurvivesAFlipOfAnyByte) {
  std::string text = SampleProfile().Encode();
  for (size_t at = 0; at < text.size(); ++at) {
    for (const uint8_t flip : {0x01, 0x10, 0x80, 0xff}) {
      text[at] ^= static_cast<char>(flip);
      const auto decoded = Profile::Decode(text);
      if (decoded.ok()) {
        EXPECT_EQ(decoded->Encode(), text) << at;
      }
      text[at] ^= static_cast<char>(flip);
    }
  }
}

TEST(ProfileDecode, NamesTheLineThatIsDamaged) {
  for (const char* line : {"read 1 0 0 0 /f", "read 1 0 0 /f", "read 1 0 18446744073709551615 2 /f", "look 1 0 etc",
                           "look 1 0 /a\\6", "look 1 0 /\\61", "look 1 0 /\\00", "look 01 0 /f", "look -1 0 /f",
                           "look 1  0 /f", "open 1 0 /f", "look 1 0", "shard 1 0 5 abc", ""}) {
    const auto decoded = Profile::Decode(kHead + line + "\n");
    ASSERT_TRUE(FailsWith(ErrorKind::kCorrupt, decoded)) << line;
    EXPECT_EQ(decoded.error().message, "line 4: not an event") << line;
  }
  const auto unsorted = Profile::Decode(kHead + "look 5 0 /a\nlook 4 0 /b\n");
  ASSERT_TRUE(FailsWith(ErrorKind::kCorrupt, unsorted));
  EXPECT_EQ(unsorted.error().message, "line 5: earlier than the line before");
}

TEST(ProfileDecode, RefusesAnotherVersionAndOtherFiles) {
  for (const char* text : {"", "<html>\n", "rootstream profile 9\n", "rootstream profile 1\nimage A\n"})
    EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Profile::Decode(text))) << text;
}

TEST(ProfileDecode, TakesTimesWithinTheirBounds) {
  for (const char* mtime : {"0", "9223372036854775807", "-1", "-9223372036854775807"})
    EXPECT_TRUE(IsOk(Profile::Decode(kHead + "file 0 0 1 " + mtime + " /a\n"))) << mtime;
  for (const char* mtime : {"-0", "--1", "-", "", "9223372036854775808", "-9223372036854775808", "1.5"})
    EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Profile::Decode(kHead + "file 0 0 1 " + mtime + " /a\n"))) << mtime;
}

TEST(ProfileDecode, RefusesMoreThanTheLimits) {
  std::string text = kHead;
  for (size_t i = 0; i < kMaxProfileEvents; ++i) text += "look 0 0 /\n";
  EXPECT_TRUE(IsOk(Profile::Decode(text)));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Profile::Decode(text + "look 0 0 /\n")));
  EXPECT_TRUE(
      FailsWith(ErrorKind::kCorrupt, Profile::Decode(kHead + "look 0 0 /" + std::string(kMaxProfilePath, 'x') + "\n")));
}

TEST(MergeProfiles, SaysNothingTwice) {
  const Profile twice[] = {SampleProfile(), SampleProfile()};
  const auto merged = MergeProfiles(twice);
  ASSERT_TRUE(IsOk(merged));
  EXPECT_EQ(*merged, SampleProfile());
}

TEST(MergeProfiles, OrdersByWhenSomethingWasFirstNeeded) {
  const Profile parts[] = {OfReads({ReadEvent(10, 0, 100), ReadEvent(20, 500, 100)}),
                           OfReads({ReadEvent(5, 0, 10, "/g"), ReadEvent(15, 50, 500)})};
  const auto merged = MergeProfiles(parts);
  ASSERT_TRUE(IsOk(merged));
  EXPECT_EQ(merged->events, (std::vector<ProfileEvent>{ReadEvent(5, 0, 10, "/g"), ReadEvent(10, 0, 100),
                                                       ReadEvent(15, 100, 450), ReadEvent(20, 550, 50)}));
}

TEST(MergeProfiles, TakesOtherVersionsWithoutTheirShards) {
  Profile later = SampleProfile();
  later.manifest = Sha256("another");
  later.image.tag = "13";
  later.events[0].shard = Sha256("another shard");
  const Profile parts[] = {SampleProfile(), later};
  const auto merged = MergeProfiles(parts);
  ASSERT_TRUE(IsOk(merged));
  EXPECT_EQ(*merged, SampleProfile());
}

TEST(MergeProfiles, RefusesProfilesOfDifferentImages) {
  Profile other = SampleProfile();
  other.image.name = "fedora";
  const Profile parts[] = {SampleProfile(), other};
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, MergeProfiles(parts)));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, MergeProfiles({})));
}

}  // namespace
}  // namespace rootstream
