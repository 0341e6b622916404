// ShardWalk: the order in which the shards of an image are gone through, each once, from its root down. Who walks
// reads what Next() names and hands its bytes to Enter(), or passes it over.
//
// Not a recursion, since how deep an image is was its publisher's choice; and bounded, since so was how many shards
// it has. An object is known by its place, too: two publishers at once may put the same one into two packs, and
// what it names in "its own pack" are then different places. docs/format.md, "Tree". Not thread-safe.
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

  // Adds an image's root, or a list that is read but not entered. False: it was met before.
  bool AddRoot(const ObjectRef& root);
  bool Meet(const ObjectRef& object) { return met_.insert(object).second; }

  // The next one to read; nullopt: all were gone through.
  std::optional<Visit> Next();
  // The tree of what was read, whose children are walked later on. kCorrupt: it is no tree, or not where it belongs;
  // kInvalid: shards are nested too deeply, or are too many.
  Result<Tree> Enter(const Visit& visit, std::string_view plain);

 private:
  std::set<ObjectRef> met_;
  std::vector<Visit> to_visit_;
  size_t shards_ = 0;
};

}  // namespace rootstream
