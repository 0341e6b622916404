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
#include "base/s3_keys.h"

namespace rootstream {

struct ObjectInfo {
  std::string name;
  uint64_t size = 0;                           // bytes
  std::chrono::system_clock::time_point time;  // of its put, or of its last renewal
};

// An object that is being written. Without Commit() its bytes are discarded, or kept for the next attempt: see Put().
// Used by one thread at a time.
class Upload {
 public:
  virtual ~Upload() = default;
  virtual Status Append(std::string_view bytes) = 0;
  virtual Status Restart() = 0;  // forgets all bytes
  // Reads the bytes that an earlier attempt left: `size` bytes at `offset`, fewer at their end.
  virtual Result<std::string> ReadBack(uint64_t offset, size_t size) = 0;
  // Publishes the complete object under its name, and replaces an object of this name. Survives a crash when it
  // returns.
  virtual Status Commit(const std::string& name) = 0;
};

// Publishers hold the lock of a store shared, gc exclusive, so gc removes nothing that a running publisher relies on.
enum class StoreLock { kShared, kExclusive };

// How those who read a store's images reach it.
struct ReaderAddress {
  std::string url;             // http://, https:// or file://
  std::optional<S3Keys> keys;  // for a private bucket
};

class ObjectStore {
 public:
  // Files of interrupted writers, and folders that are empty or will be.
  struct Leftovers {
    std::vector<ObjectInfo> uploads;
    std::vector<std::string> folders;
  };

  virtual ~ObjectStore() = default;
  // The store, or an object of it, as a path or URL without secrets. For messages only.
  virtual std::string Shown(const std::string& name = {}) const = 0;

  // Get: reads bytes [offset, offset + size), fewer at the end of the object. kMissing, kFailed.
  virtual Result<std::string> Get(const std::string& name, uint64_t offset, size_t size) const = 0;
  // List: all objects below a folder ("packs", "versions/debian:12"), sorted by name. kMissing: there is no such
  // folder. Fails if any part cannot be read, since callers treat an object that is not listed as absent.
  virtual Result<std::vector<ObjectInfo>> List(const std::string& folder) const = 0;
  // Put once: writes an object, which gets its name at the end. If `resume` is given, the bytes of an interrupted
  // upload are kept, and the next upload with the same `resume` continues with them.
  virtual Result<std::unique_ptr<Upload>> Put(const std::string& resume = {}) = 0;
  // Sets the time of an object to the present, or nearly: a bucket leaves alone what is younger than an hour, since
  // that is a request. False if it is absent or has fewer than `size` bytes.
  virtual bool Renew(const std::string& name, uint64_t size) = 0;
  // Replace if unchanged: the object gets the bytes `now` (nullopt: is removed), and the answer is true, if it has the
  // bytes `was` (nullopt: is absent); else false. Readers see the old or the new bytes, never a mixture. Survives a
  // crash when it returns.
  using Bytes = std::optional<std::string>;
  virtual Result<bool> Replace(const std::string& name, const Bytes& was, const Bytes& now) = 0;
  // Delete: deletes the objects that are still as they were listed; those renewed or replaced since then stay. Survives
  // a crash when it returns. `next` is called before each object; an error of it stops the rest.
  using Next = std::function<Status(const ObjectInfo& object)>;
  virtual Status Delete(const std::vector<ObjectInfo>& objects, const Next& next) = 0;

  // Leftovers last changed before `before` and not in use. `going`: objects that the caller will delete first.
  virtual Result<Leftovers> FindLeftovers(std::chrono::system_clock::time_point before,
                                          const std::set<std::string>& going) const = 0;
  virtual void RemoveFolders(const std::vector<std::string>& folders) = 0;  // only empty ones
  virtual void RemoveAbandonedUploads() = 0;  // needs the lock; keeps those that may be resumed

  // Held until the ObjectStore is destroyed. False: another process holds it in a conflicting way.
  virtual Result<bool> TryLock(StoreLock kind) = 0;
  virtual Result<ReaderAddress> ForReaders() const = 0;
};

}  // namespace rootstream
