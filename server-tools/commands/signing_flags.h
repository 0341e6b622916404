// The options of commands that sign refs anew, and what these commands print. Used by the main thread.
#pragma once

#include <string>
#include <vector>

#include "base/command_line.h"
#include "server-tools/republish.h"

namespace rootstream {

class SigningFlags {
 public:
  void AddTo(Verb& verb);
  Result<Signing> Read() const;  // reads the keys

 private:
  std::vector<std::string> keys_;
  uint64_t expires_days_ = 0;  // 0: as long as before
  bool never_expires_ = false;
};

std::string RepublishedText(const Republished& done);

}  // namespace rootstream
