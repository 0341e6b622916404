#include "server-tools/profile_picture.h"

#include <gtest/gtest.h>

#include "server-tools/profile_table.h"
#include "tests/support/test_samples.h"

namespace rootstream {
namespace {

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(ProfilePicture, HasABarForEachEventAndNoNameThatBreaksIt) {
  Profile profile = SampleProfile();
  profile.events.push_back({ProfileKind::kRead, 9'000'000'000, 5, 0, 10, "/a<b>&\"\n\xff", {}});
  const std::string svg = ProfilePicture(profile);
  const size_t bars = profile.events.size() - 1;  // the event that describes a file has no bar
  EXPECT_EQ(Count(svg, "<title>"), bars);
  EXPECT_EQ(Count(svg, "</title>"), bars);
  EXPECT_NE(svg.find("/a&lt;b&gt;&amp;&quot;\\x0a\\xff"), std::string::npos);
  EXPECT_EQ(svg.find('\xff'), std::string::npos);
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
}

TEST(ProfilePicture, OfNothingIsAPictureAllTheSame) {
  const std::string svg = ProfilePicture(Profile{.image = {"a", "b"}});
  EXPECT_NE(svg.find("a:b: 0.00 MiB read"), std::string::npos);
}

TEST(ProfilePicture, ManyFilesAreCutOff) {
  Profile profile{.image = {"a", "b"}};
  for (int i = 0; i < 5000; ++i)
    profile.events.push_back({ProfileKind::kRead, static_cast<uint64_t>(i), 1, 0, 1, "/" + std::to_string(i), {}});
  EXPECT_EQ(Count(ProfilePicture(profile), "<title>"), 600u);
}

TEST(ProfileTable, TellsFilesInTheOrderOfTheirFirstReads) {
  const std::string table = ProfileTable(SampleProfile());
  EXPECT_NE(table.find("files     2 read"), std::string::npos);
  const size_t python = table.find("/usr/bin/python3.11\n"), other = table.find("/etc/a name\\x0a");
  ASSERT_NE(python, std::string::npos);
  ASSERT_NE(other, std::string::npos);
  EXPECT_LT(python, other);
}

}  // namespace
}  // namespace rootstream
