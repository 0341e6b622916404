#include "store/s3/s3_store.h"

#include <algorithm>

#include "base/url_text.h"
#include "format/ref.h"
#include "store/objects/store_mark.h"
#include "store/s3/answers.h"
#include "store/s3/s3_upload.h"

namespace rootstream {
namespace {

using std::chrono::system_clock;

constexpr int kNotFound = 404, kPreconditionFailed = 412, kNoSuchRange = 416, kNotImplemented = 501;
constexpr int64_t kRenewAfter = 3600;  // seconds; gc's time of grace is far longer
constexpr std::string_view kPacks = "packs/";
constexpr std::string_view kUploadId = "?uploadId=";  // after the name of an object: an upload of it

const std::string kMark(kStoreMark);

// By its size: a ref is larger.
bool IsDeleted(const ObjectInfo& object) {
  return object.name.starts_with("images/") && object.size == kDeletedRef.size();
}

}  // namespace

Result<std::unique_ptr<S3Store>> S3Store::Connect(const std::string& url, const S3Options& options) {
  RS_TRY(S3Settings settings, ReadS3Settings(options));
  RS_TRY(S3Location location, S3Location::Parse(url, settings));
  return std::unique_ptr<S3Store>(new S3Store(std::move(location), std::move(settings)));
}

Result<bool> S3Store::HasMark() const {
  const auto mark = Get(kMark, 0, kMaxStoreMark);
  if (!mark.ok() && mark.error().kind != ErrorKind::kMissing) return mark.error();
  return IsStoreMark(mark);
}

Result<std::unique_ptr<S3Store>> S3Store::Open(const std::string& url, const S3Options& options) {
  RS_TRY(auto store, Connect(url, options));
  RS_TRY(const bool has_mark, store->HasMark());
  if (has_mark) return store;
  RS_TRY(const S3Client::Objects some, store->client_.List("", 1));
  if (some.objects.empty()) return Missing(store->Shown("") + ": no store is there");
  return Invalid(store->Shown("") + ": not a store (it has no " + kMark + ")");
}

Result<std::unique_ptr<S3Store>> S3Store::OpenOrCreate(const std::string& url, const S3Options& options) {
  RS_TRY(auto store, Connect(url, options));
  RS_TRY(const bool has_mark, store->HasMark());
  if (has_mark) return store;
  RS_TRY(const S3Client::Objects some, store->client_.List("", 1));
  if (!some.objects.empty()) return Invalid(store->Shown("") + ": not a store, and not empty; nothing was written");
  RS_TRY(const auto upload, store->Put(""));
  RS_CHECK(upload->Append(StoreMarkText()));
  RS_CHECK(upload->Commit(kMark));
  return store;
}

Result<std::string> S3Store::Get(const std::string& name, uint64_t offset, size_t size) const {
  // Everything but packs is small. Of objects without bytes, some services send a part that is none.
  const bool is_large = name.starts_with(kPacks) && size > 0;
  RS_TRY(S3Answer answer, client_.Do({.name = name, .first = is_large ? offset : 0, .size = is_large ? size : 0}));
  if (answer.status == kNoSuchRange) return std::string();
  if (!answer.ok()) return client_.ErrorOf(answer, name);
  if (answer.body == kDeletedRef) return Missing(Shown(name) + ": it was deleted");
  if (answer.status == 200) answer.body.erase(0, offset);
  if (answer.body.size() > size) answer.body.resize(size);
  return std::move(answer.body);
}

Result<std::vector<ObjectInfo>> S3Store::List(const std::string& folder) const {
  RS_TRY(S3Client::Objects found, client_.List(folder + "/"));
  std::erase_if(found.objects, IsDeleted);
  return std::move(found.objects);
}

Result<std::unique_ptr<Upload>> S3Store::Put(const std::string& resume) {
  (void)resume;  // its bytes would be on this machine
  return S3Upload::Begin(client_, [this] { return CheckLease(); });
}

bool S3Store::Renew(const std::string& name, uint64_t size) {
  if (IsListedAndYoung(name, size)) return true;
  const auto there = client_.Do({.method = "HEAD", .name = name});
  if (!there.ok() || !there->ok() || there->size < size) return false;
  if (there->date - there->last_modified < kRenewAfter) return true;
  const std::string source = UriEncoded("/" + client_.location().bucket + "/" + client_.location().Key(name), true);
  (void)client_.Do(
      {.method = "PUT",  // refused: gc's grace time must be enough
       .name = name,
       .headers = {"x-amz-copy-source: " + source, "x-amz-metadata-directive: REPLACE", CacheControlOf(name)}});
  return true;
}

// A publish renews every pack that it uses again: a listing has a thousand for one request. While the lease is held,
// nothing that it names is deleted.
bool S3Store::IsListedAndYoung(const std::string& name, uint64_t size) {
  if (!name.starts_with(kPacks) || !CheckLease().ok() || lease_ == nullptr) return false;
  const MutexLock lock(listed_);
  if (!packs_) {
    const auto found = client_.List(std::string(kPacks));
    packs_.emplace();
    if (found.ok() && found->date != 0)
      for (const ObjectInfo& pack : found->objects)
        if (found->date - system_clock::to_time_t(pack.time) < kRenewAfter) packs_->emplace(pack.name, pack.size);
  }
  const auto pack = packs_->find(name);
  return pack != packs_->end() && pack->second >= size;
}

Result<S3Conditions> S3Store::Conditions() {
  if (!conditions_) {
    RS_TRY(conditions_, S3Conditions::Of(client_, kMark));
  }
  return *conditions_;
}

Result<bool> S3Store::Replace(const std::string& name, const Bytes& was, const Bytes& now) {
  const MutexLock lock(turn_);
  RS_TRY(const S3Conditions conditions, Conditions());
  std::unique_ptr<Lease> turn;
  if (!conditions.are_kept) {
    RS_TRY(turn, Lease::Take(client_, LeaseKind::kTurn));
  }
  RS_TRY(const S3Answer there, client_.Do({.name = name}));
  if (!there.ok())
    if (Error error = client_.ErrorOf(there, name); error.kind != ErrorKind::kMissing) return error;
  const bool is_there = there.ok() && there.body != kDeletedRef;
  if (is_there ? was != there.body : was.has_value()) return false;
  if (!is_there && !now) return true;
  RS_CHECK(CheckLease());
  if (turn != nullptr) RS_CHECK(turn->Check());
  std::vector<std::string> headers = {CacheControlOf(name)};
  if (conditions.are_kept) headers.push_back(conditions.Header(there.ok() ? there.etag : ""));
  const std::string bytes = now.value_or(std::string(kDeletedRef));
  RS_TRY(const S3Answer answer, client_.Do({.method = "PUT", .name = name, .headers = headers, .body = bytes}));
  if (answer.ok()) return true;
  const bool is_changed = answer.status == kPreconditionFailed || answer.status == 409;
  if (!is_changed) return client_.ErrorOf(answer, name);
  if (!answer.was_tried_again) return false;
  RS_TRY(const S3Answer after, client_.Do({.name = name}));  // perhaps the answer to the first attempt was lost
  return after.ok() && after.body == bytes;
}

Status S3Store::Delete(const std::vector<ObjectInfo>& objects, const Next& next) {
  for (const ObjectInfo& object : objects) {
    RS_CHECK(next(object));
    RS_CHECK(CheckLease());
    if (const size_t at = object.name.find(kUploadId); at != std::string::npos) {
      RS_CHECK(DeleteUpload(object.name.substr(0, at), object.name.substr(at + kUploadId.size())));
      continue;
    }
    RS_TRY(const S3Answer there, client_.Do({.method = "HEAD", .name = object.name}));
    if (there.status == kNotFound) continue;
    if (!there.ok()) return client_.ErrorOf(there, object.name);
    if (there.size != object.size || there.last_modified != system_clock::to_time_t(object.time)) continue;
    RS_TRY(const S3Answer answer, client_.Do({.method = "DELETE", .name = object.name}));
    if (!answer.ok() && answer.status != kNotFound) return client_.ErrorOf(answer, object.name);
  }
  return Ok();
}

Status S3Store::DeleteUpload(const std::string& name, const std::string& id) const {
  RS_TRY(const S3Answer answer, client_.Do({.method = "DELETE", .name = name, .query = {{"uploadId", id}}}));
  return answer.ok() || answer.status == kNotFound ? Ok() : client_.ErrorOf(answer, name);
}

Result<ObjectStore::Leftovers> S3Store::FindLeftovers(system_clock::time_point before,
                                                      const std::set<std::string>&) const {
  Leftovers found;
  RS_CHECK(AddUploads(before, found));
  RS_TRY(const S3Client::Objects refs, client_.List("images/"));
  for (const ObjectInfo& object : refs.objects)
    if (IsDeleted(object) && object.time <= before) found.uploads.push_back(object);
  return found;
}

Status S3Store::AddUploads(system_clock::time_point before, Leftovers& found) const {
  const std::string& prefix = client_.location().prefix;
  std::string next_key, next_id;
  do {
    S3Query query = {{"uploads", ""}, {"prefix", prefix}};
    if (!next_key.empty()) query.insert(query.end(), {{"key-marker", next_key}, {"upload-id-marker", next_id}});
    RS_TRY(const S3Answer answer, client_.Do({.query = query}));
    if (answer.status == kNotImplemented) return Ok();  // then nothing is uploaded in parts
    if (!answer.ok()) return client_.ErrorOf(answer, "");
    const auto uploads = ParseUploads(answer.body);
    if (!uploads.ok()) return Of(Shown(""), uploads.error());
    for (const S3Uploads::Each& upload : uploads->uploads)
      if (upload.begun <= before && upload.key.starts_with(prefix + "packs/"))
        found.uploads.push_back(
            {upload.key.substr(prefix.size()) + std::string(kUploadId) + upload.id, 0, upload.begun});
    next_key = uploads->next_key;
    next_id = uploads->next_id;
  } while (!next_key.empty());
  return Ok();
}

Status S3Store::CheckLease() const { return lease_ == nullptr ? Ok() : lease_->Check(); }

Result<ReaderAddress> S3Store::ForReaders() const {
  ReaderAddress address{client_.location().StoreUrl(), std::nullopt};
  if (!client_.keys().access_key.empty()) address.keys = client_.keys();
  return address;
}

Result<bool> S3Store::TryLock(StoreLock kind) {
  RS_TRY(lease_, Lease::TryTake(client_, kind == StoreLock::kShared ? LeaseKind::kShared : LeaseKind::kExclusive));
  return lease_ != nullptr;
}

}  // namespace rootstream
