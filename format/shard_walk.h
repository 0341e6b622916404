// ShardWalk: visits the shards of images from their roots down, each once. The caller reads the shard that Next()
// returns, and passes its bytes to Enter() or skips it.
//
// It does not recurse, and it limits the number of shards, since the publisher chooses both depth and number. Objects
// are distinguished by their place, too: two publishers at the same time may put the same object into two packs, and
// its references to "its own pack" then mean different places. docs/format.md, "Tree". Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "format/tree.h"

namespace rootstream {

class ShardWalk {
 public:
  struct Visit {
    ObjectRef shard;
    uint32_t depth = 0;  // 0: an image's root
  };

  // Add the root of an image, or a list that is read but not entered. False: it was visited before.
  bool AddRoot(const ObjectRef& root);
  bool Meet(const ObjectRef& object) { return met_.insert(object).second; }

  // The next shard to read; nullopt: all were visited.
  std::optional<Visit> Next();
  // Decodes the tree of a shard; its children will be visited. kCorrupt: it is not a tree, or not in its place.
  // kInvalid: shards are nested too deeply, or there are too many.
  Result<Tree> Enter(const Visit& visit, std::string_view plain);

 private:
  std::set<ObjectRef> met_;
  std::vector<Visit> to_visit_;
  size_t shards_ = 0;
};

}  // namespace rootstream
