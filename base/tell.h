// What a program tells the person who called it: lines on standard error, and exit codes that are the same in all
// programs: 0 done, 1 failed, 2 wrong usage.
#pragma once

#include <string>

#include "base/result.h"

namespace rootstream {

// A line on standard error, as ShownMessage has it.
void Tell(const std::string& text);
int ReportFailure(const Error& error);     // tells, and returns 1
int ReportUsage(const std::string& text);  // tells, and returns 2
// 0, or tells and returns 1: of what was interrupted, that it was, whatever it was doing then.
int Report(const Status& status);

}  // namespace rootstream
