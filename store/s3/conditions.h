// Whether a service carries out writes only under the condition that they name (RFC 9110, 13.1: If-Match,
// If-None-Match), and how it wants an entity tag written. Some ignore conditions and overwrite.
#pragma once

#include <string>

#include "base/result.h"
#include "store/s3/client.h"

namespace rootstream {

struct S3Conditions {
  bool are_kept = false;
  bool are_tags_quoted = true;  // as the RFC wants; Ceph's gateway compares them without

  // Tries it on an object that may be written again with the bytes that it has.
  static Result<S3Conditions> Of(const S3Client& client, const std::string& name);

  // The header under which an object that has this entity tag (empty: is absent) may be replaced.
  std::string Header(const std::string& etag) const;
};

}  // namespace rootstream
