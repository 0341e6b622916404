// CopySource: a store to copy from, as the URL at which the files of its images are read. A value.
#pragma once

#include <string>
#include <vector>

#include "cache/network/credentials.h"
#include "store/store.h"

namespace rootstream {

struct CopySource {
  std::string url;
  Credentials credentials;
  std::vector<ImageName> images;  // of a folder or a bucket; a web server tells them in images.list

  // `from`: a store's URL, its folder or bucket; `files`: credentials for a URL; `to`: the store that will be written.
  // kInvalid: they are the same, or one is not a store; kMissing.
  static Result<CopySource> Open(const StoreAddress& from, const CredentialFiles& files, const StoreAddress& to);
};

}  // namespace rootstream
