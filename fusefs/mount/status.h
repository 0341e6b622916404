// Status: what a mount's daemon is doing, as JSON for scripts and as text for people.
#pragma once

#include <chrono>
#include <string>

#include "fusefs/image/client.h"

namespace rootstream {

// One JSON object; its keys are listed in docs/operations.md.
std::string StatusJson(Client& client, std::chrono::steady_clock::time_point started);

// The same from an answer of a daemon, for people and for scripts; whoever gave it, no terminal obeys it. kInvalid: not
// a status.
Result<std::string> StatusText(const std::string& json);
Result<std::string> StatusForScripts(const std::string& json);

std::string HumanBytes(uint64_t bytes);  // "12.3 MiB"

}  // namespace rootstream
