// Reading back what a publish wrote, as a client will, before a ref leads to it: an image that no client
// can read must not take the place of one that can, nor make gc and stats of its store fail.
#pragma once

#include "chunker/known_content.h"
#include "format/manifest.h"
#include "store/store.h"

namespace rootstream {

// Decodes the manifest, its hot lists, and every shard that is not `known`: trees, chunk lists,
// publisher's parts, ACLs; and holds references against the packs' sizes. Contents are not read again:
// a pack is named by the hash of what was written. kCorrupt and others: of what is not as it should be.
Status CheckWritten(const Store& store, const KnownContent& known, const std::string& manifest);

}  // namespace rootstream
