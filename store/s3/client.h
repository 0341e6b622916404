// S3Client: signed requests to one bucket, each tried again while the service does not answer. Connections are kept.
// Any thread may call any method; a call returns when its answer is complete.
//
// Signatures are libcurl's (CURLOPT_AWS_SIGV4). They cover the SHA-256 of the body, which the service checks.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/objects/object_store.h"
#include "store/s3/location.h"
#include "store/s3/settings.h"

namespace rootstream {

struct S3Request {
  std::string method = "GET";
  std::string name;  // an object of the store; empty: the bucket
  S3Query query;
  std::vector<std::string> headers;  // "Name: value"
  std::string_view body;
  uint64_t first = 0, size = 0;  // a range; size 0: everything
  bool is_farewell = false;      // clears up: tried once, for seconds, and also after an interrupt
};

struct S3Answer {
  int status = 0;  // of HTTP
  std::string body;
  std::string etag;              // with its quotes, if it has any
  uint64_t size = 0;             // Content-Length
  int64_t date = 0;              // the service's clock, seconds since 1970
  int64_t last_modified = 0;     // seconds since 1970
  bool was_tried_again = false;  // so an earlier attempt may have been carried out
  bool ok() const { return status / 100 == 2; }
};

class S3Client {
 public:
  S3Client(S3Location location, S3Settings settings);
  ~S3Client();

  const S3Location& location() const { return location_; }
  const S3Keys& keys() const { return settings_.keys; }
  // Any answer but "come later". kUnavailable: there was none within a minute; kFailed: interrupted by a signal.
  Result<S3Answer> Do(const S3Request& request) const;
  // The objects whose names begin with `prefix`, sorted by name, with names as of the store; at most `most`, if it is
  // not 0.
  struct Objects {
    std::vector<ObjectInfo> objects;
    int64_t date = 0;  // the service's clock, seconds since 1970; 0: it does not tell
  };
  Result<Objects> List(const std::string& prefix, size_t most = 0) const;
  // What an answer that is no success means, for the person at the terminal. kMissing: there is no such object.
  Error ErrorOf(const S3Answer& answer, const std::string& name) const;

 private:
  struct Handles;
  struct Attempt;
  void Prepare(Attempt& attempt, const S3Request& request) const;

  const S3Location location_;
  const S3Settings settings_;
  const std::unique_ptr<Handles> handles_;
};

}  // namespace rootstream
