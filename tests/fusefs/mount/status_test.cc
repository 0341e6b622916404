#include "fusefs/mount/status.h"

#include <gtest/gtest.h>

#include "tests/support/test_result.h"

namespace rootstream {
namespace {

constexpr const char* kAnswer = R"({"image": "http://h/a\u001b[2Jb", "tag": "x\ny", "serial": 3, "state": "online",
  "hits": {"memory": 1, "disk": 2}, "hot": {"total": 5, "done": 5}, "cache_problem": "http://u:secret@h/s: \u009bfull"})";

TEST(StatusForPeople, ShowsWordsThatNoTerminalObeys) {
  const auto text = StatusText(kAnswer);
  ASSERT_TRUE(IsOk(text));
  EXPECT_EQ(text->find('\x1b'), std::string::npos);
  EXPECT_EQ(text->find("\xc2\x9b"), std::string::npos);
  EXPECT_EQ(text->find("secret"), std::string::npos);
  EXPECT_NE(text->find("image     http://h/a\\x1b[2Jb:x\\x0ay (serial 3)\n"), std::string::npos) << *text;
}

TEST(StatusForScripts, IsAsciiWhateverTheAnswerHolds) {
  const auto text = StatusForScripts(kAnswer);
  ASSERT_TRUE(IsOk(text));
  for (const char c : *text) EXPECT_TRUE((c >= 0x20 && c < 0x7f) || c == '\n') << static_cast<int>(c);
}

TEST(StatusOfAnybody, IsRefusedWhereItIsNone) {
  for (const char* answer : {"", "hello", "[]", "{}", R"({"image": 1})", R"({"image": "a"})",
                             R"({"image": "a", "hits": 1, "hot": {}})", R"({"image": "a", "hits": {}, "hot": [1]})",
                             R"({"image": "a", "hits": {}, "hot": {}, "fill": {"problem": 3}})"})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, StatusText(answer))) << answer;
  EXPECT_TRUE(IsOk(StatusText(R"({"image": "a", "hits": {}, "hot": {}, "bandwidth": 1e300})")));
}

}  // namespace
}  // namespace rootstream
