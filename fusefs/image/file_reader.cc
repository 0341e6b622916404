#include "fusefs/image/file_reader.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

namespace rootstream {
namespace {

constexpr size_t kMaxListChunks = 48 * 1024;  // kept in memory, about 4 MiB
constexpr uint64_t kMaxHeld = 20 << 20;       // bytes of chunks that reads in progress may hold
constexpr size_t kFewWaiting = 256;           // reads that wait to be admitted

// A part of a read that is consecutive in the stream.
struct Span {
  uint64_t at = 0;  // in the read
  uint64_t stream = 0;
  uint64_t length = 0;
};

// The extents that overlap [offset, offset + size), cut to it.
std::vector<Span> SpansOf(const Tree& tree, const Inode& inode, uint64_t offset, uint64_t size) {
  std::vector<Span> spans;
  const auto begin = tree.extents.begin() + inode.extent_begin;
  const auto end = begin + inode.extent_count;
  auto it =
      std::upper_bound(begin, end, offset, [](uint64_t at, const Extent& e) { return at < e.file_offset + e.length; });
  for (; it != end && it->file_offset < offset + size; ++it) {
    const uint64_t from = std::max(it->file_offset, offset);
    const uint64_t to = std::min(it->file_offset + it->length, offset + size);
    spans.push_back({from - offset, it->stream_offset + (from - it->file_offset), to - from});
  }
  return spans;
}

size_t ListAt(const Shard& shard, uint64_t stream) {
  const auto after = std::upper_bound(shard.list_starts.begin(), shard.list_starts.end(), stream);
  return after - shard.list_starts.begin() - 1;
}

}  // namespace

// One read under way: first the chunk lists it needs, then the chunks, then the pieces.
class FileReader::Job : public std::enable_shared_from_this<Job> {
 public:
  Job(FileReader& reader, const Node& node, uint64_t offset, size_t size, ReadDone done)
      : reader_(reader),
        shard_(node.shard),
        spans_(SpansOf(node.shard->tree, node.inode(), offset, size)),
        size_(size),
        done_(std::move(done)) {}
  ~Job() { reader_.Release(held_); }  // the caller does not wait any more

  bool is_wanted() const { return done_.is_wanted(); }

  void Start() {
    for (const Span& span : spans_) {
      const size_t last = ListAt(*shard_, span.stream + span.length - 1);
      for (size_t list = ListAt(*shard_, span.stream); list <= last; ++list) lists_.try_emplace(list);
    }
    next_list_ = lists_.begin();
    NeedLists();
  }

  // Called when the reader has admitted it with so many bytes.
  void FetchChunks(uint64_t held) {
    held_ = held;
    std::vector<Wanted> wanted;
    for (Part& part : parts_) {
      if (part.bytes != nullptr) continue;
      const auto came = [self = shared_from_this(), &part](const Result<PlainBytes>& bytes) {
        self->Arrived(part, bytes);
      };
      wanted.push_back({part.ref, {came, done_.interest()}, asked_});
    }
    missing_ = static_cast<int>(wanted.size());
    if (wanted.empty()) return Complete();
    reader_.cache_.Fetch(std::move(wanted), Priority::kDemand, Neighbourhood());
  }

  // A read that waits to be admitted must not hold chunks.
  void LetGo() {
    for (Part& part : parts_) part.bytes.reset();
  }
  void Resume(uint64_t held) {
    for (Part& part : parts_) part.bytes = reader_.cache_.Look(part.ref);
    FetchChunks(held);
  }

 private:
  struct Part {  // of the read: bytes of one chunk
    uint64_t at;
    ObjectRef ref;
    size_t offset;
    size_t length;
    PlainBytes bytes;
  };

  void NeedLists() {
    if (next_list_ != lists_.end()) {
      const auto came = [self = shared_from_this()](const Result<ChunksPtr>& chunks) {
        if (!chunks.ok()) return self->done_(chunks.error());
        (self->next_list_++)->second = *chunks;
        self->NeedLists();
      };
      return reader_.GetList(*shard_, next_list_->first, {came, done_.interest()});
    }
    MakeParts();
    for (Part& part : parts_) {
      reader_.NoteRead(part.ref.id);
      part.bytes = reader_.cache_.Look(part.ref);
    }
    NeedChunks();
  }

  // The chunks of a list that Start() requested.
  const Chunks& LoadedChunks(size_t number) const { return *lists_.at(number); }

