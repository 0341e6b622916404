#include "base/settings_text.h"

#include <gtest/gtest.h>

#include "tests/support/test_result.h"

namespace rootstream {
namespace {

TEST(SettingsParse, KnowsSectionsCommentsAndRepeatedKeys) {
  const auto settings = ParseSettings("# of all\n a-key =  some value \r\n\n[ http://host/a b ]\nkey=1\nkey=x = y");
  ASSERT_TRUE(IsOk(settings));
  ASSERT_EQ(settings->size(), 3u);
  EXPECT_EQ(settings->at(0).section, "");
  EXPECT_EQ(settings->at(0).key, "a-key");
  EXPECT_EQ(settings->at(0).value, "some value");
  EXPECT_EQ(settings->at(0).line, 2u);
  EXPECT_EQ(settings->at(1).section, "http://host/a b");
  EXPECT_EQ(settings->at(2).value, "x = y");
  EXPECT_EQ(settings->at(2).line, 6u);
}

TEST(SettingsParse, NamesTheLineThatIsWrong) {
  for (const auto& [text, error] : std::vector<std::pair<std::string, std::string>>{
           {"a = 1\nb", "line 2: 'b' is not KEY = VALUE"},
           {"A = 1", "line 1: 'A = 1' is not KEY = VALUE"},
           {"= 1", "line 1: '= 1' is not KEY = VALUE"},
           {"a =\n", "line 1: a has no value"},
           {"[a\n", "line 1: a section is [NAME]"},
           {"[]", "line 1: a section is [NAME]"},
           {"[", "line 1: a section is [NAME]"},
       }) {
    const auto settings = ParseSettings(text);
    ASSERT_TRUE(FailsWith(ErrorKind::kInvalid, settings)) << text;
    EXPECT_EQ(settings.error().message, error);
  }
}

}  // namespace
}  // namespace rootstream
