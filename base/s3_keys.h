// The keys by which requests to an object store are signed: AWS Signature Version 4. A value.
#pragma once

#include <string>

namespace rootstream {

struct S3Keys {
  std::string access_key, secret_key;
  std::string session_token;  // may be empty
  std::string region;
};

}  // namespace rootstream
