// What an S3 service answers in XML. https://docs.aws.amazon.com/AmazonS3/latest/API/. Values; foreign bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/objects/object_store.h"

namespace rootstream {

struct S3Error {
  std::string code;     // "NoSuchKey"; empty: the answer is none
  std::string message;  // may be empty
  std::string region;   // the bucket's, where the service tells it
};
S3Error ParseS3Error(std::string_view xml);

struct S3Listing {
  std::vector<ObjectInfo> objects;  // names are whole keys
  std::string next;                 // continuation token; empty: these are all
};
Result<S3Listing> ParseListing(std::string_view xml);  // kCorrupt

struct S3Uploads {
  struct Each {
    std::string key, id;
    std::chrono::system_clock::time_point begun;
  };
  std::vector<Each> uploads;
  std::string next_key, next_id;  // markers; empty: these are all
};
Result<S3Uploads> ParseUploads(std::string_view xml);  // kCorrupt

Result<std::string> ParseUploadId(std::string_view xml);  // kCorrupt

// Whether the answer to a copy or to the completion of an upload, which may come with status 200, says that it was
// done.
bool IsDone(std::string_view xml);

}  // namespace rootstream
