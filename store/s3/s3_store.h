// S3Store: a store in a bucket of Amazon S3 or of a service that speaks its protocol. Any thread may call any method.
//
// What differs from a folder: a lock is a lease (leases.h); an upload that was interrupted begins anew; a ref that was
// deleted stays as kDeletedRef (format/ref.h) until gc, since most services do not delete under a condition.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "base/mutex.h"
#include "store/objects/object_store.h"
#include "store/s3/client.h"
#include "store/s3/conditions.h"
#include "store/s3/leases.h"

namespace rootstream {

class S3Store : public ObjectStore {
 public:
  // kMissing: nothing is there; kInvalid: it is not a store.
  static Result<std::unique_ptr<S3Store>> Open(const std::string& url, const S3Options& options);
  // As above, but creates a store, with its mark, where there is nothing.
  static Result<std::unique_ptr<S3Store>> OpenOrCreate(const std::string& url, const S3Options& options);

  std::string Shown(const std::string& name) const override { return client_.location().Shown(name); }
  Result<std::string> Get(const std::string& name, uint64_t offset, size_t size) const override;
  Result<std::vector<ObjectInfo>> List(const std::string& folder) const override;
  Result<std::unique_ptr<Upload>> Put(const std::string& resume) override;
  bool Renew(const std::string& name, uint64_t size) override;
  Result<bool> Replace(const std::string& name, const Bytes& was, const Bytes& now) override;
  Status Delete(const std::vector<ObjectInfo>& objects, const Next& next) override;
  Result<Leftovers> FindLeftovers(std::chrono::system_clock::time_point before,
                                  const std::set<std::string>& going) const override;
  void RemoveFolders(const std::vector<std::string>&) override {}  // there are none
  void RemoveAbandonedUploads() override {}                        // they lie where they were begun
  Result<bool> TryLock(StoreLock kind) override;
  Result<ReaderAddress> ForReaders() const override;

 private:
  S3Store(S3Location location, S3Settings settings) : client_(std::move(location), std::move(settings)) {}
  static Result<std::unique_ptr<S3Store>> Connect(const std::string& url, const S3Options& options);
  Result<bool> HasMark() const;
  bool IsListedAndYoung(const std::string& name, uint64_t size);
  Status AddUploads(std::chrono::system_clock::time_point before, Leftovers& found) const;
  Result<S3Conditions> Conditions() RS_REQUIRES(turn_);
  Status CheckLease() const;
  Status DeleteUpload(const std::string& name, const std::string& id) const;

  const S3Client client_;
  Mutex turn_;  // one thread replaces at a time
  std::optional<S3Conditions> conditions_ RS_GUARDED_BY(turn_);
  Mutex listed_;
  std::optional<std::map<std::string, uint64_t>> packs_ RS_GUARDED_BY(listed_);  // young ones, with their sizes
  std::unique_ptr<Lease> lease_;  // set before other threads use the store
};

}  // namespace rootstream
