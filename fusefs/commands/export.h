// Writing an image out: to a directory, or as a tar.
#pragma once

#include <string>

#include "fusefs/image/client.h"

namespace rootstream {

// Into `folder`, which must not exist or be empty. What only root may make (owners, devices, some
// xattrs) is left out for an ordinary user, and told on standard error.
Status ExportToFolder(Client& client, const std::string& folder);

// As a pax archive to standard output: sparse files, xattrs, ACLs and nanoseconds included. Sockets,
// which tar does not know, are left out and told on standard error.
Status ExportToTar(Client& client);

}  // namespace rootstream
