#include "fusefs/ahead/survey.h"

#include <utility>
#include <vector>

namespace rootstream {
namespace {

constexpr uint64_t kMostPlain = 6 << 20;  // bytes, so that memory has space for contents, too

}  // namespace

void Survey::Start() {
  if (cache_.SurveyBudget() == 0) return;
  const bool started = state_.With([&](State& state) {
    if (!state.started) state.walk.AddRoot(root_);
    return std::exchange(state.started, true);
  });
  if (!started) Walk();
}

// One walks at a time; what is here already answers at once, and adds to what is next without going deeper.
void Survey::Walk() {
  while (true) {
    const uint64_t budget = cache_.SurveyBudget();  // again: the estimate is better now
    std::vector<ShardWalk::Visit> visits;
    state_.With([&](State& state) {
      if (state.walking) return;
      while (const auto next = state.walk.Next())
        if (Afford(state, next->shard, budget)) visits.push_back(*next);
      state.walking = !visits.empty();
    });
    if (visits.empty()) return;
    std::vector<Wanted> wanted;
    for (const ShardWalk::Visit& visit : visits)
      wanted.push_back({visit.shard, [this, visit](const Result<PlainBytes>& bytes) { ShardCame(visit, bytes); }});
    cache_.GetAll(std::move(wanted), Priority::kReadahead);
    state_.With([](State& state) { state.walking = false; });
  }
}

void Survey::ShardCame(const ShardWalk::Visit& visit, const Result<PlainBytes>& bytes) {
  if (!bytes.ok()) return;
  const uint64_t budget = cache_.SurveyBudget();
  std::vector<ObjectRef> lists;
  state_.With([&](State& state) {
    const auto tree = state.walk.Enter(visit, **bytes);
    if (!tree.ok()) return;  // a demand for it reports the error
    for (const ListRef& list : tree->lists)
      if (state.walk.Meet(list.ref) && Afford(state, list.ref, budget)) lists.push_back(list.ref);
  });
  cache_.Prefetch(lists, Priority::kReadahead);
  Walk();
}

bool Survey::Afford(State& state, const ObjectRef& ref, uint64_t budget) {
  if (state.stored + ref.stored_size > budget || state.plain + ref.plain_size > kMostPlain) return false;
  state.stored += ref.stored_size;
  state.plain += ref.plain_size;
  return true;
}

}  // namespace rootstream
