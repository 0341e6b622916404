#include "base/ini_text.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

TEST(ParseIniSection, TakesOneSectionWithWhatIsNested) {
  const std::string text =
      "; keys\r\n[other]\nregion = no\n[default]\n aws_access_key_id = AK \naws_secret_access_key=a/=+\ns3 =\n"
      "  addressing_style = path\nregion=eu\nnonsense\n[ profile b ]\nregion = b\n";
  const auto values = ParseIniSection(text, "default");
  EXPECT_EQ(values.at("aws_access_key_id"), "AK");
  EXPECT_EQ(values.at("aws_secret_access_key"), "a/=+");
  EXPECT_EQ(values.at("s3.addressing_style"), "path");
  EXPECT_EQ(values.at("region"), "eu");
  EXPECT_EQ(ParseIniSection(text, "profile b").at("region"), "b");
  EXPECT_TRUE(ParseIniSection(text, "none").empty());
}

}  // namespace
}  // namespace rootstream
