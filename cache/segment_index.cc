#include "cache/segment_index.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/file_io.h"
#include "format/bytes.h"
#include "format/limits.h"

namespace rootstream {
namespace {

constexpr size_t kKeySize = 16;
// Entries that are read or written together, and put into the table in one transaction.
constexpr size_t kPiece = 8192;

std::string IndexPath(const std::string& folder) { return folder + "/index"; }
std::string SealPath(const std::string& folder) { return folder + "/index.seal"; }

constexpr std::string_view kSealWords = "rootstream index seal ";  // a version follows

std::string SealText(const Id& hash, const std::string& stamp) {
  return std::string(kSealWords) + "2\n" + hash.Hex() + "\n" + stamp + "\n";
}

std::string_view KeyOf(const Id& id) { return id.view().substr(0, kKeySize); }

MDB_val Value(std::string_view bytes) { return {bytes.size(), const_cast<char*>(bytes.data())}; }

std::string_view View(const MDB_val& value) { return {static_cast<const char*>(value.mv_data), value.mv_size}; }

std::string EncodePlace(const SegmentPlace& place) {
  Encoder out;
  out.Varint(place.segment);
  out.Varint(place.stored_size);
  out.Varint(place.offset);
  return out.Take();
}

std::optional<SegmentPlace> DecodePlace(const MDB_val& value) {
  Decoder in(View(value));
  SegmentPlace place;
  place.segment = static_cast<uint32_t>(in.Count(UINT32_MAX));
  place.stored_size = static_cast<uint32_t>(in.Count(kMaxStored));
  place.offset = in.Varint();
  if (!in.AtEnd()) return std::nullopt;
  return place;
}

void EncodeEntry(std::string_view key, const SegmentPlace& place, Encoder& out) {
  out.Raw(key);
  out.U32(place.segment);
  out.U32(place.stored_size);
  out.U64(place.offset);
}

Error MapError(const std::string& what, int code) { return Failed("cache index: " + what + ": " + mdb_strerror(code)); }

}  // namespace

// LMDB's environment with its one table. As thread-safe as LMDB's own functions.
struct SegmentIndex::Map {
  UniqueFd memory;
  MDB_env* env = nullptr;
  MDB_dbi table = 0;
  ~Map() {
    if (env != nullptr) mdb_env_close(env);
  }

  static Result<std::unique_ptr<Map>> Open(size_t map_size);
  Status Write(const Changes& changes);     // all or none
  Status Append(std::string_view entries);  // kFailed also if the keys are not in rising order
  std::optional<SegmentPlace> Find(const Id& id) const;
  Status RemoveSegment(uint32_t segment);
  // Writes all entries at the beginning of the file. Returns their hash.
  Result<Id> WriteEntries(int fd, const std::string& path) const;
  Result<Id> ReadEntries(int fd,
                         const std::string& path);  // Reads entries from the file, and adds them. Returns their hash.
};

Result<std::unique_ptr<SegmentIndex::Map>> SegmentIndex::Map::Open(size_t map_size) {
  auto map = std::make_unique<Map>();
  map->memory = UniqueFd(memfd_create("rootstream-index", MFD_CLOEXEC));
  if (!map->memory) return ErrnoError("cannot make", "the cache index");
  const std::string path = "/proc/self/fd/" + std::to_string(map->memory.get());
  int code = mdb_env_create(&map->env);
  if (code == 0) code = mdb_env_set_mapsize(map->env, map_size);
  // One process with a lock of its own: LMDB needs no lock file and no reader table.
  if (code == 0)
    code =
        mdb_env_open(map->env, path.c_str(), MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC | MDB_NOTLS | MDB_NORDAHEAD, 0600);
  if (code != 0) return MapError("cannot open", code);
  MDB_txn* txn = nullptr;
  code = mdb_txn_begin(map->env, nullptr, 0, &txn);
  if (code == 0) code = mdb_dbi_open(txn, nullptr, 0, &map->table);
  if (code == 0) code = mdb_txn_commit(txn);
  if (code != 0) return MapError("cannot begin", code);
  return map;
}

Status SegmentIndex::Map::Write(const Changes& changes) {
  MDB_txn* txn = nullptr;
  int code = mdb_txn_begin(env, nullptr, 0, &txn);
  if (code != 0) return MapError("cannot write", code);
  for (const auto& [id, place] : changes) {
    MDB_val key = Value(KeyOf(id));
    if (place) {
      const std::string bytes = EncodePlace(*place);
      MDB_val value = Value(bytes);
      code = mdb_put(txn, table, &key, &value, 0);
    } else {
      code = mdb_del(txn, table, &key, nullptr);
      if (code == MDB_NOTFOUND) code = 0;
    }
    if (code != 0) {
      mdb_txn_abort(txn);
      return MapError("cannot write", code);
    }
  }
  code = mdb_txn_commit(txn);
  return code == 0 ? Ok() : MapError("cannot write", code);
}

Status SegmentIndex::Map::Append(std::string_view entries) {
  MDB_txn* txn = nullptr;
  int code = mdb_txn_begin(env, nullptr, 0, &txn);
  if (code != 0) return MapError("cannot write", code);
  Decoder in(entries);
  while (code == 0 && in.remaining() > 0) {
    MDB_val key = Value(in.Raw(kKeySize));
    SegmentPlace place;
    place.segment = in.U32();
    place.stored_size = in.U32();
    place.offset = in.U64();
    const std::string bytes = EncodePlace(place);
    MDB_val value = Value(bytes);
    code = in.ok() ? mdb_put(txn, table, &key, &value, MDB_APPEND) : MDB_BAD_VALSIZE;
  }
  if (code != 0) {
    mdb_txn_abort(txn);
    return MapError("cannot take an entry", code);
  }
  code = mdb_txn_commit(txn);
  return code == 0 ? Ok() : MapError("cannot write", code);
}

std::optional<SegmentPlace> SegmentIndex::Map::Find(const Id& id) const {
  MDB_txn* txn = nullptr;
  if (mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) != 0) return std::nullopt;
  MDB_val key = Value(KeyOf(id)), value;
  std::optional<SegmentPlace> place;
  if (mdb_get(txn, table, &key, &value) == 0) place = DecodePlace(value);
  mdb_txn_abort(txn);
  return place;
}

