#include "fusefs/ahead/warmup.h"

#include <unordered_set>
#include <utility>

#include "format/chunk_list.h"
#include "format/limits.h"

namespace rootstream {
namespace {

constexpr size_t kMostUnderWay = 1024;        // objects
constexpr uint64_t kMostInMemory = 12 << 20;  // plain bytes, if there is no disk cache

}  // namespace

void Warmup::Start(const HotRange& hot, const ObjectRef& root) {
  std::vector<Wanted> wanted = {{root, nullptr}};
  const auto add = [&](const std::vector<ObjectRef>& lists, size_t max_plain) {
    for (const ObjectRef& ref : lists) {
      const size_t number = wanted.size() - 1;
      wanted.push_back({ref, [this, number, ref, max_plain](const Result<PlainBytes>& bytes) {
                          ListCame(number, ref, max_plain, bytes);
                        }});
    }
  };
  add(hot.metadata, kMaxPartPlain);
  add(hot.data, kMaxChunkPlain);
  if (wanted.size() > 1) foresight_.ExpectObjects();
  state_.With([&](State& state) {
    state.lists_due = wanted.size() - 1;
    state.lists.resize(state.lists_due);
    state.progress.ended = state.lists_due == 0;
  });
  cache_.GetAll(std::move(wanted), Priority::kDemand);
}

void Warmup::ListCame(size_t number, const ObjectRef& ref, size_t max_plain, const Result<PlainBytes>& bytes) {
  Result<ChunkList> list = bytes.ok() ? ChunkList::Decode(**bytes, ref.pack, max_plain) : bytes.error();
  std::unordered_set<Id, IdHash> ids;
  const bool complete = state_.With([&](State& state) {
    if (list.ok()) {
      state.lists[number] = std::move(list->chunks);
    } else if (state.progress.problem.empty()) {
      state.progress.problem = list.error().message;
    }
    if (--state.lists_due > 0) return false;
    for (std::vector<ObjectRef>& refs : state.lists) state.refs.insert(state.refs.end(), refs.begin(), refs.end());
    state.lists.clear();
    for (const ObjectRef& object : state.refs) {
      state.progress.total += object.stored_size;
      ids.insert(object.id);
    }
    return true;
  });
  if (!complete) return;
  foresight_.SetObjects(std::move(ids));
  WantMore();
}

void Warmup::WantMore() {
  while (true) {
    const std::vector<ObjectRef> refs = state_.With([&](State& state) { return TakeMore(state); });
    if (refs.empty()) return;
    std::vector<Wanted> wanted;
    uint64_t here = 0;  // bytes
    for (const ObjectRef& ref : refs) {
      if (cache_.Has(ref)) {
        here += ref.stored_size;
      } else {
        wanted.push_back(
            {ref, [this, size = ref.stored_size](const Result<PlainBytes>& bytes) { ObjectCame(size, bytes); }});
      }
    }
    state_.With([&](State& state) {
      state.progress.done += here;
      state.under_way -= refs.size() - wanted.size();
    });
    if (!wanted.empty()) cache_.GetAll(std::move(wanted), Priority::kHotRange);
  }
}

std::vector<ObjectRef> Warmup::TakeMore(State& state) const {
  std::vector<ObjectRef> refs;
  const bool keeps = cache_.disk() != nullptr;
  while (state.next < state.refs.size() && state.under_way < kMostUnderWay) {
    const ObjectRef& ref = state.refs[state.next];
    state.plain_bytes += ref.plain_size;
    if (!keeps && state.plain_bytes > kMostInMemory) state.next = state.refs.size();
    if (state.next == state.refs.size()) break;
    refs.push_back(ref);
    ++state.next;
    ++state.under_way;
  }
  if (refs.empty() && state.under_way == 0) state.progress.ended = true;
  return refs;
}

void Warmup::ObjectCame(uint64_t size, const Result<PlainBytes>& bytes) {
  const bool want_more = state_.With([&](State& state) {
    if (bytes.ok()) {
      state.progress.done += size;
    } else if (state.progress.problem.empty()) {
      state.progress.problem = bytes.error().message;
    }
    --state.under_way;
    return state.under_way <= kMostUnderWay / 2;
  });
  if (want_more) WantMore();
}

Warmup::Progress Warmup::progress() {
  return state_.With([](const State& state) { return state.progress; });
}

}  // namespace rootstream
