// LineEditor: one line of text under a person's hands. It turns bytes of a terminal's keyboard into a line, and a line
// into bytes for one row of its screen; it does no input or output itself. Not thread-safe.
//
// It is our own because of where it runs. libedit with the libraries below it (libbsd, libmd,
// libtinfo) is 540 KiB in Debian 12 and wants a terminfo database, and libtecla knows no UTF-8. All
// terminals that kboot meets, the kernel's and those at the other end of a serial line, understand
// the handful of ANSI sequences used here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rootstream {

// Columns that UTF-8 text takes on a screen.
size_t DisplayWidth(std::string_view text);

class LineEditor {
 public:
  enum class Outcome { kEditing, kDone, kEndOfInput, kInterrupted };

  // `history`: earlier lines, the last one last. `line`: what is there to be edited, the cursor behind it.
  explicit LineEditor(std::vector<std::string> history, const std::string& line = "");

  Outcome Feed(char byte);
  const std::string& line() const { return lines_[at_]; }

  // Draws prompt and line anew on the row where the cursor is. A line that is too long for the row
  // scrolls.
  std::string Draw(const std::string& prompt, size_t columns) const;

 private:
  enum class Expecting { kText, kAfterEscape, kSequence, kFunctionKey, kConsoleKey };

  Outcome FeedControl(unsigned char byte);
  void FeedSequence(char byte);
  void FeedText(char byte);
  void PressKey(char final);
  void Insert(std::string_view text);
  void Erase(size_t from, size_t to);
  void EraseWord();
  void ShowLine(size_t at);
  size_t Before(size_t cursor) const;
  size_t After(size_t cursor) const;

  std::vector<std::string> lines_;  // the history, then the new line; edits of an old one stay here
  size_t at_;                       // of lines_: which one is edited
  size_t cursor_ = 0;               // bytes
  Expecting expecting_ = Expecting::kText;
  std::string sequence_;   // parameters of an escape sequence
  std::string character_;  // of several bytes, the rest to come
};

}  // namespace rootstream
