// A pack on its way into a store, under its name when all of it has come and has its hash. A later process goes on with
// one that was interrupted, where the store can. Not thread-safe.
#pragma once

#include "server-tools/downloads.h"
#include "store/store.h"

namespace rootstream {

class PackDownload : public Download {
 public:
  PackDownload(const Store& store, const Id& id) : store_(store), id_(id), path_(PackPath(id)) {}

  const std::string& path() const override { return path_; }
  uint64_t limit() const override;
  Result<uint64_t> Begin() override;
  Status Restart() override;
  Status Take(std::string_view bytes) override;
  Status Finish() override;

 private:
  Status ReadWhatIsThere();

  const Store& store_;
  const Id id_;
  const std::string path_;
  std::unique_ptr<Upload> upload_;
  Sha256Stream hash_;  // of the first size_ bytes
  uint64_t size_ = 0;
};

}  // namespace rootstream
