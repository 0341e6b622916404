// S3Upload: an object on its way into a bucket. Its bytes wait in a temporary file of this machine; a large one is sent
// in parts (S3's multipart upload), so that a failure repeats a part. Used by one thread at a time.
#pragma once

#include <functional>
#include <string>

#include "base/spool.h"
#include "store/objects/object_store.h"
#include "store/s3/client.h"

namespace rootstream {

class S3Upload : public Upload {
 public:
  // `may_write`: asked before the object gets its name.
  static Result<std::unique_ptr<Upload>> Begin(const S3Client& client, std::function<Status()> may_write);

  Status Append(std::string_view bytes) override;
  Status Restart() override;
  Result<std::string> ReadBack(uint64_t offset, size_t size) override;
  Status Commit(const std::string& name) override;

 private:
  S3Upload(const S3Client& client, std::function<Status()> may_write, Spool spool)
      : client_(client), may_write_(std::move(may_write)), spool_(std::move(spool)) {}
  Status PutWhole(const std::string& name);
  Status PutInParts(const std::string& name);
  Result<std::string> PutParts(const std::string& name, const std::string& id);  // the list of them, as XML

  const S3Client& client_;
  const std::function<Status()> may_write_;
  Spool spool_;
};

// How long proxies and browsers may keep an object: docs/format.md.
std::string CacheControlOf(const std::string& name);

}  // namespace rootstream
