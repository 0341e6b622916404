// The commands that show an image without mounting it: ls, cat, inspect.
#pragma once

#include <string>
#include <vector>

#include "fusefs/image/client.h"

namespace rootstream {

enum class ListStyle { kNames, kLong };

// A directory's entries, or the path itself if it is something else, a line each on standard output.
// Bytes of names that are no printable ASCII or UTF-8 are shown as \xHH on a terminal.
Status ListPath(Client& client, const std::string& path, ListStyle style);

// Contents of regular files to standard output.
Status PrintFiles(Client& client, const std::vector<std::string>& paths);

enum class InspectStyle { kText, kJson };
Status InspectImage(Client& client, InspectStyle style);

}  // namespace rootstream
