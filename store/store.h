// Store: images, manifests and packs, by what their names mean, for publishers and for who keeps a store. The readers
// of an image need none of it.
//
// Everything is written in an order that is safe at any crash: a pack, then the manifest, then the ref.
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
#include "store/object_store.h"

namespace rootstream {

class Store {
 public:
  explicit Store(std::unique_ptr<ObjectStore> objects) : objects_(std::move(objects)) {}

  // The store that a person names: a folder. kInvalid: it is none; kMissing: there is none.
  static Result<Store> Open(const std::string& text);
  // The same, or a new one where nothing is, or an empty folder.
  static Result<Store> OpenOrCreate(const std::string& text);

  ObjectStore& objects() const { return *objects_; }
  // The store, or an object of it, for messages.
  std::string Shown(const std::string& name = {}) const { return objects_->Shown(name); }

  // An object that has at most `limit` bytes. kMissing, kInvalid: it is larger.
  Result<std::string> Read(const std::string& name, size_t limit) const;

  Result<std::vector<ImageName>> ListImages() const;
  struct Named {
    Id id;
    ObjectInfo info;
  };
  Result<std::vector<Named>> ListPacks() const;
  Result<std::vector<Named>> ListManifests() const;           // kMissing: there never were any
  Result<std::string> ReadRef(const ImageName& image) const;  // kMissing
  // The plain bytes of an object in a pack, verified. kMissing, kCorrupt.
  Result<std::string> ReadObject(const ObjectRef& ref) const;

  // True and its time renewed: the pack is there with at least `size` bytes.
  bool RenewPack(const Id& pack, uint64_t size) const;
  Status WriteManifest(const std::string& manifest) const;
  // Calls `make` with the serial of the ref that is there (0: none) and writes what it returns; again, if somebody else
  // replaced the ref meanwhile. The manifest that was replaced gets the present time: gc keeps what no ref names any
  // more for a while after that, for mounts that are open and for a way back.
  Status ReplaceRef(const ImageName& image, const std::function<Result<std::string>(uint64_t last_serial)>& make) const;
  Status WriteImageList() const;  // images.list: the names of all images, for menus
  Status WriteMark() const;       // unless it is there

 private:
  // Replaces what `name` holds with what `make` makes of it (nullopt: it is not there).
  using Make = std::function<Result<std::string>(const std::optional<std::string>& was)>;
  Status Update(const std::string& name, size_t limit, const Make& make) const;

  std::unique_ptr<ObjectStore> objects_;
};

}  // namespace rootstream
