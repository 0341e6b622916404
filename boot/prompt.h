// Asking a person at a terminal for a line.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "boot/line_editor.h"

namespace rootstream {

struct PromptAnswer {
  LineEditor::Outcome outcome = LineEditor::Outcome::kEndOfInput;
  std::string line;
  int signal = 0;  // not 0: one came that ends the process; the caller lets it
};

// Edits `line` on the terminal `in`, shown on `out` behind `text`. However it ends, the terminal is as it was
// before: signals that end a process are blocked for the calling thread meanwhile. kFailed.
Result<PromptAnswer> AskOnTerminal(int in, int out, const std::string& text, std::vector<std::string> history,
                                   const std::string& line = "");

// A line of something that is no terminal. Not a byte behind it is read: it is another reader's.
Result<PromptAnswer> ReadPlainLine(int in);

}  // namespace rootstream
