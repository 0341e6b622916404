// Whether a tree that was decoded may be walked: a publisher may be anybody.
#pragma once

#include "format/tree.h"

namespace rootstream {

// Everything that makes references between its tables safe to follow: rows in bounds, names sorted and possible, each
// row in one listing only and each directory with one name, so that a walk ends.
bool IsSound(const Tree& tree);

}  // namespace rootstream
