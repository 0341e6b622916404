// S3Settings: the keys and the place of a service that speaks S3, from the command line, the environment and the files
// of other S3 tools. Values.
//
// Names and order are those of the AWS tools: options, then environment variables, then ~/.aws/credentials, then
// ~/.aws/config. https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
#pragma once

#include <string>

#include "base/result.h"
#include "base/s3_keys.h"

namespace rootstream {

// What the command line says; empty: not said.
struct S3Options {
  std::string endpoint;  // "https://host:port"
  std::string region;
  std::string profile;
  std::string style;  // "path" or "virtual": where the bucket's name stands in URLs
};

struct S3Settings {
  std::string endpoint;  // empty: Amazon's, of the region
  std::string style;     // empty: "path" where an endpoint is given, else "virtual"
  std::string ca;        // file with certificates; empty: the system's
  S3Keys keys;           // without an access key, requests are not signed
};

// kInvalid: a file or value cannot be used; kMissing: there is no such profile.
Result<S3Settings> ReadS3Settings(const S3Options& options);

}  // namespace rootstream
