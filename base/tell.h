// Messages and exit codes for the person who called a program. All programs use the same codes: 0 done, 1 failed, 2
// wrong usage.
#pragma once

#include <string>

#include "base/result.h"

namespace rootstream {

// Prints "rootstream: TEXT" on standard error, made safe by ShownMessage().
void Tell(const std::string& text);
int ReportFailure(const Error& error);     // prints the message and returns 1
int ReportUsage(const std::string& text);  // prints the text and returns 2
// Returns 0 if `status` is ok. Otherwise prints the message and returns 1; after an interrupt, the message is
// "interrupted".
int Report(const Status& status);

}  // namespace rootstream
