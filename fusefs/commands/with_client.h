// What every verb does that looks at an image: it opens it, tells of what is not as it should be, and saves what was
// recorded.
#pragma once

#include <functional>

#include "fusefs/commands/client_flags.h"

namespace rootstream {

// Returns the exit code.
int WithClient(ClientFlags& flags, const std::function<Status(Client&)>& use);

}  // namespace rootstream
