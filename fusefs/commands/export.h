// Exports an image to a directory or as a tar.
#pragma once

#include <string>

#include "fusefs/image/client.h"

namespace rootstream {

// Exports into `folder`, which must be missing or empty. For an ordinary user, what only root may create (owners,
// devices, some xattrs) is left out, with a message on standard error.
Status ExportToFolder(Client& client, const std::string& folder);

// Exports as a pax archive to standard output, with sparse files, xattrs, ACLs and nanoseconds. Sockets, which tar does
// not support, are left out, with a message on standard error.
Status ExportToTar(Client& client);

}  // namespace rootstream
