// FolderStore: a store in a folder of a local disk, which any web server can serve. Any thread may call any method.
//
// An object is written to a file of its own in tmp/, synced, renamed, and its folder synced. Such files are locked
// (flock(2)) while they are written, so that a clean-up does not remove them. Files: lock, lock.refs (held
// while a ref is replaced), tmp/new-XXXXXX, tmp/part-NAME (resumable), NAME~XXXXXX (a replacement).
#pragma once

#include "base/file_io.h"
#include "store/objects/object_store.h"

namespace rootstream {

class FolderStore : public ObjectStore {
 public:
  // Opens an existing store, recognised by its mark (store_mark.h) or contents. kInvalid: the folder is not a store.
  // kMissing: there is no such folder.
  static Result<std::unique_ptr<FolderStore>> Open(const std::string& path);
  // As above, but creates a store, with its mark, if the folder is missing or empty.
  static Result<std::unique_ptr<FolderStore>> OpenOrCreate(const std::string& path);

  const std::string& path() const { return path_; }
  std::string Shown(const std::string& name) const override { return name.empty() ? path_ : PathOf(name); }
  Result<std::string> Get(const std::string& name, uint64_t offset, size_t size) const override;
  Result<std::vector<ObjectInfo>> List(const std::string& folder) const override;
  Result<std::unique_ptr<Upload>> Put(const std::string& resume) override;
  bool Renew(const std::string& name, uint64_t size) override;
  Result<bool> Replace(const std::string& name, const Bytes& was, const Bytes& now) override;
  Status Delete(const std::vector<ObjectInfo>& objects, const Next& next) override;
  Result<Leftovers> FindLeftovers(std::chrono::system_clock::time_point before,
                                  const std::set<std::string>& going) const override;
  void RemoveFolders(const std::vector<std::string>& folders) override;
  void RemoveAbandonedUploads() override;
  Result<bool> TryLock(StoreLock kind) override;
  Result<ReaderAddress> ForReaders() const override;

 private:
  explicit FolderStore(std::string path) : path_(std::move(path)) {}
  std::string PathOf(const std::string& name) const { return path_ + "/" + name; }
  Status ListBelow(const std::string& folder, std::vector<ObjectInfo>& found) const;
  Status FindUploads(const std::string& folder, bool (*is_ours)(const std::string& name),
                     std::chrono::system_clock::time_point before, std::vector<ObjectInfo>& found) const;

  const std::string path_;
  UniqueFd lock_;
};

}  // namespace rootstream
