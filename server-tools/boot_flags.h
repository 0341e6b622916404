// The options of publish that make boot entries. Their order counts: each --kernel begins an entry, and what follows
// belongs to it. Used by the main thread.
#pragma once

#include <string>
#include <vector>

#include "format/manifest.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace rootstream {

class BootFlags {
 public:
  void AddTo(CLI::App& command);
  // What was given, in order; kInvalid: it cannot be meant so.
  Result<std::vector<BootEntry>> Entries() const;

 private:
  const CLI::App* command_ = nullptr;
  const CLI::Option* kernel_ = nullptr;
  const CLI::Option* initrd_ = nullptr;
  const CLI::Option* cmdline_ = nullptr;
  const CLI::Option* title_ = nullptr;
  const CLI::Option* match_ = nullptr;
};

}  // namespace rootstream