  void MakeParts() {
    for (const Span& span : spans_) {
      for (uint64_t done = 0; done < span.length;) {
        const size_t list = ListAt(*shard_, span.stream + done);
        const Chunks& chunks = LoadedChunks(list);
        const uint64_t at = span.stream + done - shard_->list_starts[list];
        const size_t index = chunks.IndexAt(at);
        const uint64_t length = std::min(span.length - done, chunks.starts[index + 1] - at);
        parts_.push_back({span.at + done, chunks.refs[index], at - chunks.starts[index], length, nullptr});
        done += length;
      }
    }
  }

  void NeedChunks() {
    uint64_t cost = 0;
    bool missing = false;
    for (const Part& part : parts_) {
      cost += part.ref.plain_size;
      missing = missing || part.bytes == nullptr;
    }
    if (!missing) return Finish();
    reader_.Admit(cost, shared_from_this());
  }

  // The chunks around the read in its chunk list, that is in the order of paths: more of the file, and its
  // neighbours. Half of them lie before the read, since programs do not only read forward.
  std::vector<ObjectRef> Neighbourhood() const {
    std::vector<ObjectRef> out;
    if (spans_.empty()) return out;
    const uint64_t budget = reader_.foresight_.GuessBudget(reader_.cache_.GuessBudget());
    const Span& first = spans_.front();
    const Span& last = spans_.back();
    const auto index_of = [&](uint64_t stream) {
      const size_t list = ListAt(*shard_, stream);
      return std::pair(&LoadedChunks(list), LoadedChunks(list).IndexAt(stream - shard_->list_starts[list]));
    };
    const auto [after_list, after] = index_of(last.stream + last.length - 1);
    uint64_t size = 0;
    const auto add = [&](const ObjectRef& ref, uint64_t most) {
      if (size + ref.stored_size / 2 > most) return false;
      out.push_back(ref);
      size += ref.stored_size;
      return true;
    };
    for (size_t i = after + 1; i < after_list->refs.size() && add(after_list->refs[i], budget / 2);) ++i;
    const auto [before_list, before] = index_of(first.stream);
    for (size_t i = before; i > 0 && add(before_list->refs[i - 1], budget);) --i;
    return out;
  }

  void Arrived(Part& part, const Result<PlainBytes>& bytes) {
    if (bytes.ok()) part.bytes = *bytes;
    if (!bytes.ok() && !failed_.exchange(true)) error_ = bytes.error();
    if (--missing_ == 0) Complete();
  }

  void Complete() {
    reader_.Release(std::exchange(held_, 0));
    if (failed_) return done_(error_);
    Finish();
  }

  void Finish() {
    ReadParts pieces;
    uint64_t at = 0;
    for (Part& part : parts_) {
      if (part.at > at) pieces.push_back({nullptr, 0, part.at - at});
      pieces.push_back({std::move(part.bytes), part.offset, part.length});
      at = part.at + part.length;
    }
    if (at < size_) pieces.push_back({nullptr, 0, size_ - at});
    done_(std::move(pieces));
  }

