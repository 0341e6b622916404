// Reads a line from a person at a terminal.
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

// Reads a line from a descriptor that is not a terminal. It reads no byte after the line, since another reader may need
// it.
Result<PromptAnswer> ReadPlainLine(int in);

}  // namespace rootstream
