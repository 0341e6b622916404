#include "fusefs/survey.h"

#include "format/tree.h"

namespace rootstream {

void Survey::Start() {
  if (started_.exchange(true)) return;
  cache_.Get(root_, Priority::kReadahead, [this](const Result<PlainBytes>& bytes) { ShardCame(root_, bytes); });
}

void Survey::ShardCame(const ObjectRef& ref, const Result<PlainBytes>& bytes) {
  if (!bytes.ok()) return;
  const auto tree = Tree::Decode(**bytes, ref.pack);
  if (!tree.ok()) return;  // whoever needs it will say so
  std::vector<ObjectRef> lists;
  for (const ListRef& list : tree->lists) lists.push_back(list.ref);
  cache_.Prefetch(Afford(lists), Priority::kReadahead);
  std::vector<Wanted> shards;
  for (const ObjectRef& child : Afford(tree->children))
    shards.push_back({child, [this, child](const Result<PlainBytes>& came) { ShardCame(child, came); }});
  cache_.GetAll(std::move(shards), Priority::kReadahead);
}

std::vector<ObjectRef> Survey::Afford(const std::vector<ObjectRef>& refs) {
  const uint64_t most = cache_.fetcher().SurveyBudget();
  std::vector<ObjectRef> out;
  for (const ObjectRef& ref : refs) {
    const uint64_t cost = cache_.Has(ref) ? 0 : ref.stored_size;
    const bool affordable = asked_for_.With([&](uint64_t& bytes) {
      if (bytes + cost > most) return false;
      bytes += cost;
      return true;
    });
    if (affordable) out.push_back(ref);
  }
  return out;
}

}  // namespace rootstream
