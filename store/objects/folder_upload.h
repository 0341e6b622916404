// An Upload into a store that is a folder: a file in its tmp/ until it has its name. Used by one thread at a time.
#pragma once

#include "base/file_io.h"
#include "store/objects/object_store.h"

namespace rootstream {

class FolderUpload : public Upload {
 public:
  // `store`: its path. `resume`: the name to go on with, or empty.
  static Result<std::unique_ptr<FolderUpload>> Begin(const std::string& store, const std::string& resume);
  ~FolderUpload() override;

  Status Append(std::string_view bytes) override;
  Status Restart() override;
  Result<std::string> ReadBack(uint64_t offset, size_t size) override;
  Status Commit(const std::string& name) override;

 private:
  FolderUpload(std::string store, std::string path, UniqueFd file, bool stays)
      : store_(std::move(store)), path_(std::move(path)), file_(std::move(file)), stays_(stays) {}
  Status Flush();

  const std::string store_;
  const std::string path_;  // of the file in tmp/
  UniqueFd file_;           // until it has its name
  const bool stays_;        // when it is interrupted
  uint64_t written_ = 0;
  std::string pending_;  // not yet written
};

}  // namespace rootstream
