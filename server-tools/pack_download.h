// A pack on its way into a store: in a temporary file until all of it is there and has its hash.
// The file is named after the pack, so that a later process can go on with it.
#pragma once

#include "server-tools/downloads.h"
#include "store/store_folder.h"

namespace rootstream {

class PackDownload : public Download {
 public:
  PackDownload(const StoreFolder& store, const Id& id)
      : store_(store), id_(id), path_(PackPath(id)) {}
  ~PackDownload() override;

  const std::string& path() const override { return path_; }
  uint64_t limit() const override;
  Result<uint64_t> Begin() override;
  Status Restart() override;
  Status Take(std::string_view bytes) override;
  Status Finish() override;

 private:
  Status OpenTemporary();
  Status ReadWhatIsThere();

  const StoreFolder& store_;
  const Id id_;
  const std::string path_;
  UniqueFd file_;
  std::string temporary_;
  bool is_named_after_pack_ = false;
  Sha256Stream hash_;  // of the first size_ bytes
  uint64_t size_ = 0;
};

}  // namespace rootstream