Status SegmentIndex::Map::RemoveSegment(uint32_t segment) {
  MDB_txn* txn = nullptr;
  MDB_cursor* cursor = nullptr;
  int code = mdb_txn_begin(env, nullptr, 0, &txn);
  if (code != 0) return MapError("cannot write", code);
  code = mdb_cursor_open(txn, table, &cursor);
  MDB_val key, value;
  while (code == 0 && (code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
    const auto place = DecodePlace(value);
    if (!place || place->segment == segment) code = mdb_cursor_del(cursor, 0);
  }
  if (cursor != nullptr) mdb_cursor_close(cursor);
  if (code != MDB_NOTFOUND) {
    mdb_txn_abort(txn);
    return MapError("cannot remove", code);
  }
  code = mdb_txn_commit(txn);
  return code == 0 ? Ok() : MapError("cannot write", code);
}

Result<Id> SegmentIndex::Map::WriteEntries(int fd, const std::string& path) const {
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn); code != 0) return MapError("cannot seal", code);
  const std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> ends(txn, mdb_txn_abort);
  MDB_cursor* opened = nullptr;
  int code = mdb_cursor_open(txn, table, &opened);
  if (code != 0) return MapError("cannot seal", code);
  const std::unique_ptr<MDB_cursor, decltype(&mdb_cursor_close)> cursor(opened, mdb_cursor_close);
  Sha256Stream hash;
  uint64_t at = 0;
  while (code == 0) {
    Encoder piece;
    MDB_val key, value;
    while (piece.bytes().size() < kPiece * kEntrySize &&
           (code = mdb_cursor_get(cursor.get(), &key, &value, MDB_NEXT)) == 0)
      if (const auto place = DecodePlace(value)) EncodeEntry(View(key), *place, piece);
    if (!WriteFullyAt(fd, piece.bytes(), at)) return ErrnoError("cannot write", path);
    hash.Update(piece.bytes());
    at += piece.bytes().size();
  }
  if (code != MDB_NOTFOUND) return MapError("cannot seal", code);
  return hash.Finish();
}

Result<Id> SegmentIndex::Map::ReadEntries(int fd, const std::string& path) {
  Sha256Stream hash;
  std::string piece(kPiece * kEntrySize, '\0');
  for (uint64_t at = 0;; at += piece.size()) {
    const int64_t n = ReadFullyAt(fd, piece, at);
    if (n < 0) return ErrnoError("cannot read", path);
    const auto entries = std::string_view(piece).substr(0, n);
    hash.Update(entries);
    RS_CHECK(Append(entries));
    if (n < static_cast<int64_t>(piece.size())) return hash.Finish();
  }
}

