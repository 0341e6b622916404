// S3Location: a store in a bucket, "s3://BUCKET/PREFIX", and the URLs of its objects. Values.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/s3/settings.h"

namespace rootstream {

using S3Query = std::vector<std::pair<std::string, std::string>>;

bool IsS3Url(std::string_view text);

struct S3Location {
  std::string bucket;
  std::string prefix;    // empty, or ends with '/'
  std::string endpoint;  // "https://host:port"
  bool is_path_style = false;

  // kInvalid: `text` or a setting is malformed.
  static Result<S3Location> Parse(std::string_view text, const S3Settings& settings);

  std::string Key(std::string_view name) const { return prefix + std::string(name); }
  // "s3://bucket/prefix/name", for messages.
  std::string Shown(std::string_view name = {}) const;
  // The URL of a key, or of the bucket where `key` is empty. The query is sorted as a signature needs it (AWS
  // Signature Version 4, "Create a canonical request").
  std::string Url(std::string_view key, S3Query query = {}) const;
  std::string StoreUrl() const;  // the store's, as readers of images know it
};

}  // namespace rootstream
