// The options of publish that make boot entries. Their order counts: each --kernel begins an entry, and the options
// that follow belong to it. Used by the main thread.
#pragma once

#include <string>
#include <vector>

#include "base/command_line.h"
#include "format/manifest.h"

namespace rootstream {

class BootFlags {
 public:
  void AddTo(Verb& verb);
  // The entries that were given, in order. kInvalid: an option without a --kernel before it, or given twice for one.
  Result<std::vector<BootEntry>> Entries() const;

 private:
  struct Given {
    const char* option;
    std::string value;
  };
  std::vector<Given> given_;
};

}  // namespace rootstream