  FileReader& reader_;
  const ShardPtr shard_;
  const std::vector<Span> spans_;
  const size_t size_;
  const ReadDone done_;
  const SteadyTime asked_ = std::chrono::steady_clock::now();
  std::map<size_t, ChunksPtr> lists_;  // by number
  std::map<size_t, ChunksPtr>::iterator next_list_;
  std::vector<Part> parts_;
  std::atomic<int> missing_ = 0;
  std::atomic<bool> failed_ = false;
  Error error_;
  uint64_t held_ = 0;
};

void FileReader::Read(const Node& node, uint64_t offset, size_t size, ReadDone done) {
  const uint64_t end = node.inode().size;
  if (offset >= end) return done(ReadParts());
  size = std::min<uint64_t>(size, end - offset);
  if (recorder_.on()) {
    const Interest interest = done.interest();
    const auto noted = [this, inode = node.id(),
                        version = FileVersion{end, std::max(node.inode().mtime_seconds, -INT64_MAX)}, offset, size,
                        asked = Recorder::Clock::now(), done = std::move(done)](const Result<ReadParts>& pieces) {
      if (pieces.ok()) recorder_.Read(inode, version, offset, size, asked);
      done(pieces);
    };
    done = {noted, interest};
  }
  const auto ahead = readahead_.Note(node.id(), offset, size);
  std::make_shared<Job>(*this, node, offset, size, std::move(done))->Start();
  if (ahead) PrefetchAhead(node, *ahead);
}

void FileReader::NoteRead(const Id& chunk) {
  if (foresight_.NoteRead(chunk)) cache_.SetHotRangeFits(foresight_.FitsReads());
}

FileReader::ChunksPtr FileReader::LoadedList(const Id& id) {
  return lists_.With([&](Lists& lists) -> ChunksPtr {
    for (auto it = lists.by_use.begin(); it != lists.by_use.end(); ++it) {
      if (it->first != id) continue;
      lists.by_use.splice(lists.by_use.begin(), lists.by_use, it);
      return it->second;
    }
    return nullptr;
  });
}

void FileReader::GetList(const Shard& shard, size_t list, ChunksDone done) {
  const ListRef& ref = shard.tree.lists[list];
  if (ChunksPtr chunks = LoadedList(ref.ref.id)) return done(std::move(chunks));
  const Interest interest = done.interest();
  const auto came = [this, ref, done = std::move(done)](const Result<PlainBytes>& bytes) {
    if (!bytes.ok()) return done(bytes.error());
    auto decoded = ChunkList::Decode(**bytes, ref.ref.pack);
    if (!decoded.ok()) return done(Invalid(decoded.error().message));
    if (decoded->plain_size() != ref.stream_size)
      return done(Invalid("a chunk list has another length than its tree says"));
    auto chunks = std::make_shared<Chunks>();
    uint64_t at = 0;
    for (const ObjectRef& chunk : decoded->chunks) {
      chunks->starts.push_back(at);
      at += chunk.plain_size;
    }
    chunks->starts.push_back(at);
    chunks->refs = std::move(decoded->chunks);
    lists_.With([&](Lists& lists) {
      lists.chunks += chunks->refs.size();
      lists.by_use.emplace_front(ref.ref.id, chunks);
      while (lists.chunks > kMaxListChunks && lists.by_use.size() > 1) {
        lists.chunks -= lists.by_use.back().second->refs.size();
        lists.by_use.pop_back();
      }
    });
    done(ChunksPtr(chunks));
  };
  cache_.Get(ref.ref, Priority::kDemand, {came, interest});
}

void FileReader::PrefetchAhead(const Node& node, const Interval& ahead) {
  const uint64_t size = node.inode().size;
  if (ahead.begin >= size) return;
  // Not needed where the profile predicts reads well, or predicted the reads of this sequence.
  if (foresight_.NamesNearlyAll()) return;
  for (const ObjectRef& last : LoadedRefs(node, {ahead.begin - 1, ahead.begin}))
    if (foresight_.IsHot(last.id)) return;
  const std::vector<ObjectRef> refs = LoadedRefs(node, {ahead.begin, std::min(ahead.end, size)});
  if (!refs.empty()) cache_.Prefetch(refs, Priority::kReadahead);
}

// The chunks of a part of a file, as far as their lists are in memory: a sequence has just read through them.
std::vector<ObjectRef> FileReader::LoadedRefs(const Node& node, const Interval& range) {
  std::vector<ObjectRef> refs;
  for (const Span& span : SpansOf(node.shard->tree, node.inode(), range.begin, range.end - range.begin)) {
    const size_t list = ListAt(*node.shard, span.stream);
    const ChunksPtr chunks = LoadedList(node.shard->tree.lists[list].ref.id);
    if (chunks == nullptr) break;
    const uint64_t at = span.stream - node.shard->list_starts[list];
    for (size_t i = chunks->IndexAt(at); i < chunks->refs.size() && chunks->starts[i] < at + span.length; ++i)
      refs.push_back(chunks->refs[i]);
  }
  return refs;
}

void FileReader::Admit(uint64_t cost, const std::shared_ptr<Job>& job) {
  std::vector<std::shared_ptr<Job>> gone;  // destroyed outside the lock, since they release their chunks
  const bool now = admission_.With([&](Admission& a) {
    if (a.held == 0 || (a.queue.empty() && a.held + cost <= kMaxHeld)) {
      a.held += cost;
      return true;
    }
    job->LetGo();
    a.queue.emplace_back(cost, job);
    if (a.queue.size() < a.tidy_at) return false;
    std::erase_if(a.queue, [&](auto& waiting) {
      if (waiting.second->is_wanted()) return false;
      gone.push_back(std::move(waiting.second));
      return true;
    });
    a.tidy_at = std::max(kFewWaiting, 2 * a.queue.size());
    return false;
  });
  if (now) job->FetchChunks(cost);
}

void FileReader::Release(uint64_t cost) {
  if (cost == 0) return;
  std::vector<std::pair<uint64_t, std::shared_ptr<Job>>> starts;
  admission_.With([&](Admission& a) {
    a.held -= cost;
    while (!a.queue.empty() && (a.held == 0 || a.held + a.queue.front().first <= kMaxHeld)) {
      a.held += a.queue.front().first;
      starts.push_back(std::move(a.queue.front()));
      a.queue.pop_front();
    }
  });
  // A read whose chunks are here is answered at once, which admits the next one.
  for (const auto& [held, job] : starts) NestedCall::Make([held = held, job = job] { job->Resume(held); });
}

}  // namespace rootstream
