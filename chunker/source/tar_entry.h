// Converts an archive entry to what an image stores: the inode and the extended attributes, including ACLs.
#pragma once

#include "base/result.h"
#include "format/tree.h"

struct archive_entry;

namespace rootstream {

Result<XattrSet> XattrsOf(archive_entry* entry);  // sorted by name
// `negative_zero`: its time was "-0.…", which libarchive reads as positive; see TarHeaders. kInvalid: no file can have
// it.
Result<Inode> InodeOf(archive_entry* entry, const XattrSet& xattrs, bool negative_zero);

}  // namespace rootstream
