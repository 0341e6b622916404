#include "boot/line_editor.h"

#include <algorithm>
#include <array>

namespace rootstream {
namespace {

constexpr size_t kMaxLine = 4096;    // bytes: more than a kernel accepts
constexpr size_t kMaxSequence = 16;  // bytes; no known sequence is longer

constexpr char Control(char letter) { return static_cast<char>(letter & 0x1f); }
constexpr char kEscape = 0x1b;
constexpr char kBackspace = 0x7f;

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

// Bytes of the character that begins so; 0: none does.
size_t CharacterSize(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte < 0x80) return 1;
  if (byte >= 0xc2 && byte < 0xe0) return 2;
  if (byte >= 0xe0 && byte < 0xf0) return 3;
  return byte >= 0xf0 && byte < 0xf5 ? 4 : 0;
}

char32_t CodePoint(std::string_view character) {
  if (character.size() == 1) return static_cast<unsigned char>(character[0]);
  char32_t code = static_cast<unsigned char>(character[0]) & (0x7f >> character.size());
  for (const char byte : character.substr(1)) code = code << 6 | (byte & 0x3f);
  return code;
}

struct Range {
  char32_t first, last;
};
bool IsIn(char32_t code, const Range& range) { return code >= range.first && code <= range.last; }

// What Unicode calls combining, in the scripts that use it most, and wide. The C library knows
// better, but only with a locale, and an initramfs has none.
constexpr std::array kZeroWidth = {Range{0x300, 0x36f},   Range{0x483, 0x489},  Range{0x591, 0x5bd},
                                   Range{0x610, 0x61a},   Range{0x64b, 0x65f},  Range{0x200b, 0x200f},
                                   Range{0x20d0, 0x20ff}, Range{0xfe00, 0xfe0f}};
constexpr std::array kWide = {Range{0x1100, 0x115f}, Range{0x2e80, 0xa4cf},   Range{0xac00, 0xd7a3},
                              Range{0xf900, 0xfaff}, Range{0xfe30, 0xfe6f},   Range{0xff00, 0xff60},
                              Range{0xffe0, 0xffe6}, Range{0x1f300, 0x1faff}, Range{0x20000, 0x3fffd}};

size_t WidthOf(char32_t code) {
  const auto is_in = [&](const Range& range) { return IsIn(code, range); };
  if (std::any_of(kZeroWidth.begin(), kZeroWidth.end(), is_in)) return 0;
  return std::any_of(kWide.begin(), kWide.end(), is_in) ? 2 : 1;
}

// The character at `at`; one byte where the text is not UTF-8.
std::string_view CharacterAt(std::string_view text, size_t at) {
  const size_t size = CharacterSize(text[at]);
  if (size == 0 || at + size > text.size()) return text.substr(at, 1);
  return text.substr(at, size);
}

}  // namespace

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const std::string_view character = CharacterAt(text, at);
    width += WidthOf(CodePoint(character));
    at += character.size();
  }
  return width;
}

LineEditor::LineEditor(std::vector<std::string> history, const std::string& line)
    : lines_(std::move(history)), at_(lines_.size()), cursor_(line.size()) {
  lines_.push_back(line);
}

LineEditor::Outcome LineEditor::Feed(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  if (value < 0x20 || byte == kBackspace) {
    character_.clear();
    return FeedControl(value);
  }
  if (expecting_ != Expecting::kText) {
    FeedSequence(byte);
  } else {
    FeedText(byte);
  }
  return Outcome::kEditing;
}

LineEditor::Outcome LineEditor::FeedControl(unsigned char byte) {
  expecting_ = Expecting::kText;
  switch (static_cast<char>(byte)) {
    case kEscape:
      expecting_ = Expecting::kAfterEscape;
      break;
    case '\r':
    case '\n':
      return Outcome::kDone;
    case Control('C'):
      return Outcome::kInterrupted;
    case Control('D'):
      if (line().empty()) return Outcome::kEndOfInput;
      Erase(cursor_, After(cursor_));
      break;
    case Control('A'):
      cursor_ = 0;
      break;
    case Control('E'):
      cursor_ = line().size();
      break;
    case Control('B'):
      cursor_ = Before(cursor_);
      break;
    case Control('F'):
      cursor_ = After(cursor_);
      break;
    case Control('P'):
      ShowLine(at_ - 1);
      break;
    case Control('N'):
      ShowLine(at_ + 1);
      break;
    case Control('K'):
      Erase(cursor_, line().size());
      break;
    case Control('U'):
      Erase(0, cursor_);
      break;
    case Control('W'):
      EraseWord();
      break;
    case Control('H'):
    case kBackspace:
      Erase(Before(cursor_), cursor_);
      break;
    case '\t':
      Insert(" ");
      break;  // part of pasted text; there is no completion
    default:
      break;
  }
  return Outcome::kEditing;
}

