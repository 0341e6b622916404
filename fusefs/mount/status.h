// The status of a mount's daemon, as JSON for scripts and as text for people.
#pragma once

#include <chrono>
#include <string>

#include "fusefs/image/layers.h"

namespace rootstream {

// A JSON object; docs/operations.md lists its keys.
std::string StatusJson(const Layers& layers, std::chrono::steady_clock::time_point started);

// Converts the answer of a daemon for people and for scripts, and makes it safe to print. kInvalid: it is not a status.
Result<std::string> StatusText(const std::string& json);
Result<std::string> StatusForScripts(const std::string& json);

std::string HumanBytes(uint64_t bytes);  // "12.3 MiB"

}  // namespace rootstream
