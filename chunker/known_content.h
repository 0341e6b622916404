// KnownContent: what the store's images already hold, by the plain bytes' hash.
//
// Only publisher's parts that belong to images signed by this publisher's own keys are believed: a wrong
// entry in an index that anyone may write would put a wrong chunk into a signed image.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "store/store.h"

namespace rootstream {

struct KnownContent {
  struct Chunk {
    Id plain_hash;
    ObjectRef ref;
    bool hot = false;  // of some image's hot range
  };
  std::vector<Chunk> chunks;
  std::unordered_map<Id, ObjectRef, IdHash> shards;  // by shard key: the tree
  // Lists of hot ranges, by the hash of their encoding with every pack named.
  std::unordered_map<Id, ObjectRef, IdHash> hot_lists;

  // Reads all images of the store that `keys` signed; all images at all, if there are no keys, since an
  // unsigned image is no better than the store it lies in. What is damaged or missing is passed over,
  // and so is stored again. Images beyond `max_chunks` chunks are left out.
  static KnownContent Load(const Store& store, const std::vector<PublicKey>& keys, size_t max_chunks);
};

}  // namespace rootstream
