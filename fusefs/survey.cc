#include "fusefs/survey.h"

#include <utility>

#include "format/tree.h"

namespace rootstream {
namespace {

constexpr uint64_t kMostPlain = 6 << 20;  // bytes, so that memory has room for more than metadata

}  // namespace

void Survey::Start() {
  if (cache_.fetcher().SurveyBudget() == 0) return;
  const bool started = state_.With([&](State& state) {
    if (!state.started) state.shards.push_back(root_);
    return std::exchange(state.started, true);
  });
  if (!started) Walk();
}

// One walks at a time; what is here already answers at once, and adds to what is next without going deeper.
void Survey::Walk() {
  while (true) {
    std::vector<ObjectRef> shards;
    state_.With([&](State& state) {
      if (state.walking) return;
      shards.swap(state.shards);
      state.walking = !shards.empty();
    });
    if (shards.empty()) return;
    std::vector<Wanted> wanted;
    for (const ObjectRef& shard : shards)
      wanted.push_back({shard, [this, shard](const Result<PlainBytes>& bytes) { ShardCame(shard, bytes); }});
    cache_.GetAll(std::move(wanted), Priority::kReadahead);
    state_.With([](State& state) { state.walking = false; });
  }
}

void Survey::ShardCame(const ObjectRef& ref, const Result<PlainBytes>& bytes) {
  if (!bytes.ok()) return;
  const auto tree = Tree::Decode(**bytes, ref.pack);
  if (!tree.ok()) return;  // whoever needs it will say so
  std::vector<ObjectRef> lists;
  for (const ListRef& list : tree->lists) lists.push_back(list.ref);
  const uint64_t budget = cache_.fetcher().SurveyBudget();  // anew: the line is known better
  state_.With([&](State& state) {
    lists = Afford(state, lists, budget);
    for (const ObjectRef& child : Afford(state, tree->children, budget)) state.shards.push_back(child);
  });
  cache_.Prefetch(lists, Priority::kReadahead);
  Walk();
}

std::vector<ObjectRef> Survey::Afford(State& state, const std::vector<ObjectRef>& refs, uint64_t budget) {
  std::vector<ObjectRef> out;
  for (const ObjectRef& ref : refs) {
    const bool affordable = state.stored + ref.stored_size <= budget && state.plain + ref.plain_size <= kMostPlain;
    if (!affordable || !state.seen.insert(ref.id).second) continue;
    state.stored += ref.stored_size;
    state.plain += ref.plain_size;
    out.push_back(ref);
  }
  return out;
}

}  // namespace rootstream
