// A type 1 entry of the Boot Loader Specification: a file of /boot/loader/entries.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rootstream {

struct LoaderEntry {
  std::string title;
  std::string version;
  std::string sort_key;
  std::string linux;                 // path, of the boot partition; empty: it starts something else
  std::vector<std::string> initrds;  // likewise
  std::string options;               // all of them, as they stand

  static LoaderEntry Parse(std::string_view text);
};

}  // namespace rootstream
