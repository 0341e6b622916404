// The settings of this machine for all who read images, in place of long command lines: rootstream.conf, whose lines
// are client options (docs/operations.md, "Settings of a machine"), and keys.d/*.pub, keys that are trusted to sign.
#pragma once

#include <string>

#include "fusefs/image/client_options.h"

namespace rootstream {

// "/etc/rootstream", or what the environment variable ROOTSTREAM_SETTINGS says.
std::string SettingsFolder();

// Adds the settings for `options.url` from a folder, where nobody gave the option: those before the first section, and
// those of sections that are the beginning of the URL, of which a longer one counts more. No folder, no settings.
// kInvalid: a line is wrong; kFailed: a file cannot be read.
Status AddMachineSettings(const std::string& folder, ClientOptions& options);

}  // namespace rootstream
