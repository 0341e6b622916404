// Bringing an image into the local cache before it is needed.
#pragma once

#include "fusefs/image/client.h"

namespace rootstream {

Status PrefetchHotRange(Client& client);  // what the image's profile names
Status PrefetchAll(Client& client);       // everything: afterwards it works without a network

}  // namespace rootstream
