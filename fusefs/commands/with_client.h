// Runs a verb on an opened image: opens it, prints warnings, calls the verb, and saves the profile if one is recorded.
#pragma once

#include <functional>

#include "fusefs/commands/client_flags.h"

namespace rootstream {

// Returns the exit code.
int WithClient(ClientFlags& flags, const std::function<Status(Client&)>& use);

}  // namespace rootstream
