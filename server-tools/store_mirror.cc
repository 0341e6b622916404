#include "server-tools/store_mirror.h"

#include <map>
#include <unordered_map>
#include <unordered_set>

#include "base/progress.h"
#include "base/url_text.h"
#include "format/limits.h"
#include "server-tools/downloads.h"
#include "server-tools/pack_download.h"
#include "store/needed_packs.h"
#include "store/store_lock.h"

namespace rootstream {
namespace {

// A ref that is to be copied, as it came.
struct Candidate {
  std::string bytes;
  TrustedRef ref;
  size_t image = 0;  // in the report
};

// Brings images into a store that is open and locked.
class Copier {
 public:
  Copier(const Store& to, Downloads& downloads) : to_(to), downloads_(downloads) {}

  // Finds out which packs the image needs, of those that say so, and begins to fetch the ones that are not there.
  Status Survey(const Candidate& candidate) {
    RS_CHECK(IsThere(candidate));
    NeededPacks needed([this](const ObjectRef& ref) { return ReadObject(ref); },
                       [this](const Id& pack) {
                         if (!to_.RenewPack(pack, kPackHeaderSize)) Fetch(pack);
                       });
    RS_CHECK(needed.Add(candidate.ref.manifest));
    for (const auto& [pack, end] : needed.ends())
      if (!to_.RenewPack(pack, end)) Fetch(pack);
    for (const auto& [pack, end] : needed.ends())
      if (fetched_.contains(pack) && counted_.insert(pack).second) bytes_to_fetch_ += end;
    ends_[candidate.image] = needed.ends();
    return Ok();
  }

  // Of an image that was surveyed.
  Result<MirroredImage::State> Copy(const Candidate& candidate) {
    RS_TRY(const bool is_there, IsThere(candidate));
    for (const auto& [pack, end] : ends_.at(candidate.image)) {
      RS_CHECK(NeedPack(pack, end));
      if (!fetched_.contains(pack)) there_.insert(pack);
    }
    RS_CHECK(to_.WriteManifest(candidate.ref.body.manifest));
    if (is_there) return MirroredImage::State::kUnchanged;
    const auto make = [&](uint64_t) -> Result<std::string> {
      // A publisher or another mirror may have changed the store in the meantime.
      RS_CHECK(IsThere(candidate));
      return candidate.bytes;
    };
    RS_CHECK(to_.ReplaceRef(candidate.ref.body.image, make));
    return MirroredImage::State::kCopied;
  }

  uint64_t bytes_to_fetch() const { return bytes_to_fetch_; }  // of the images that were surveyed
  size_t packs_fetched() const { return fetched_.size(); }
  size_t packs_there() const { return there_.size(); }

 private:
  // True: the same ref. kUntrusted: the copy has a newer one, or another one with the same serial.
  Result<bool> IsThere(const Candidate& candidate) const {
    const ImageName& image = candidate.ref.body.image;
    const auto bytes = to_.ReadRef(image);
    if (!bytes.ok() && bytes.error().kind == ErrorKind::kMissing) return false;
    if (!bytes.ok()) return bytes.error();
    if (*bytes == candidate.bytes) return true;
    const auto body = BodyOfRef(*bytes);
    if (!body.ok()) return Of(to_.Shown(image.RefPath()), body.error());
    const std::string serial = std::to_string(candidate.ref.body.serial);
    if (body->serial > candidate.ref.body.serial)
      return Untrusted("its serial " + serial + " is lower than " + std::to_string(body->serial) + " in " +
                       to_.Shown());
    if (body->serial == candidate.ref.body.serial)
      return Untrusted("another version with its serial " + serial + " is in " + to_.Shown());
    return false;
  }

  void Fetch(const Id& pack) {
    const auto [job, is_new] = fetched_.try_emplace(pack);
    if (is_new) job->second = downloads_.Add(std::make_shared<PackDownload>(to_, pack));
  }

  Status NeedPack(const Id& pack, uint64_t end) {
    if (!fetched_.contains(pack) && to_.RenewPack(pack, end)) return Ok();
    Fetch(pack);
    RS_CHECK(downloads_.Await(fetched_.at(pack)));
    return to_.RenewPack(pack, end) ? Ok() : Corrupt("pack " + pack.Hex() + ": it ends too early");
  }

  Result<std::string> ReadObject(const ObjectRef& ref) {
    const uint64_t end = ref.offset + ref.stored_size;
    RS_CHECK(NeedPack(ref.pack, end));
    auto plain = to_.ReadObject(ref);
    const bool may_be_mended = !plain.ok() && plain.error().kind == ErrorKind::kCorrupt;
    if (!may_be_mended || fetched_.contains(ref.pack)) return plain;
    Fetch(ref.pack);
    RS_CHECK(NeedPack(ref.pack, end));
    return to_.ReadObject(ref);
  }