SegmentIndex::SegmentIndex(std::unique_ptr<Map> map, bool was_sealed) : map_(std::move(map)), was_sealed_(was_sealed) {}
SegmentIndex::~SegmentIndex() = default;

bool SegmentIndex::IsForeign(const std::string& folder) {
  if (access(IndexPath(folder).c_str(), F_OK) != 0) return false;
  const auto seal = ReadWholeFile(SealPath(folder), 64 * 1024);
  return !seal.ok() || !seal->starts_with(kSealWords);
}

Result<std::unique_ptr<SegmentIndex>> SegmentIndex::Open(const std::string& folder, const std::string& stamp,
                                                         size_t map_size, bool take_sealed) {
  RS_TRY(auto map, Map::Open(map_size));
  bool took = false;
  if (take_sealed) {
    const auto seal = ReadWholeFile(SealPath(folder), 64 * 1024);
    const auto file = OpenFile(IndexPath(folder), O_RDONLY | O_NONBLOCK);  // opening a FIFO must not block
    unlink(SealPath(folder).c_str());  // removed first: after a crash in what follows, the segments differ from it
    unlink(IndexPath(folder).c_str());
    if (seal.ok() && file.ok()) {
      const auto hash = map->ReadEntries(file->get(), IndexPath(folder));
      took = hash.ok() && *seal == SealText(*hash, stamp);
      if (!took) {
        RS_TRY(map, Map::Open(map_size));
      }
    }
  }
  return std::unique_ptr<SegmentIndex>(new SegmentIndex(std::move(map), took));
}

std::optional<SegmentPlace> SegmentIndex::Find(const Id& id) const {
  const ReaderLock lock(mutex_);
  return FindLocked(id);
}

std::optional<SegmentPlace> SegmentIndex::FindLocked(const Id& id) const {
  if (const auto change = pending_.find(id); change != pending_.end()) return change->second;
  return map_->Find(id);
}

Status SegmentIndex::Put(const Id& id, const SegmentPlace& place) {
  const WriterLock lock(mutex_);
  pending_[id] = place;
  return pending_.size() < kBatch ? Ok() : FlushLocked();
}

void SegmentIndex::Remove(const Id& id, const SegmentPlace& place) {
  const WriterLock lock(mutex_);
  if (FindLocked(id) != place) return;
  pending_[id] = std::nullopt;
  if (pending_.size() >= kBatch) (void)FlushLocked();  // an entry that stays leads to a miss
}

void SegmentIndex::RemoveSegment(uint32_t segment) {
  const WriterLock lock(mutex_);
  (void)FlushLocked();
  (void)map_->RemoveSegment(segment);  // the same
}

Status SegmentIndex::FlushLocked() {
  const Status written = map_->Write(std::exchange(pending_, {}));
  lost_some_ = lost_some_ || !written.ok();
  return written;
}

Status SegmentIndex::Seal(const std::string& folder, const std::string& stamp) {
  const std::string path = IndexPath(folder);
  unlink(path.c_str());
  RS_TRY(const UniqueFd fd, OpenFile(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
  const WriterLock lock(mutex_);
  RS_CHECK(FlushLocked());
  if (lost_some_) return Failed("cache index: changes were lost");
  RS_TRY(const Id hash, map_->WriteEntries(fd.get(), path));
  if (fsync(fd.get()) != 0) return ErrnoError("cannot sync", path);
  return WriteFileAtomically(SealPath(folder), SealText(hash, stamp), 0600);
}

uint64_t SegmentIndex::SealedSize() const {
  const ReaderLock lock(mutex_);
  MDB_stat stat;
  if (mdb_env_stat(map_->env, &stat) != 0) return 0;
  const auto put =
      std::count_if(pending_.begin(), pending_.end(), [](const auto& change) { return change.second.has_value(); });
  return (stat.ms_entries + static_cast<uint64_t>(put)) * kEntrySize;
}

uint64_t SegmentIndex::MemorySize() const {
  const ReaderLock lock(mutex_);
  MDB_envinfo info;
  MDB_stat stat;
  if (mdb_env_info(map_->env, &info) != 0 || mdb_env_stat(map_->env, &stat) != 0) return 0;
  return (info.me_last_pgno + 1) * stat.ms_psize;
}

}  // namespace rootstream
