#include "server-tools/store_gc.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <unordered_set>

#include "base/interrupt.h"
#include "base/progress.h"
#include "format/limits.h"
#include "store/needed_packs.h"
#include "store/store_mark.h"

namespace rootstream {
namespace {

using std::chrono::hours;
using std::chrono::system_clock;

// Temporary files of WriteFileAtomically(), beside what they were to become.
bool IsNewManifest(const std::string& name) { return IdFromHex(FinalName(name)).has_value(); }
bool IsNewRef(const std::string& name) { return ParseImageName("name:" + std::string(FinalName(name))).ok(); }

bool IsInUse(const std::string& path) {
  const auto fd = OpenFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  return fd.ok() && flock(fd->get(), LOCK_EX | LOCK_NB) != 0;
}

class Collector {
 public:
  Collector(const StoreFolder& store, const GcOptions& options)
      : store_(store),
        options_(options),
        now_(system_clock::now()),
        needed_([this](const ObjectRef& ref) { return ReadObject(ref); }) {}

  Result<GcReport> Run() {
    const Status planned = Plan();
    if (!planned.ok()) return Of(store_.path() + ": nothing was removed", planned.error());
    if (!options_.dry_run) RS_CHECK(Remove());
    return report_;
  }

 private:
  struct File {
    std::string path;  // below the store
    uint64_t bytes = 0;
  };

  Status Plan() {
    RS_CHECK(NeedImages());
    RS_CHECK(SortManifests());
    RS_CHECK(SortPacks());
    RS_CHECK(FindTemporary());
    return FindEmptyFolders();
  }

  Status NeedImages() {
    RS_TRY(const auto images, store_.ListImages());
    for (const ImageName& image : images) {
      const std::string shown = "image " + image.ToString();
      RS_TRY(const std::string bytes, store_.ReadRef(image));
      // Who signed it does not matter: what somebody may read is not removed.
      const auto ref = CheckRef(bytes, image, {.insecure = true});
      if (!ref.ok()) return Of(shown, ref.error());
      if (!named_manifests_.insert(ref->manifest_id).second) continue;
      shown_ = shown;
      if (const Status added = needed_.Add(ref->manifest); !added.ok())
        return Of(shown, added.error());
    }
    report_.images = images.size();
    return Ok();
  }

  Status SortManifests() {
    const auto manifests = store_.ListManifests();
    if (!manifests.ok())
      return manifests.error().kind == ErrorKind::kMissing ? Ok() : manifests.error();
    for (const Id& id : *manifests) {
      const std::string path = "manifests/" + id.Hex();
      RS_TRY(const struct stat st, StatOf(path));
      const bool is_named = named_manifests_.contains(id);
      if (!is_named && !IsYoungerThan(st, std::max(options_.keep, options_.grace))) {
        ++report_.manifests_removed;
        Doom(manifests_, {path, static_cast<uint64_t>(st.st_size)});
        continue;
      }
      ++report_.manifests_kept;
      if (!is_named) RS_CHECK(NeedManifest(id, path));
    }
    return Ok();
  }

  Status NeedManifest(const Id& id, const std::string& path) {
    RS_TRY(const std::string bytes, ReadWholeFile(store_.PathOf(path), kMaxManifest));
    if (Sha256(bytes) != id) return Corrupt(path + ": its bytes have another hash");
    const auto manifest = Manifest::Decode(bytes);
    if (!manifest.ok()) return Of(path, manifest.error());
    shown_ = "manifest " + id.Hex().substr(0, 12);
    const Status added = needed_.Add(*manifest);
    return added.ok() ? added : Of(path, added.error());
  }

  Result<std::string> ReadObject(const ObjectRef& ref) {
    if (WasInterrupted()) return Failed("interrupted");
    read_ += ref.stored_size;
    progress_.Show(read_, 0, "read: " + shown_);
    return store_.ReadObject(ref);
  }

  Status SortPacks() {
    RS_TRY(const auto packs, store_.ListPacks());
    size_t found = 0;
    for (const Id& pack : packs) {
      const std::string path = PackPath(pack);
      auto st = StatOf(path);
      if (!st.ok() && st.error().kind == ErrorKind::kMissing)
        continue;  // in a wrong folder: no pack
      if (!st.ok()) return st.error();
      const auto size = static_cast<uint64_t>(st->st_size);
      const auto needed = needed_.ends().find(pack);
      if (needed == needed_.ends().end() && !IsYoungerThan(*st, options_.grace)) {
        ++report_.packs_removed;
        Doom(packs_, {path, size});
        continue;
      }
      ++report_.packs_kept;
      report_.bytes_kept += size;
      if (needed == needed_.ends().end()) {
        ++report_.packs_in_grace;
      } else if (++found; size < needed->second) {
        return Corrupt("pack " + pack.Hex() + ": it ends too early; mend it first");
      }
    }
    return found == needed_.ends().size() ? Ok() : FindMissing();
  }

