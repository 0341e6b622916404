#include "base/message.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

TEST(MessageShown, IsOneLineOfPlainTextWithoutSecrets) {
  EXPECT_EQ(ShownMessage("http://u:secret@h/s\n\x1b[2J: no file 'caf\xc3\xa9\xff'"),
            "http://h/s\\x0a\\x1b[2J: no file 'caf\xc3\xa9\\xff'");
  EXPECT_EQ(ShownMessage(""), "");
}

TEST(WithoutSecretsInText, HidesThemInEveryUrl) {
  const struct {
    const char* text;
    const char* shown;
  } cases[] = {
      {"", ""},
      {"no URL, a@b: or ://", "no URL, a@b: or ://"},
      {"http://u:secret@h/s: refused", "http://h/s: refused"},
      {"'http://u:secret@h/s?secret' is not", "'http://h/s' is not"},
      {"https://h/s?secret: 404; file:///a/b, then ftp://u:secret@x.", "https://h/s: 404; file:///a/b, then ftp://x."},
      {"http://h/?to=http://u:secret@h2/", "http://h/http://h2/"},
  };
  for (const auto& c : cases) EXPECT_EQ(WithoutSecretsIn(c.text), c.shown);
}

TEST(WithoutSecretsInText, AnArgumentIsOneUrlToItsEnd) {
  EXPECT_EQ(WithoutSecretsIn("http://u:sec ret@h/s", ""), "http://h/s");
  EXPECT_EQ(WithoutSecretsIn("ro,mirror=http://u:secret@h/s,mirror=http://u:secret@g/t,cache=/x", ""),
            "ro,mirror=http://h/s,mirror=http://g/t,cache=/x");
  EXPECT_EQ(WithoutSecretsIn("--mirror=http://u:secret@h/s", ""), "--mirror=http://h/s");
}

}  // namespace
}  // namespace rootstream
