#include "server-tools/copy_source.h"

#include "store/objects/store_path.h"

namespace rootstream {
namespace {

std::string WithoutSlashes(const std::string& text) { return text.substr(0, text.find_last_not_of('/') + 1); }

bool IsSame(const StoreAddress& a, const StoreAddress& b) {
  if (a.is_bucket() && b.is_bucket()) return WithoutSlashes(a.text) == WithoutSlashes(b.text);
  return IsSameStore(a.text, b.text);
}

}  // namespace

Result<CopySource> CopySource::Open(const StoreAddress& from, const CredentialFiles& files, const StoreAddress& to) {
  CopySource source;
  if (IsStoreUrl(from.text)) {
    source.url = WithoutSlashes(from.text);
    RS_TRY(source.credentials, Credentials::Read(files, source.url));
    return source;
  }
  RS_TRY(const Store store, Store::Open(from));
  if (IsSame(from, to)) return Invalid(to.text + ": it is the store to copy from");
  RS_TRY(source.images, store.ListImages());
  RS_TRY(const ReaderAddress readers, store.objects().ForReaders());
  source.url = readers.url;
  if (readers.keys) source.credentials = Credentials::OfS3(*readers.keys, readers.url);
  return source;
}

}  // namespace rootstream
