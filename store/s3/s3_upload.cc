#include "store/s3/s3_upload.h"

#include "store/s3/answers.h"

namespace rootstream {
namespace {

constexpr uint64_t kLargestWhole = 16 << 20;  // bytes
constexpr uint64_t kPart = 8 << 20;           // bytes; S3 takes parts from 5 MiB on

}  // namespace

std::string CacheControlOf(const std::string& name) {
  const bool is_immutable = name.starts_with("packs/") || name.starts_with("manifests/");
  return is_immutable ? "Cache-Control: public, max-age=31536000, immutable" : "Cache-Control: public, max-age=30";
}

Result<std::unique_ptr<Upload>> S3Upload::Begin(const S3Client& client, std::function<Status()> may_write) {
  RS_TRY(Spool spool, Spool::Create());
  return std::unique_ptr<Upload>(new S3Upload(client, std::move(may_write), std::move(spool)));
}

Status S3Upload::Append(std::string_view bytes) {
  RS_CHECK(spool_.Append(bytes));
  return Ok();
}

Status S3Upload::Restart() {
  RS_TRY(spool_, Spool::Create());
  return Ok();
}

Result<std::string> S3Upload::ReadBack(uint64_t offset, size_t size) {
  if (offset >= spool_.size()) return std::string();
  return spool_.Read(offset, std::min<uint64_t>(size, spool_.size() - offset));
}

Status S3Upload::Commit(const std::string& name) {
  return spool_.size() <= kLargestWhole ? PutWhole(name) : PutInParts(name);
}

Status S3Upload::PutWhole(const std::string& name) {
  RS_TRY(const std::string bytes, spool_.Read(0, spool_.size()));
  RS_CHECK(may_write_());
  RS_TRY(const S3Answer answer,
         client_.Do({.method = "PUT", .name = name, .headers = {CacheControlOf(name)}, .body = bytes}));
  return answer.ok() ? Ok() : client_.ErrorOf(answer, name);
}

Status S3Upload::PutInParts(const std::string& name) {
  RS_TRY(const S3Answer begun,
         client_.Do({.method = "POST", .name = name, .query = {{"uploads", ""}}, .headers = {CacheControlOf(name)}}));
  if (!begun.ok()) return client_.ErrorOf(begun, name);
  const auto id = ParseUploadId(begun.body);
  if (!id.ok()) return Of(client_.location().Shown(name), id.error());
  const auto parts = PutParts(name, *id);
  const Status may_write = parts.ok() ? may_write_() : parts.error();
  if (may_write.ok()) {
    RS_TRY(const S3Answer done,
           client_.Do({.method = "POST", .name = name, .query = {{"uploadId", *id}}, .body = *parts}));
    // An attempt of which the answer was lost has made the object.
    const bool was_made_before = done.status == 404 && done.was_tried_again;
    if ((done.ok() && IsDone(done.body)) || was_made_before) return Ok();
    return client_.ErrorOf(done, name);
  }
  (void)client_.Do({.method = "DELETE", .name = name, .query = {{"uploadId", *id}}, .is_farewell = true});
  return may_write;
}

Result<std::string> S3Upload::PutParts(const std::string& name, const std::string& id) {
  std::string list = "<CompleteMultipartUpload>";
  int number = 0;
  for (uint64_t at = 0; at < spool_.size(); at += kPart) {
    RS_TRY(const std::string part, spool_.Read(at, std::min(kPart, spool_.size() - at)));
    const std::string text = std::to_string(++number);
    RS_TRY(
        const S3Answer answer,
        client_.Do({.method = "PUT", .name = name, .query = {{"partNumber", text}, {"uploadId", id}}, .body = part}));
    if (!answer.ok()) return client_.ErrorOf(answer, name);
    list += "<Part><PartNumber>" + text + "</PartNumber><ETag>" + answer.etag + "</ETag></Part>";
  }
  return list + "</CompleteMultipartUpload>";
}

}  // namespace rootstream
