// Store: the images, manifests and packs of a store, for publishers and maintenance commands. Readers of an image do
// not use it.
//
// Writers keep an order that is safe at any crash: first packs, then the manifest, then the ref.
// Any thread may call any method.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "format/image_name.h"
#include "format/object_ref.h"
#include "format/ref.h"
#include "store/objects/object_store.h"
#include "store/s3/location.h"

namespace rootstream {

// What a person typed, and the options beside it.
struct StoreAddress {
  StoreAddress() = default;
  StoreAddress(std::string t) : text(std::move(t)) {}
  StoreAddress(const char* t) : text(t) {}

  std::string text;  // a folder, or s3://BUCKET/PREFIX
  S3Options s3;
  bool is_bucket() const { return IsS3Url(text); }
};

class Store {
 public:
  explicit Store(std::unique_ptr<ObjectStore> objects) : objects_(std::move(objects)) {}

  // kInvalid: it is not a store; kMissing: it does not exist; kRefused, kUnavailable: of a bucket.
  static Result<Store> Open(const StoreAddress& address);
  // As Open(), but creates the store where there is nothing.
  static Result<Store> OpenOrCreate(const StoreAddress& address);

  // A store to which nothing is written (DryRunStore): what Open() opens, or an empty one where nothing is.
  static Result<Store> OpenForDryRun(const StoreAddress& address);

  ObjectStore& objects() const { return *objects_; }
  // The store, or an object of it, for messages.
  std::string Shown(const std::string& name = {}) const { return objects_->Shown(name); }

  // Reads an object of at most `limit` bytes. kMissing; kInvalid: it is larger.
  Result<std::string> Read(const std::string& name, size_t limit) const;

  Result<std::vector<ImageName>> ListImages() const;
  struct Named {
    Id id;
    ObjectInfo info;
  };
  Result<std::vector<Named>> ListPacks() const;
  Result<std::vector<Named>> ListManifests() const;           // kMissing: there is no such folder
  Result<std::string> ReadRef(const ImageName& image) const;  // kMissing
  // The plain bytes of an object in a pack, verified. kMissing, kCorrupt.
  Result<std::string> ReadObject(const ObjectRef& ref) const;

  // Renews the time of a pack. False if it is absent or has fewer than `size` bytes.
  bool RenewPack(const Id& pack, uint64_t size) const;
  Status WriteManifest(const std::string& manifest) const;
  // Calls `make` with the highest serial that the image has had (0: none) and writes its result. Repeats that if
  // another writer replaced the ref in between. The replaced ref is kept as a version, and its manifest gets the
  // present time, from which gc counts how long it keeps both for open mounts and for a way back.
  Status ReplaceRef(const ImageName& image, const std::function<Result<std::string>(uint64_t last_serial)>& make) const;
  // Removes the ref of an image, and keeps it as a version. kMissing: there is none.
  Status DeleteRef(const ImageName& image) const;

  // A ref that was replaced or deleted. docs/format.md, "Versions".
  struct Version {
    ImageName image;
    uint64_t serial = 0;
    ObjectInfo info;
  };
  Result<std::vector<Version>> ListVersions() const;  // sorted by name, tag and serial
  Result<std::string> ReadVersion(const Version& version) const;
  Status WriteImageList() const;  // images.list: the names of all images, for menus
  Status WriteMark() const;       // unless it exists

 private:
  // Replaces the bytes of `name` by what `make` returns for them (nullopt: absent), and asks it again if another writer
  // came between.
  using Make = std::function<Result<std::optional<std::string>>(const std::optional<std::string>& was)>;
  Status Update(const std::string& name, size_t limit, const Make& make) const;
  Result<std::vector<Version>> ListVersionsBelow(const std::string& folder) const;
  Result<uint64_t> LastSerialOf(const ImageName& image) const;  // of its versions
  Status KeepVersion(const RefBody& body, const std::string& ref) const;

  std::unique_ptr<ObjectStore> objects_;
};

}  // namespace rootstream
