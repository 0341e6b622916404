#include "cache/segment_index.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mutex>
#include <utility>

#include "cache/file_io.h"
#include "format/bytes.h"

namespace rootstream {
namespace {

std::string IndexPath(const std::string& folder) { return folder + "/index"; }
std::string SealPath(const std::string& folder) { return folder + "/index.seal"; }

Result<Id> HashFile(const std::string& path) {
  RS_TRY(const UniqueFd fd, OpenFile(path, O_RDONLY));
  Sha256Stream hash;
  std::string piece(256 * 1024, '\0');
  for (uint64_t at = 0;; at += piece.size()) {
    const int64_t n = ReadFullyAt(fd.get(), piece, at);
    if (n < 0) return ErrnoError("cannot read", path);
    hash.Update(std::string_view(piece).substr(0, n));
    if (n < static_cast<int64_t>(piece.size())) return hash.Finish();
  }
}

std::string SealText(const Id& hash, const std::string& stamp) {
  return "rootstream index seal 1\n" + hash.Hex() + "\n" + stamp + "\n";
}

bool SealHolds(const std::string& folder, const std::string& stamp) {
  const auto seal = ReadWholeFile(SealPath(folder), 64 * 1024);
  const auto hash = HashFile(IndexPath(folder));
  return seal.ok() && hash.ok() && *seal == SealText(*hash, stamp);
}

MDB_val Value(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string EncodePlace(const SegmentPlace& place) {
  Encoder out;
  out.U32(place.segment);
  out.U32(place.stored_size);
  out.U64(place.offset);
  return out.Take();
}

std::optional<SegmentPlace> DecodePlace(const MDB_val& value) {
  Decoder in({static_cast<const char*>(value.mv_data), value.mv_size});
  SegmentPlace place;
  place.segment = in.U32();
  place.stored_size = in.U32();
  place.offset = in.U64();
  if (!in.AtEnd()) return std::nullopt;
  return place;
}

Error MapError(const std::string& what, int code) {
  return Failed("cache index: " + what + ": " + mdb_strerror(code));
}

}  // namespace

struct SegmentIndex::Map {
  MDB_env* env = nullptr;
  MDB_dbi table = 0;
  ~Map() {
    if (env != nullptr) mdb_env_close(env);
  }

  Status Write(const Changes& changes);  // all or none

  Status Open(const std::string& path, size_t map_size) {
    int code = mdb_env_create(&env);
    if (code == 0) code = mdb_env_set_mapsize(env, map_size);
    // One process, our own lock: no lock file, no reader table. Never synced: the file is private.
    if (code == 0)
      code = mdb_env_open(env, path.c_str(),
                          MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC | MDB_NOTLS | MDB_NORDAHEAD, 0600);
    if (code != 0) return MapError("cannot open " + path, code);
    MDB_txn* txn = nullptr;
    code = mdb_txn_begin(env, nullptr, 0, &txn);
    if (code == 0) code = mdb_dbi_open(txn, nullptr, 0, &table);
    if (code == 0) code = mdb_txn_commit(txn);
    if (code != 0) return MapError("cannot begin", code);
    return Ok();
  }
};

SegmentIndex::SegmentIndex(std::unique_ptr<Map> map, bool was_sealed)
    : map_(std::move(map)), was_sealed_(was_sealed) {}
SegmentIndex::~SegmentIndex() = default;

Result<std::unique_ptr<SegmentIndex>> SegmentIndex::Open(const std::string& folder,
                                                         const std::string& stamp, size_t map_size,
                                                         bool take_sealed) {
  const std::string path = folder + "/index.use-" + std::to_string(getpid());
  const bool sealed = take_sealed && SealHolds(folder, stamp);
  if (take_sealed) unlink(SealPath(folder).c_str());
  const bool took = sealed && rename(IndexPath(folder).c_str(), path.c_str()) == 0;
  if (take_sealed && !took) unlink(IndexPath(folder).c_str());
  auto map = std::make_unique<Map>();
  const Status opened = map->Open(path, map_size);
  unlink(path.c_str());
  if (opened.ok()) return std::unique_ptr<SegmentIndex>(new SegmentIndex(std::move(map), took));
  // Where nothing can be written (a full or read-only disk), the index lives in memory.
  const UniqueFd memory(memfd_create("rootstream-index", MFD_CLOEXEC));
  map = std::make_unique<Map>();
  RS_CHECK(map->Open("/proc/self/fd/" + std::to_string(memory.get()), map_size));
  return std::unique_ptr<SegmentIndex>(new SegmentIndex(std::move(map), false));
}

std::optional<SegmentPlace> SegmentIndex::Find(const Id& id) const {
  const std::shared_lock lock(mutex_);
  return FindLocked(id);
}

std::optional<SegmentPlace> SegmentIndex::FindLocked(const Id& id) const {
  if (const auto change = pending_.find(id); change != pending_.end()) return change->second;
  MDB_txn* txn = nullptr;
  if (mdb_txn_begin(map_->env, nullptr, MDB_RDONLY, &txn) != 0) return std::nullopt;
  MDB_val key = Value(id.view()), value;
  std::optional<SegmentPlace> place;
  if (mdb_get(txn, map_->table, &key, &value) == 0) place = DecodePlace(value);
  mdb_txn_abort(txn);
  return place;
}

Status SegmentIndex::Put(const Id& id, const SegmentPlace& place) {
  const std::unique_lock lock(mutex_);
  pending_[id] = place;
  return pending_.size() < kBatch ? Ok() : FlushLocked();
}

void SegmentIndex::Remove(const Id& id, const SegmentPlace& place) {
  const std::unique_lock lock(mutex_);
  if (FindLocked(id) != place) return;
  pending_[id] = std::nullopt;
  if (pending_.size() >= kBatch) (void)FlushLocked();  // what stays in the table leads to a miss
}

Status SegmentIndex::FlushLocked() {
  const Status written = map_->Write(std::exchange(pending_, {}));
  lost_some_ = lost_some_ || !written.ok();
  return written;
}

Status SegmentIndex::Map::Write(const Changes& changes) {
  MDB_txn* txn = nullptr;
  int code = mdb_txn_begin(env, nullptr, 0, &txn);
  if (code != 0) return MapError("cannot write", code);
  for (const auto& [id, place] : changes) {
    MDB_val key = Value(id.view());
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

Status SegmentIndex::Seal(const std::string& folder, const std::string& stamp) {
  const std::string path = IndexPath(folder);
  unlink(path.c_str());
  {
    RS_TRY(const UniqueFd fd, OpenFile(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
    const std::unique_lock lock(mutex_);
    RS_CHECK(FlushLocked());
    if (lost_some_) return Failed("cache index: changes were lost");
    if (const int code = mdb_env_copyfd2(map_->env, fd.get(), MDB_CP_COMPACT); code != 0)
      return MapError("cannot seal", code);
    if (fsync(fd.get()) != 0) return ErrnoError("cannot sync", path);
  }
  RS_TRY(const Id hash, HashFile(path));
  return WriteFileAtomically(SealPath(folder), SealText(hash, stamp), 0600);
}

uint64_t SegmentIndex::FileSize() const {
  const std::shared_lock lock(mutex_);
  MDB_envinfo info;
  MDB_stat stat;
  if (mdb_env_info(map_->env, &info) != 0 || mdb_env_stat(map_->env, &stat) != 0) return 0;
  return (info.me_last_pgno + 1) * stat.ms_psize;
}

}  // namespace rootstream