  // A store that is not whole may be mended from what nothing seems to need.
  Status FindMissing() const {
    for (const auto& [pack, end] : needed_.ends())
      if (const auto st = StatOf(PackPath(pack)); !st.ok()) return st.error();
    return Ok();
  }

  Status FindTemporary() {
    RS_CHECK(FindTemporaryIn("tmp", IsNewPackName));
    RS_CHECK(FindTemporaryIn("manifests", IsNewManifest));
    RS_TRY(const auto names, NamesIn(store_.PathOf("images")));
    for (const std::string& name : names) RS_CHECK(FindTemporaryIn("images/" + name, IsNewRef));
    return Ok();
  }

  template <typename Matches>
  Status FindTemporaryIn(const std::string& folder, Matches matches) {
    const auto names = NamesIn(store_.PathOf(folder));
    if (!names.ok()) return Ok();  // not there, or not a folder
    for (const std::string& name : *names) {
      if (!matches(name)) continue;
      const std::string path = folder + "/" + name;
      const auto st = StatOf(path);
      if (!st.ok() || !S_ISREG(st->st_mode) || IsYoungerThan(*st, options_.grace)) continue;
      if (IsInUse(store_.PathOf(path))) continue;
      ++report_.temporary_removed;
      Doom(temporary_, {path, static_cast<uint64_t>(st->st_size)});
    }
    return Ok();
  }

  Status FindEmptyFolders() {
    for (const std::string parent : {"images", "packs"}) {
      RS_TRY(const auto names, NamesIn(store_.PathOf(parent)));
      for (const std::string& name : names) {
        const std::string folder = parent + "/" + name;
        const auto st = StatOf(folder);
        if (!st.ok() || !S_ISDIR(st->st_mode) || IsYoungerThan(*st, options_.grace)) continue;
        RS_TRY(const auto inside, NamesIn(store_.PathOf(folder)));
        const auto goes = [&](const std::string& file) {
          return doomed_.contains(folder + "/" + file);
        };
        if (std::all_of(inside.begin(), inside.end(), goes)) folders_.push_back(folder);
      }
    }
    report_.folders_removed = folders_.size();
    return Ok();
  }

  Status Remove() {
    RS_CHECK(store_.WriteMark());
    RS_CHECK(RemoveFiles(manifests_));
    if (!manifests_.empty()) RS_CHECK(SyncFolder(store_.PathOf("manifests")));
    RS_CHECK(RemoveFiles(packs_));
    RS_CHECK(RemoveFiles(temporary_));
    for (const std::string& folder : folders_) (void)rmdir(store_.PathOf(folder).c_str());
    return store_.WriteImageList();  // refs are deleted by hand, before this
  }

  Status RemoveFiles(const std::vector<File>& files) {
    for (const File& file : files) {
      if (WasInterrupted()) return Failed(store_.path() + ": interrupted, some of it is removed");
      const std::string path = store_.PathOf(file.path);
      if (unlink(path.c_str()) != 0 && errno != ENOENT) return ErrnoError("cannot remove", path);
      removed_ += file.bytes;
      progress_.Show(removed_, report_.bytes_freed, "remove: " + file.path);
    }
    return Ok();
  }

  void Doom(std::vector<File>& files, const File& file) {
    files.push_back(file);
    doomed_.insert(file.path);
    report_.bytes_freed += file.bytes;
  }

  Result<struct stat> StatOf(const std::string& path) const {
    struct stat st;
    if (stat(store_.PathOf(path).c_str(), &st) != 0)
      return ErrnoError("cannot look at", store_.PathOf(path));
    return st;
  }

  // What lies in the future is younger than anything: a clock was wrong.
  bool IsYoungerThan(const struct stat& st, hours age) const {
    return now_ - system_clock::from_time_t(st.st_mtime) < age;
  }

  const StoreFolder& store_;
  const GcOptions options_;
  const system_clock::time_point now_;
  NeededPacks needed_;
  std::unordered_set<Id, IdHash> named_manifests_;   // by refs
  std::vector<File> manifests_, packs_, temporary_;  // to remove
  std::unordered_set<std::string> doomed_;           // the paths of all of them
  std::vector<std::string> folders_;                 // that will be empty
  GcReport report_;
  std::string shown_;                // what is being read
  uint64_t read_ = 0, removed_ = 0;  // bytes
  Progress progress_;
};

}  // namespace

Result<GcReport> CollectGarbage(const StoreFolder& store, const GcOptions& options) {
  return Collector(store, options).Run();
}

}  // namespace rootstream
