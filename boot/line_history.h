// The history of typed lines, in a text file. If it cannot be read or written, prompting still works.
#pragma once

#include <string>
#include <vector>

namespace rootstream {

std::vector<std::string> LoadLineHistory(const std::string& path);  // the last line last
// Adds `line`, unless it is empty or the last one again.
void SaveLineHistory(const std::string& path, std::vector<std::string> history, const std::string& line);

}  // namespace rootstream
