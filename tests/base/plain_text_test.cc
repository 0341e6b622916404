#include "base/plain_text.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

TEST(Printable, LeavesPlainTextAlone) {
  for (const char* text : {"", "a name", "back\\slash", "caf\xc3\xa9", "\xe6\x97\xa5\xe6\x9c\xac", "\xf0\x9f\x90\xa7"})
    EXPECT_EQ(Printable(text), text);
}

TEST(Printable, ShowsControlCharactersByTheirBytes) {
  EXPECT_EQ(Printable("a\033]0;title\007b"), "a\\x1b]0;title\\x07b");
  EXPECT_EQ(Printable("two\nlines\r\t"), "two\\x0alines\\x0d\\x09");
  EXPECT_EQ(Printable("\x7f"), "\\x7f");
  EXPECT_EQ(Printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "31m"),
            "\\xc2\\x9b31m")
      << "C1 as UTF-8 writes it";
}

TEST(Printable, ShowsWhatIsNoUtf8ByItsBytes) {
  EXPECT_EQ(Printable("\x9b"
                      "31m"),
            "\\x9b31m")
      << "C1 as Latin-1 writes it";
  EXPECT_EQ(Printable("caf\xe9"), "caf\\xe9");
  EXPECT_EQ(Printable("\xc0\x9b"), "\\xc0\\x9b") << "too long a form";
  EXPECT_EQ(Printable("\xe0\x80\x9b"), "\\xe0\\x80\\x9b");
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(Printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "past the last character";
  EXPECT_EQ(Printable("\xe6\x97"), "\\xe6\\x97") << "cut off";
}

TEST(Printable, ShowsWhatTurnsTheDirectionByItsBytes) {
  EXPECT_EQ(Printable("gpj\xe2\x80\xae.exe"), "gpj\\xe2\\x80\\xae.exe");
  EXPECT_EQ(Printable("\xe2\x81\xa6"), "\\xe2\\x81\\xa6");
}

TEST(Printable, IsPlainWhateverTheBytes) {
  for (int a = 0; a < 256; ++a)
    for (int b = 0; b < 256; ++b)
      EXPECT_TRUE(IsPlainText(Printable(std::string{static_cast<char>(a), static_cast<char>(b)})));
}

TEST(IsPlainText, FindsControlCharacters) {
  EXPECT_TRUE(IsPlainText("caf\xc3\xa9 \xe6\x97\xa5"));
  EXPECT_FALSE(IsPlainText("a\nb"));
  EXPECT_FALSE(IsPlainText("\xc2\x9b"));
}

}  // namespace
}  // namespace rootstream
