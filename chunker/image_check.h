// Reads a new image back as a client would, before its ref is written. An image that cannot be read must not replace a
// good one, nor make gc and stats of its store fail.
#pragma once

#include "chunker/known_content.h"
#include "format/manifest.h"
#include "store/store.h"

namespace rootstream {

// Decodes the manifest, its hot lists and every shard that is not `known` (trees, chunk lists, publisher's parts,
// ACLs), and compares references with the sizes of packs. Contents are not read, since the name of a pack is the hash
// of its bytes. kCorrupt or another kind: what is wrong.
Status CheckWritten(const Store& store, const KnownContent& known, const std::string& manifest);

}  // namespace rootstream
