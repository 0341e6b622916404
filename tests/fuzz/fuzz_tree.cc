#include "format/tree.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  const Id holder = Sha256("holder");
  const auto tree = Tree::Decode(FuzzBytes(data, size), holder);
  if (!tree.ok()) return 0;
  const auto again = Tree::Decode(tree->Encode(), holder);
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(*again == *tree);
  // Does what a reader does with a decoded tree.
  for (const Inode& inode : tree->inodes) {
    if (inode.listing.split) {
      tree->FindRange(inode.listing, "name");
    } else {
      tree->FindEntry(inode.listing, "name");
    }
  }
  FUZZ_CHECK(tree->MemorySize() >= tree->inodes.size() * sizeof(Inode));
  return 0;
}
