#include "format/shard_walk.h"

#include "format/limits.h"

namespace rootstream {

bool ShardWalk::AddRoot(const ObjectRef& root) {
  if (!Meet(root)) return false;
  to_visit_.push_back({root, 0});
  return true;
}

std::optional<ShardWalk::Visit> ShardWalk::Next() {
  if (to_visit_.empty()) return std::nullopt;
  const Visit next = to_visit_.back();
  to_visit_.pop_back();
  return next;
}

Result<Tree> ShardWalk::Enter(const Visit& visit, std::string_view plain) {
  if (visit.depth > kMaxShardDepth) return Invalid("shards are nested too deeply");
  if (++shards_ > kMaxShards) return Invalid("there are too many shards");
  RS_TRY(Tree tree, Tree::Decode(plain, visit.shard.pack));
  if (tree.is_root() != (visit.depth == 0)) return Corrupt("it is not where it belongs");
  for (const ObjectRef& child : tree.children)
    if (Meet(child)) to_visit_.push_back({child, visit.depth + 1});
  return tree;
}

}  // namespace rootstream
