// DryRunStore: a store to which nothing is written. What is put, replaced or removed lies in a temporary file, in front
// of the store's own objects, so that whoever reads back finds it. Any thread may call any method.
#pragma once

#include <map>

#include "base/mutex.h"
#include "base/spool.h"
#include "store/objects/object_store.h"

namespace rootstream {

class DryRunStore : public ObjectStore {
 public:
  // `base`: the store; nullptr: there is none yet. `shown`: its name, for messages.
  static Result<std::unique_ptr<DryRunStore>> Over(std::unique_ptr<ObjectStore> base, std::string shown);

  std::string Shown(const std::string& name) const override { return name.empty() ? shown_ : shown_ + "/" + name; }
  Result<std::string> Get(const std::string& name, uint64_t offset, size_t size) const override;
  Result<std::vector<ObjectInfo>> List(const std::string& folder) const override;
  Result<std::unique_ptr<Upload>> Put(const std::string& resume) override;
  bool Renew(const std::string& name, uint64_t size) override;
  Result<bool> Replace(const std::string& name, const Bytes& was, const Bytes& now) override;
  Status Delete(const std::vector<ObjectInfo>& objects, const Next& next) override;
  Result<Leftovers> FindLeftovers(std::chrono::system_clock::time_point before,
                                  const std::set<std::string>& going) const override;
  void RemoveFolders(const std::vector<std::string>&) override {}
  void RemoveAbandonedUploads() override {}
  Result<bool> TryLock(StoreLock kind) override { return base_ == nullptr ? true : base_->TryLock(kind); }
  Result<ReaderAddress> ForReaders() const override { return Failed(shown_ + ": a dry run has no readers"); }

 private:
  class DryUpload;
  struct Written {
    uint64_t offset = 0, size = 0;
    bool is_removed = false;
    std::chrono::system_clock::time_point time = std::chrono::system_clock::now();
  };

  DryRunStore(std::unique_ptr<ObjectStore> base, std::string shown, Spool spool)
      : base_(std::move(base)), shown_(std::move(shown)), spool_(std::move(spool)) {}
  Status Write(const std::string& name, Spool& bytes);

  const std::unique_ptr<ObjectStore> base_;
  const std::string shown_;
  mutable Mutex mutex_;
  mutable Spool spool_ RS_GUARDED_BY(mutex_);
  std::map<std::string, Written> written_ RS_GUARDED_BY(mutex_);
};

}  // namespace rootstream
