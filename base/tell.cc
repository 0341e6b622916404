#include "base/tell.h"

#include <cstdio>

#include "base/interrupt.h"
#include "base/message.h"

namespace rootstream {

void Tell(const std::string& text) { fprintf(stderr, "rootstream: %s\n", ShownMessage(text).c_str()); }

int ReportFailure(const Error& error) {
  Tell(error.message);
  return 1;
}

int ReportUsage(const std::string& text) {
  Tell(text);
  return 2;
}

int Report(const Status& status) {
  if (status.ok()) return 0;
  return ReportFailure(WasInterrupted() ? Failed("interrupted") : status.error());
}

}  // namespace rootstream
