// ObjectStore: where a store's objects lie, as those who write and keep one see it. Five verbs on names: get, list, put
// once, replace if unchanged, delete. FolderStore is a folder of a local disk; another medium is another file beside
// it. What names and bytes mean is above: store.h.
//
// A name is a path below the store, "manifests/0a12...". Any thread may call any method.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rootstream {

struct ObjectInfo {
  std::string name;
  uint64_t size = 0;                           // bytes
  std::chrono::system_clock::time_point time;  // of its put, or of its last renewal
};

// An object on its way in. One that is destroyed before its Commit() is gone, or kept for the next attempt: see Put().
// Used by one thread at a time.
class Upload {
 public:
  virtual ~Upload() = default;
  virtual Status Append(std::string_view bytes) = 0;
  virtual Status Restart() = 0;  // forgets all bytes
  // What an earlier attempt left, from the beginning: `size` bytes at `offset`, fewer where they end.
  virtual Result<std::string> ReadBack(uint64_t offset, size_t size) = 0;
  // After this, crash or not, the object is there under its name, whole. An object of this name is replaced.
  virtual Status Commit(const std::string& name) = 0;
};

// Publishers hold a store's lock shared, gc alone: so nothing that a publisher counts on is removed under it.
enum class StoreLock { kShared, kExclusive };

class ObjectStore {
 public:
  // What interrupted writers left behind, and what will hold nothing any more.
  struct Leftovers {
    std::vector<ObjectInfo> uploads;
    std::vector<std::string> folders;
  };

  virtual ~ObjectStore() = default;
  // What a person calls the store, or an object of it: a path or a URL, without secrets. For messages only.
  virtual std::string Shown(const std::string& name = {}) const = 0;

  // Get: bytes [offset, offset + size), fewer where the object ends. kMissing, kFailed.
  virtual Result<std::string> Get(const std::string& name, uint64_t offset, size_t size) const = 0;
  // List: all objects below a top folder ("packs"), sorted by name, whoever put them there. kMissing: there is no such
  // folder. An error if any part of it cannot be read: what is not listed would seem not to be needed.
  virtual Result<std::vector<ObjectInfo>> List(const std::string& folder) const = 0;
  // Put once: an object that is named when all of it has come. Where `resume` is a name, bytes stay if the upload is
  // interrupted, and the next one that gives this name goes on with them.
  virtual Result<std::unique_ptr<Upload>> Put(const std::string& resume = {}) = 0;
  // The same for one that may be there already, with at least `size` bytes: true, and its time is the present.
  virtual bool Renew(const std::string& name, uint64_t size) = 0;
  // Replace if unchanged: true, and the object has these bytes, if it had the bytes `was` until then, or was not there
  // (nullopt). Everybody sees the old or the new bytes.
  virtual Result<bool> Replace(const std::string& name, const std::optional<std::string>& was,
                               std::string_view bytes) = 0;
  // Delete: those that are still as they were listed; what was renewed or replaced since stays. Whether they are gone
  // survives a crash when this returns. `next` is called before each; it stops the rest with an error.
  using Next = std::function<Status(const ObjectInfo& object)>;
  virtual Status Delete(const std::vector<ObjectInfo>& objects, const Next& next) = 0;

  // Leftovers last touched before `before`, none of them in use. `going`: objects that will have been deleted.
  virtual Result<Leftovers> FindLeftovers(std::chrono::system_clock::time_point before,
                                          const std::set<std::string>& going) const = 0;
  virtual void RemoveFolders(const std::vector<std::string>& folders) = 0;  // those that are empty
  virtual void RemoveAbandonedUploads() = 0;  // needs the lock; those that may be resumed stay

  // Until the ObjectStore ends. False: somebody holds it otherwise.
  virtual Result<bool> TryLock(StoreLock kind) = 0;
};

}  // namespace rootstream
