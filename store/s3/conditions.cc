#include "store/s3/conditions.h"

#include <algorithm>

namespace rootstream {
namespace {

constexpr int kPreconditionFailed = 412;
constexpr const char* kNoTag = "\"00000000000000000000000000000000\"";

}  // namespace

std::string S3Conditions::Header(const std::string& etag) const {
  if (etag.empty()) return "If-None-Match: *";
  std::string bare = etag;
  std::erase(bare, '"');
  return "If-Match: " + (are_tags_quoted ? "\"" + bare + "\"" : bare);
}

Result<S3Conditions> S3Conditions::Of(const S3Client& client, const std::string& name) {
  RS_TRY(const S3Answer there, client.Do({.name = name}));
  if (!there.ok()) return client.ErrorOf(there, name);
  const auto put = [&](const std::string& header) {
    return client.Do({.method = "PUT", .name = name, .headers = {header}, .body = there.body});
  };
  S3Conditions conditions;
  for (const std::string& never : {conditions.Header(""), conditions.Header(kNoTag)}) {
    RS_TRY(const S3Answer answer, put(never));
    if (answer.status != kPreconditionFailed) return conditions;
  }
  for (const bool quoted : {true, false}) {
    conditions.are_tags_quoted = quoted;
    RS_TRY(const S3Answer answer, put(conditions.Header(there.etag)));
    conditions.are_kept = answer.ok();
    if (conditions.are_kept) break;
  }
  return conditions;
}

}  // namespace rootstream
