// StoreFolder: a store on a local disk, as its publishers and its operator see it.
//
// Everything is written in an order that is safe at any crash: a pack through a temporary file that
// is synced and renamed, then the manifest, then the ref. Publishers hold the lock shared, gc
// alone, so nothing that a publisher counts on is removed under it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/file_io.h"
#include "format/image_name.h"
#include "format/object_ref.h"
#include "format/ref.h"

namespace rootstream {

enum class StoreLock { kShared, kExclusive };

class StoreFolder {
 public:
  // An existing store, known by its mark (store_mark.h) or by what it holds. kInvalid: the folder is none.
  // kMissing: there is no such folder.
  static Result<StoreFolder> Open(const std::string& path);
  // The same, or a new one in a folder that is missing or empty. It has its mark then.
  static Result<StoreFolder> OpenOrCreate(const std::string& path);

  const std::string& path() const { return path_; }
  std::string PathOf(const std::string& relative) const { return path_ + "/" + relative; }

  // Until the StoreFolder ends. Waits for who holds it otherwise.
  Status Lock(StoreLock kind);
  Result<bool> TryLock(StoreLock kind);  // false: somebody holds it otherwise
  Status WriteMark() const;  // unless it is there
  // Removes what crashed publishers left in tmp/, by the names that they give. Needs the lock.
  void CleanTemporary() const;
  // A new file in tmp/, locked as long as it is open, so that CleanTemporary leaves it alone.
  Result<std::pair<UniqueFd, std::string>> CreateTemporary() const;

  Result<std::vector<ImageName>> ListImages() const;
  Result<std::vector<Id>> ListPacks() const;
  Result<std::vector<Id>> ListManifests() const;
  Result<std::string> ReadRef(const ImageName& image) const;  // kMissing
  // The plain bytes of an object, verified. kMissing, kCorrupt.
  Result<std::string> ReadObject(const ObjectRef& ref) const;
  // True and its time renewed: the pack is there with at least `size` bytes.
  bool RenewPack(const Id& pack, uint64_t size) const;

  // Gives a temporary file, which is whole and has this hash, its name.
  Status CommitPack(const UniqueFd& file, const std::string& temporary, const Id& pack) const;
  Status WriteManifest(const std::string& manifest) const;
  // Calls `make` with the serial of the ref that is there (0: none) and writes what it returns. One
  // publisher of the store at a time. The manifest that was replaced gets the present time: gc
  // keeps what no ref names any more for a while after that, for mounts that are open and for a way
  // back.
  Status ReplaceRef(const ImageName& image,
                    const std::function<Result<std::string>(uint64_t last_serial)>& make) const;
  // images.list: the names of all images, for menus.
  Status WriteImageList() const;

 private:
  explicit StoreFolder(std::string path) : path_(std::move(path)) {}
  void RenewManifest(const Id& manifest) const;
  Result<std::vector<Id>> ListIds(const std::string& folder) const;
  std::string path_;
  UniqueFd lock_;
};

}  // namespace rootstream
