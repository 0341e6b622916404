#include "boot/line_editor.h"

#include <gtest/gtest.h>

#include <random>

namespace rootstream {
namespace {

using Outcome = LineEditor::Outcome;

const std::string kLeft = "\x1b[D", kRight = "\x1b[C", kUp = "\x1b[A", kDown = "\x1b[B";
const std::string kHome = "\x1b[H", kEnd = "\x1b[F", kDelete = "\x1b[3~";

Outcome Type(LineEditor& editor, const std::string& keys) {
  Outcome outcome = Outcome::kEditing;
  for (const char key : keys) outcome = editor.Feed(key);
  return outcome;
}

std::string After(const std::string& keys, std::vector<std::string> history = {}) {
  LineEditor editor(std::move(history));
  EXPECT_EQ(Type(editor, keys), Outcome::kEditing);
  return editor.line();
}

TEST(LineEditor, InsertsAndErases) {
  EXPECT_EQ(After("hello"), "hello");
  EXPECT_EQ(After("hllo" + kLeft + kLeft + kLeft + "e"), "hello");
  EXPECT_EQ(After("hello!\x7f"), "hello");
  EXPECT_EQ(After("hello!\b"), "hello");
  EXPECT_EQ(After("xhello" + kHome + kDelete), "hello");
  EXPECT_EQ(After("xhello\x01\x04"), "hello");
  EXPECT_EQ(After("ello" + kHome + "h" + kEnd + "!"), "hello!");
  EXPECT_EQ(After("ello\x01h\x05!"), "hello!");
  EXPECT_EQ(After("a" + kLeft + kLeft + kRight + kRight + kRight + "b"), "ab");
  EXPECT_EQ(After("\x7f\x7f" + kDelete + "a" + kDelete), "a");
  EXPECT_EQ(After("ab\x02\x02\x06x"), "axb");
}

TEST(LineEditor, KillsToTheEndToTheStartAWord) {
  EXPECT_EQ(After("hello world" + kLeft + kLeft + "\x0b"), "hello wor");
  EXPECT_EQ(After("hello world" + kLeft + kLeft + "\x15"), "ld");
  EXPECT_EQ(After("one two  \x17"), "one ");
  EXPECT_EQ(After("one two  \x17\x17\x17"), "");
  EXPECT_EQ(After("one two" + kLeft + "\x17"), "one o");
}

TEST(LineEditor, KnowsTheKeysOfSeveralTerminals) {
  for (const char* home : {"\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~"})
    EXPECT_EQ(After(std::string("b") + home + "a"), "ab");
  for (const char* end : {"\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~"}) EXPECT_EQ(After("a" + kHome + end + "b"), "ab");
  EXPECT_EQ(After("b\x1bOD"
                  "a"),
            "ab");
  EXPECT_EQ(After("b\x1b[1;5D"
                  "a"),
            "ab");
}

TEST(LineEditor, SwallowsKeysThatItDoesNotKnow) {
  EXPECT_EQ(After("a\x1b[[Ab"), "ab") << "F1 of the console";
  EXPECT_EQ(After("a\x1b[15~b\x1bOPc\x1bxd\x1b[200~e"), "abcde");
  EXPECT_EQ(After("a\x1b[\x1b[Db"), "ba") << "an escape within one begins anew";
}

TEST(LineEditor, EndsAsAPersonSays) {
  const auto outcome = [](const std::string& keys) {
    LineEditor editor({});
    return Type(editor, keys);
  };
  EXPECT_EQ(outcome("a\r"), Outcome::kDone);
  EXPECT_EQ(outcome("\n"), Outcome::kDone);
  EXPECT_EQ(outcome("a\x1b[\n"), Outcome::kDone);
  EXPECT_EQ(outcome("a\x03"), Outcome::kInterrupted);
  EXPECT_EQ(outcome("\x04"), Outcome::kEndOfInput);
  EXPECT_EQ(outcome("a\x04"), Outcome::kEditing);
  EXPECT_EQ(outcome("a\x7f\x04"), Outcome::kEndOfInput);
}

TEST(LineEditor, GoesThroughHistoryAndBack) {
  const std::vector<std::string> history = {"first", "second"};
  EXPECT_EQ(After(kUp, history), "second");
  EXPECT_EQ(After(kUp + kUp + kUp, history), "first");
  EXPECT_EQ(After("new" + kUp + kUp + kDown + kDown + kDown, history), "new");
  EXPECT_EQ(After(kUp + "!" + kDown + kUp, history), "second!");
  EXPECT_EQ(After("\x10\x10\x0e", history), "second");
  EXPECT_EQ(After(kUp + kDown + "x"), "x");
}

TEST(LineEditor, MovesByCharactersOfUtf8) {
  EXPECT_EQ(After("aéb" + kLeft + kLeft + "x"), "axéb");
  EXPECT_EQ(After("é€😀\x7f"), "é€");
  EXPECT_EQ(After("é€😀" + kHome + kDelete), "€😀");
  EXPECT_EQ(After("e\xcc\x81x" + kLeft + "\x7f"), "x") << "a combining accent goes with its letter";
}

TEST(LineEditor, DropsWhatIsNotUtf8) {
  EXPECT_EQ(After("a\xff\x80\xc3z\xe2\x82"), "az");
  EXPECT_EQ(After("a\xc0\xaf\xe0\x80\x80\xed\xa0\x80\xf4\x90\x80\x80\xc2\x9b"), "a");
  EXPECT_EQ(After("a\tb"), "a b");
}

TEST(LineEditor, DrawsOneRow) {
  LineEditor editor({});
  Type(editor, "abc" + kLeft);
  EXPECT_EQ(editor.Draw("> ", 80), "\r> abc\x1b[K\r\x1b[4C");
  EXPECT_EQ(LineEditor({}).Draw("", 80), "\r\x1b[K\r");
}

TEST(LineEditor, ScrollsALongLine) {
  LineEditor editor({});
  Type(editor, "0123456789abcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(editor.Draw("> ", 20), "\r> jklmnopqrstuvwxyz\x1b[K\r\x1b[19C");
  Type(editor, kHome);
  EXPECT_EQ(editor.Draw("> ", 20), "\r> 0123456789abcdefg\x1b[K\r\x1b[2C");
}

TEST(LineEditor, StaysWithinItsRowWhateverIsTyped) {
  std::mt19937 random(1);
  const std::vector<std::string> keys = {"a",  "é",     "漢", "e\xcc\x81", "😀",    kLeft,  kRight, kHome,
                                         kEnd, kDelete, kUp,  "\x7f",      "\x17", "\xff", "\xe2", " "};
  LineEditor editor({"a line of history", "漢字漢字漢字漢字"});
  for (int i = 0; i < 20'000; ++i) {
    Type(editor, keys[random() % keys.size()]);
    const std::string drawn = editor.Draw("> ", 20);
    const size_t end = drawn.find("\x1b[K");
    ASSERT_LE(DisplayWidth(drawn.substr(1, end - 1)), 19u) << editor.line();
    ASSERT_LE(std::stoul(drawn.substr(end + 6)), 19u) << editor.line();
  }
}

TEST(LineEditor, HoldsSoMuchAndNoMore) { EXPECT_EQ(After(std::string(5000, 'x')).size(), 4096u); }

TEST(DisplayWidth, CountsColumns) {
  EXPECT_EQ(DisplayWidth(""), 0u);
  EXPECT_EQ(DisplayWidth("aé€"), 3u);
  EXPECT_EQ(DisplayWidth("漢字"), 4u);
  EXPECT_EQ(DisplayWidth("e\xcc\x81"), 1u);
  EXPECT_EQ(DisplayWidth("\xff\xc3"), 2u);
}

}  // namespace
}  // namespace rootstream
