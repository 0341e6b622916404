// The lines that a person typed before, kept in a file of one line each. A history that cannot be
// read or written is no reason not to ask.
#pragma once

#include <string>
#include <vector>

namespace rootstream {

std::vector<std::string> LoadLineHistory(const std::string& path);  // the last line last
// Adds `line`, unless it is empty or the last one again.
void SaveLineHistory(const std::string& path, std::vector<std::string> history, const std::string& line);

}  // namespace rootstream
