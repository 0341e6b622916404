#include "store/objects/dry_run_store.h"

#include <algorithm>

namespace rootstream {
namespace {

constexpr size_t kPiece = 1 << 20;         // bytes
constexpr size_t kMaxReplaced = 16 << 20;  // bytes of an object that Replace() is for

}  // namespace

class DryRunStore::DryUpload : public Upload {
 public:
  DryUpload(DryRunStore& store, Spool spool) : store_(store), spool_(std::move(spool)) {}

  Status Append(std::string_view bytes) override {
    RS_CHECK(spool_.Append(bytes));
    return Ok();
  }
  Status Restart() override {
    RS_TRY(spool_, Spool::Create());
    return Ok();
  }
  Result<std::string> ReadBack(uint64_t offset, size_t size) override {
    const uint64_t end = spool_.size();
    return spool_.Read(std::min(offset, end),
                       static_cast<size_t>(std::min<uint64_t>(size, end - std::min(offset, end))));
  }
  Status Commit(const std::string& name) override { return store_.Write(name, spool_); }

 private:
  DryRunStore& store_;
  Spool spool_;
};

Result<std::unique_ptr<DryRunStore>> DryRunStore::Over(std::unique_ptr<ObjectStore> base, std::string shown) {
  RS_TRY(Spool spool, Spool::Create());
  return std::unique_ptr<DryRunStore>(new DryRunStore(std::move(base), std::move(shown), std::move(spool)));
}

Status DryRunStore::Write(const std::string& name, Spool& bytes) {
  const MutexLock lock(mutex_);
  Written written{.offset = spool_.size(), .size = bytes.size()};
  for (uint64_t at = 0; at < written.size; at += kPiece) {
    RS_TRY(const std::string piece, bytes.Read(at, static_cast<size_t>(std::min<uint64_t>(kPiece, written.size - at))));
    RS_CHECK(spool_.Append(piece));
  }
  written_[name] = written;
  return Ok();
}

Result<std::string> DryRunStore::Get(const std::string& name, uint64_t offset, size_t size) const {
  {
    const MutexLock lock(mutex_);
    if (const auto found = written_.find(name); found != written_.end()) {
      const Written& written = found->second;
      if (written.is_removed) return Missing(Shown(name) + ": not there");
      if (offset >= written.size) return std::string();
      return spool_.Read(written.offset + offset, static_cast<size_t>(std::min<uint64_t>(size, written.size - offset)));
    }
  }
  if (base_ == nullptr) return Missing(Shown(name) + ": not there");
  return base_->Get(name, offset, size);
}

Result<std::vector<ObjectInfo>> DryRunStore::List(const std::string& folder) const {
  std::map<std::string, ObjectInfo> found;
  if (base_ != nullptr) {
    auto below = base_->List(folder);
    if (!below.ok() && below.error().kind != ErrorKind::kMissing) return below;
    if (below.ok())
      for (ObjectInfo& object : *below) found[object.name] = std::move(object);
  }
  const MutexLock lock(mutex_);
  for (const auto& [name, written] : written_) {
    if (!name.starts_with(folder + "/")) continue;
    found[name] = {name, written.size, written.time};
    if (written.is_removed) found.erase(name);
  }
  std::vector<ObjectInfo> objects;
  for (auto& [name, object] : found) objects.push_back(std::move(object));
  return objects;
}

Result<std::unique_ptr<Upload>> DryRunStore::Put(const std::string&) {
  RS_TRY(Spool spool, Spool::Create());
  return std::unique_ptr<Upload>(new DryUpload(*this, std::move(spool)));
}

// Looks at the last byte, and sets no time.
bool DryRunStore::Renew(const std::string& name, uint64_t size) {
  const auto last = Get(name, size == 0 ? 0 : size - 1, 1);
  return last.ok() && (size == 0 || last->size() == 1);
}

Result<bool> DryRunStore::Replace(const std::string& name, const Bytes& was, const Bytes& now) {
  const auto there = Get(name, 0, kMaxReplaced);
  if (!there.ok() && there.error().kind != ErrorKind::kMissing) return there.error();
  if (there.ok() ? was != *there : was.has_value()) return false;
  RS_TRY(Spool spool, Spool::Create());
  if (now) RS_CHECK(spool.Append(*now));
  RS_CHECK(Write(name, spool));
  const MutexLock lock(mutex_);
  written_[name].is_removed = !now;
  return true;
}

Status DryRunStore::Delete(const std::vector<ObjectInfo>&, const Next&) {
  return Failed(shown_ + ": a dry run deletes nothing");
}

Result<ObjectStore::Leftovers> DryRunStore::FindLeftovers(std::chrono::system_clock::time_point,
                                                          const std::set<std::string>&) const {
  return Leftovers{};
}

}  // namespace rootstream
