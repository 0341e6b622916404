#include "server-tools/republish.h"

#include <algorithm>
#include <functional>
#include <set>

#include "base/unix_time.h"
#include "format/limits.h"
#include "store/needed_packs.h"

namespace rootstream {
namespace {

std::vector<PublicKey> PublicKeysOf(const Signing& signing) {
  std::vector<PublicKey> keys;
  for (const SigningKey& key : signing.keys) keys.push_back(key.public_key());
  return keys;
}

// The ref of `image` or of a version of it, if these keys have signed it. It may have expired.
Result<TrustedRef> CheckSigned(const std::string& bytes, const ImageName& image, const Signing& signing) {
  const std::vector<PublicKey> keys = PublicKeysOf(signing);
  auto ref = CheckRef(bytes, image, {.keys = keys, .insecure = keys.empty()});
  if (!ref.ok()) return Of("image " + image.ToString(), ref.error());
  if (keys.empty() && !ref->manifest.keys.empty())
    return Untrusted("image " + image.ToString() + ": it is signed, and no --key was given to sign it again");
  const size_t distinct = std::set<PublicKey>(keys.begin(), keys.end()).size();
  if (distinct < ref->manifest.threshold && !keys.empty())
    return Untrusted("image " + image.ToString() + ": it needs " + std::to_string(ref->manifest.threshold) +
                     " signatures, and there are " + std::to_string(distinct) + " keys to sign with");
  return ref;
}

Result<bool> IsThere(const Store& store, const ImageName& image) {
  const auto bytes = store.ReadRef(image);
  if (!bytes.ok() && bytes.error().kind != ErrorKind::kMissing) return bytes.error();
  return bytes.ok();
}

// An older ref in its place would become the newest by our signature. Whoever put it there may have removed the
// versions, too, so this catches mistakes more than malice; see docs/security.md.
Status CheckIsNewest(const Store& store, const RefBody& body) {
  RS_TRY(const auto versions, store.ListVersions());
  for (const Store::Version& version : versions)
    if (version.image == body.image && version.serial > body.serial)
      return Untrusted("image " + body.image.ToString() + ": its serial is " + std::to_string(body.serial) +
                       ", and the store keeps a version with " + std::to_string(version.serial) +
                       ": an old copy; rollback --to names the version to publish");
  return Ok();
}

Result<TrustedRef> ReadCurrent(const Store& store, const ImageName& image, const Signing& signing) {
  while (true) {
    RS_TRY(const bool is_there, IsThere(store, image));
    if (!is_there) return Missing(store.Shown() + ": no image " + image.ToString());
    RS_TRY(const std::string bytes, store.ReadRef(image));
    RS_TRY(TrustedRef ref, CheckSigned(bytes, image, signing));
    const Status newest = CheckIsNewest(store, ref.body);
    if (newest.ok()) return ref;
    // Somebody else may have replaced it in between.
    RS_TRY(const std::string now, store.ReadRef(image));
    if (now == bytes) return newest.error();
  }
}

// That every pack is there, which gives all of them the present time: gc may run right after this.
Status RenewPacks(const Store& store, const TrustedRef& ref) {
  const std::string shown = "image " + ref.body.image.ToString() + ", serial " + std::to_string(ref.body.serial);
  NeededPacks needed([&](const ObjectRef& object) { return store.ReadObject(object); });
  if (const Status added = needed.Add(ref.manifest); !added.ok()) return Of(shown, added.error());
  for (const auto& [pack, end] : needed.ends())
    if (!store.RenewPack(pack, end)) return Missing(shown + ": " + store.Shown(PackPath(pack)) + " is not there");
  return Ok();
}

// What is to be signed again. Asked again if another writer replaced the ref in between.
using Source = std::function<Result<TrustedRef>()>;

Result<Republished> Republish(const Store& store, const Source& source, const ImageName& to, const Signing& signing) {
  Republished done{.image = to};
  RS_CHECK(store.ReplaceRef(to, [&](uint64_t last_serial) -> Result<std::string> {
    RS_TRY(const TrustedRef from, source());
    RS_CHECK(store.WriteManifest(from.body.manifest));
    RefBody body = from.body;
    body.image = to;
    body.minimum_serial = 0;
    if (const auto current = store.ReadRef(to); current.ok())
      if (const auto replaced = CheckSigned(*current, to, signing); replaced.ok())
        body.minimum_serial = replaced->body.minimum_serial;
    if (last_serial == UINT64_MAX) return Invalid("image " + to.ToString() + ": its serial is the last there is");
    body.serial = std::max(last_serial + 1, body.minimum_serial);
    body.issued = UnixTime();
    const int64_t lifetime = signing.lifetime        ? signing.lifetime->count()
                             : from.body.expires > 0 ? from.body.expires - from.body.issued
                                                     : 0;
    body.expires = lifetime > 0 ? body.issued + lifetime : 0;
    std::string bytes = SignRef(body, signing.keys).Encode();
    RS_CHECK(CheckSigned(bytes, to, signing));
    done.serial = body.serial;
    done.from_serial = from.body.serial;
    done.issued = body.issued;
    done.expires = body.expires;
    done.manifest = from.manifest_id;
    return bytes;
  }));
  return done;
}

// All kept versions and the present one, the newest first.
Result<std::vector<TrustedRef>> VersionsOf(const Store& store, const ImageName& image, const Signing& signing) {
  std::vector<TrustedRef> refs;
  RS_TRY(const auto versions, store.ListVersions());
  for (const Store::Version& version : versions) {
    if (version.image != image) continue;
    RS_TRY(const std::string bytes, store.ReadVersion(version));
    auto ref = CheckSigned(bytes, image, signing);
    // Signed by earlier keys, perhaps: not for us to sign again.
    if (ref.ok()) refs.push_back(std::move(*ref));
  }
  if (auto bytes = store.ReadRef(image); bytes.ok()) {
    RS_TRY(TrustedRef current, CheckSigned(*bytes, image, signing));
    refs.push_back(std::move(current));
  }
  std::reverse(refs.begin(), refs.end());
  return refs;
}

// The newest version from before the present tree was first published. `versions`: the newest first. nullptr: none.
const TrustedRef* BeforePresent(const std::vector<TrustedRef>& versions) {
  const TrustedRef* before = nullptr;
  for (const TrustedRef& version : versions) {
    if (version.manifest_id == versions.front().manifest_id) {
      before = nullptr;
    } else if (before == nullptr) {
      before = &version;
    }
  }
  return before;
}

Result<TrustedRef> VersionBefore(const Store& store, const ImageName& image, const Signing& signing) {
  RS_TRY(const bool is_there, IsThere(store, image));
  RS_TRY(const auto versions, VersionsOf(store, image, signing));
  if (versions.empty())
    return Missing(store.Shown() + ": no image " + image.ToString() + ", nor a version of it that these keys signed");
  if (!is_there) return versions.front();
  if (const TrustedRef* before = BeforePresent(versions)) return *before;
  return Missing("image " + image.ToString() + ": the store keeps no version before this one");
}

Result<TrustedRef> VersionWith(const Store& store, const ImageName& image, uint64_t serial, const Signing& signing) {
  RS_TRY(const auto versions, store.ListVersions());
  for (const Store::Version& version : versions) {
    if (version.image != image || version.serial != serial) continue;
    RS_TRY(const std::string bytes, store.ReadVersion(version));
    RS_TRY(TrustedRef ref, CheckSigned(bytes, image, signing));
    if (ref.body.serial != serial)
      return Corrupt(store.Shown(version.info.name) + ": its serial is " + std::to_string(ref.body.serial));
    return ref;
  }
  return Missing("image " + image.ToString() + ": the store keeps no version with the serial " +
                 std::to_string(serial) + "; rootstream history shows them");
}

}  // namespace

Result<Republished> TagImage(const Store& store, const ImageName& from, const ImageName& to, const Signing& signing) {
  if (from == to) return Invalid("image " + from.ToString() + ": it has this name already");
  const auto source = [&]() -> Result<TrustedRef> {
    RS_TRY(TrustedRef ref, ReadCurrent(store, from, signing));
    RS_CHECK(RenewPacks(store, ref));
    return ref;
  };
  return Republish(store, source, to, signing);
}

Result<Republished> RollBack(const Store& store, const ImageName& image, std::optional<uint64_t> serial,
                             const Signing& signing) {
  auto version = serial ? VersionWith(store, image, *serial, signing) : VersionBefore(store, image, signing);
  if (!version.ok()) return version.error();
  RS_CHECK(RenewPacks(store, *version));
  return Republish(
      store, [&] { return version; }, image, signing);
}

Result<Republished> Resign(const Store& store, const ImageName& image, const Signing& signing) {
  return Republish(
      store, [&] { return ReadCurrent(store, image, signing); }, image, signing);
}

}  // namespace rootstream