  const Store& to_;
  Downloads& downloads_;
  std::unordered_map<Id, Downloads::JobPtr, IdHash> fetched_;
  std::map<size_t, std::unordered_map<Id, uint64_t, IdHash>> ends_;  // by image: how far each pack is needed
  std::unordered_set<Id, IdHash> there_;
  std::unordered_set<Id, IdHash> counted_;
  uint64_t bytes_to_fetch_ = 0;
};

class Mirror {
 public:
  Mirror(const MirrorOptions& options, const OpenTarget& open, Transport& transport)
      : options_(options),
        open_(open),
        downloads_(transport, options.from.url, options.patience,
                   [this](uint64_t bytes) { Show(bytes, downloads_.hindrance()); }) {}

  Result<MirrorReport> Run() {
    // All refs first, so that nothing is written for untrusted images. Images published in the meantime are left for
    // the next run.
    RS_TRY(const std::vector<ImageName> images, Images());
    for (const ImageName& image : images) RS_CHECK(FetchRef(image));
    if (!candidates_.empty()) RS_CHECK(CopyImages());
    report_.bytes_fetched = downloads_.bytes();
    return report_;
  }

 private:
  Result<std::vector<ImageName>> Images() {
    if (!options_.images.empty()) return options_.images;
    if (!options_.from.images.empty()) return options_.from.images;
    const auto list = downloads_.GetFile(std::string(kImageList), kMaxImageList);
    if (!list.ok() && list.error().kind == ErrorKind::kMissing)
      return Missing(WithoutSecrets(options_.from.url) + ": it has no " + std::string(kImageList) +
                     ": name the images, NAME[:TAG] …");
    if (!list.ok()) return list.error();
    return ParseImageList(*list);
  }

  Status FetchRef(const ImageName& image) {
    shown_ = image.ToString();
    report_.images.push_back({.name = image});
    const auto candidate = CheckedRef(image);
    if (!candidate.ok()) return Refuse(report_.images.back(), candidate.error());
    report_.images.back().serial = candidate->ref.body.serial;
    candidates_.push_back(*candidate);
    return Ok();
  }

  // Readers check the age: an expired image may be copied, for an archive.
  Result<Candidate> CheckedRef(const ImageName& image) {
    RS_TRY(std::string bytes, downloads_.GetFile(image.RefPath(), kMaxRef));
    RS_TRY(TrustedRef ref, CheckRef(bytes, image, {.keys = options_.keys, .insecure = options_.insecure}));
    return Candidate{std::move(bytes), std::move(ref), report_.images.size() - 1};
  }

  void Show(uint64_t bytes, const std::string& hindrance) {
    progress_.Show(bytes, Total(), hindrance.empty() ? shown_ : hindrance);
  }

  uint64_t Total() const { return surveyed_ != nullptr ? surveyed_->bytes_to_fetch() : 0; }

  Status CopyImages() {
    RS_TRY(Store to, open_());
    RS_CHECK(AwaitLock(to, StoreLock::kShared, std::nullopt));
    Copier copier(to, downloads_);
    std::vector<const Candidate*> sound;
    for (const Candidate& candidate : candidates_) {
      MirroredImage& image = report_.images[candidate.image];
      shown_ = image.name.ToString();
      const Status surveyed = copier.Survey(candidate);
      if (surveyed.ok()) {
        sound.push_back(&candidate);
      } else {
        RS_CHECK(Refuse(image, surveyed.error()));
      }
    }
    surveyed_ = &copier;
    for (const Candidate* candidate : sound) {
      MirroredImage& image = report_.images[candidate->image];
      shown_ = image.name.ToString();
      const auto state = copier.Copy(*candidate);
      if (!state.ok()) RS_CHECK(Refuse(image, state.error()));
      if (state.ok()) image.state = *state;
    }
    surveyed_ = nullptr;
    report_.packs_fetched = copier.packs_fetched();
    report_.packs_there = copier.packs_there();
    return Ok();
  }

  // Returns an error if the other images would fail, too.
  Status Refuse(MirroredImage& image, const Error& error) {
    if (error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kFailed) return error;
    image.error = "image " + image.name.ToString() + ": " + error.message;
    return Ok();
  }

  const MirrorOptions& options_;
  const OpenTarget& open_;
  MirrorReport report_;
  std::vector<Candidate> candidates_;
  std::string shown_;                 // the current image
  const Copier* surveyed_ = nullptr;  // while it copies
  Progress progress_;
  Downloads downloads_;
};

}  // namespace

Result<MirrorReport> MirrorStore(const MirrorOptions& options, Transport& transport) {
  return MirrorInto([&] { return Store::OpenOrCreate(options.to); }, options, transport);
}

Result<MirrorReport> MirrorInto(const OpenTarget& open, const MirrorOptions& options, Transport& transport) {
  return Mirror(options, open, transport).Run();
}

}  // namespace rootstream
