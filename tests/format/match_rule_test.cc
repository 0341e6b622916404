#include "format/match_rule.h"

#include <gtest/gtest.h>

#include "base/plain_text.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

TEST(MatchRule, TextAndRuleAreTheSame) {
  const std::vector<std::pair<std::string, MatchRule>> rules = {
      {"modalias:pci:v00008086*", {MatchKind::kModalias, "pci:v00008086*"}},
      {"dmi:sys_vendor=ACME*", {MatchKind::kDmi, "sys_vendor=ACME*"}},
      {"dmi:product_name=", {MatchKind::kDmi, "product_name="}},
      {"cpu:avx2", {MatchKind::kCpuFlag, "avx2"}},
      {"arch:x86_64", {MatchKind::kArchitecture, "x86_64"}}};
  for (const auto& [text, rule] : rules) {
    const auto parsed = ParseMatchRule(text);
    ASSERT_TRUE(IsOk(parsed)) << text;
    EXPECT_EQ(*parsed, rule);
    EXPECT_EQ(MatchRuleText(rule), text);
  }
}

TEST(MatchRule, RefusesWhatIsNone) {
  for (const char* text : {"", "avx2", "modalias:", "dmi:sys_vendor", "dmi:=ACME", "dmi:../x=1",
                           "cpu:", "cpu:two words", "arch:", "colour:red"})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, ParseMatchRule(text))) << text;
}

TEST(PlainText, HasNoControlCharacters) {
  EXPECT_TRUE(IsPlainText(""));
  EXPECT_TRUE(IsPlainText("Débian; 'x' $y"));
  for (const char* text : {"a\nb", "a\x1b[1m", "\x7f", "\xc2\x9b", "a\tb"}) EXPECT_FALSE(IsPlainText(text)) << text;
}

}  // namespace
}  // namespace rootstream