// A byte behind an escape: "ESC [ parameters final", "ESC O final", the console's "ESC [ [ final".
void LineEditor::FeedSequence(char byte) {
  switch (expecting_) {
    case Expecting::kAfterEscape:
      sequence_.clear();
      expecting_ = byte == '[' ? Expecting::kSequence : byte == 'O' ? Expecting::kFunctionKey : Expecting::kText;
      return;
    case Expecting::kSequence:
      if (byte == '[' && sequence_.empty()) {
        expecting_ = Expecting::kConsoleKey;
        return;
      }
      if (byte < '@' && sequence_.size() < kMaxSequence) {
        sequence_ += byte;
        return;
      }
      PressKey(byte);
      break;
    case Expecting::kFunctionKey:
      PressKey(byte);
      break;
    default:
      break;
  }
  expecting_ = Expecting::kText;
}

void LineEditor::PressKey(char final) {
  if (final == '~') {
    if (sequence_ == "1" || sequence_ == "7") final = 'H';
    if (sequence_ == "4" || sequence_ == "8") final = 'F';
    if (sequence_ == "3") Erase(cursor_, After(cursor_));
  }
  switch (final) {
    case 'A':
      ShowLine(at_ - 1);
      break;
    case 'B':
      ShowLine(at_ + 1);
      break;
    case 'C':
      cursor_ = After(cursor_);
      break;
    case 'D':
      cursor_ = Before(cursor_);
      break;
    case 'H':
      cursor_ = 0;
      break;
    case 'F':
      cursor_ = line().size();
      break;
    default:
      break;
  }
}

// A character is inserted when its last byte is there. What is not UTF-8 is dropped.
void LineEditor::FeedText(char byte) {
  if (!character_.empty() && !IsContinuation(byte)) character_.clear();
  character_ += byte;
  const size_t size = CharacterSize(character_[0]);
  if (size == 0) character_.clear();
  if (character_.empty() || character_.size() < size) return;
  const char32_t code = CodePoint(character_);
  const bool is_overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool is_good = !is_overlong && !IsIn(code, {0x7f, 0x9f}) && !IsIn(code, {0xd800, 0xdfff}) && code <= 0x10ffff;
  if (is_good) Insert(character_);
  character_.clear();
}

void LineEditor::Insert(std::string_view text) {
  if (line().size() + text.size() > kMaxLine) return;
  lines_[at_].insert(cursor_, text);
  cursor_ += text.size();
}

void LineEditor::Erase(size_t from, size_t to) {
  lines_[at_].erase(from, to - from);
  cursor_ = from;
}

void LineEditor::EraseWord() {
  size_t from = cursor_;
  while (from > 0 && line()[from - 1] == ' ') --from;
  while (from > 0 && line()[from - 1] != ' ') --from;
  Erase(from, cursor_);
}

void LineEditor::ShowLine(size_t at) {
  if (at >= lines_.size()) return;  // also what was below 0
  at_ = at;
  cursor_ = line().size();
}

// A character goes with the combining ones behind it.
size_t LineEditor::Before(size_t cursor) const {
  while (cursor > 0) {
    do --cursor;
    while (cursor > 0 && IsContinuation(line()[cursor]));
    if (WidthOf(CodePoint(CharacterAt(line(), cursor))) > 0) break;
  }
  return cursor;
}

size_t LineEditor::After(size_t cursor) const {
  if (cursor == line().size()) return cursor;
  do cursor += CharacterAt(line(), cursor).size();
  while (cursor < line().size() && WidthOf(CodePoint(CharacterAt(line(), cursor))) == 0);
  return cursor;
}

std::string LineEditor::Draw(const std::string& prompt, size_t columns) const {
  const size_t taken = DisplayWidth(prompt);
  // The last column stays free: a terminal wraps when it is written to.
  const size_t room = columns > taken + 9 ? columns - taken - 1 : 8;
  const auto width = [&](size_t from, size_t to) {
    return DisplayWidth(std::string_view(line()).substr(from, to - from));
  };
  // The part that fits before the cursor, then the part after it.
  size_t begin = cursor_;
  size_t used = 0;
  while (begin > 0 && used + width(Before(begin), begin) <= room) {
    used += width(Before(begin), begin);
    begin = Before(begin);
  }
  const size_t column = taken + used;
  size_t end = cursor_;
  while (end < line().size() && used + width(end, After(end)) <= room) {
    used += width(end, After(end));
    end = After(end);
  }
  std::string out = "\r" + prompt + line().substr(begin, end - begin) + "\x1b[K\r";
  if (column > 0) out += "\x1b[" + std::to_string(column) + "C";
  return out;
}

}  // namespace rootstream
