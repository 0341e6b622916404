#include "chunker/publish.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "base/interrupt.h"
#include "base/plain_text.h"
#include "base/progress.h"
#include "base/unix_time.h"
#include "chunker/bootable/boot_finder.h"
#include "chunker/chunk_store.h"
#include "chunker/earlier_hot_range.h"
#include "chunker/entry_check.h"
#include "chunker/entry_spool.h"
#include "chunker/image_check.h"
#include "chunker/known_content.h"
#include "chunker/shard_writer.h"
#include "chunker/stream_writer.h"
#include "chunker/tree_builder.h"
#include "format/limits.h"
#include "format/posix_acl.h"
#include "store/objects/store_path.h"
#include "store/store_lock.h"

namespace rootstream {
namespace {

constexpr uint64_t kFullPack = 12 << 20;          // bytes; packs end within one chunk of it
constexpr uint64_t kFullMetadataPack = 32 << 20;  // with one part of kMaxPartPlain still within kMaxPack
constexpr size_t kMaxKnownChunks = 500'000;       // about 100 MiB of memory
constexpr int kMetadataLevel = 9;  // the least level: there is little metadata, and readers wait for all of it

std::vector<PublicKey> PublicKeysOf(const std::vector<SigningKey>& keys) {
  std::vector<PublicKey> out;
  for (const SigningKey& key : keys) out.push_back(key.public_key());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

HotOrder OrderFor(const PublishOptions& options, const Store& store, const std::vector<PublicKey>& keys) {
  if (!options.profile) return {};
  return HotOrder(*options.profile, EarlierHotRange(store, options.image, keys));
}

class Publisher {
 public:
  Publisher(PublishOptions options, std::unique_ptr<Source> source, Store store, EntrySpool spool, HotStream hot)
      : options_(std::move(options)),
        source_(std::move(source)),
        store_(std::move(store)),
        spool_(std::move(spool)),
        boot_(options_.boot_entries),
        keys_(PublicKeysOf(options_.keys)),
        known_(KnownContent::Load(store_, keys_, kMaxKnownChunks)),
        data_packs_(store_, kFullPack),
        chunks_(data_packs_, known_, options_.level,
                static_cast<int>(std::max(1u, std::thread::hardware_concurrency()))),
        order_(OrderFor(options_, store_, keys_)),
        stream_(chunks_, CutSizes{}, order_, std::move(hot)),
        metadata_packs_(store_, kFullMetadataPack) {}

  // The data flow of publishing, step by step.
  Result<PublishSummary> Run() {
    const auto started = std::chrono::steady_clock::now();
    // Entries, and their contents: chunks, packs.
    RS_CHECK(ReadSource());
    if (!order_.empty() && stream_.hot().size() == 0)
      return Invalid("nothing that the profile says was read is in the source");
    RS_TRY(summary_.boot_entries, boot_.Finish());
    RS_CHECK(stream_.Finish());
    // Entries again, now that every chunk has its place: shards.
    RS_TRY(const ObjectRef root, WriteShards());
    // First all packs are on the disk and readable, then the manifest, then the ref.
    RS_CHECK(data_packs_.Finish());
    RS_CHECK(metadata_packs_.Finish());
    const std::string manifest = MakeManifest(root).Encode();
    if (manifest.size() > kMaxManifest) return Invalid("the boot entries are too long for a manifest");
    if (const Status written = CheckWritten(store_, known_, manifest); !written.ok())
      return Of("the image that was written cannot be read, so it was not published", written.error());
    RS_CHECK(store_.WriteManifest(manifest));
    RS_CHECK(WriteRef(manifest));
    summary_.manifest = Sha256(manifest);
    summary_.unique_bytes = chunks_.unique_bytes();
    summary_.compressed_bytes = chunks_.stored_bytes();
    summary_.chunks = chunks_.unique_chunks();
    summary_.known_bytes = chunks_.known_bytes();
    NoteHot();
    summary_.new_data_bytes = data_packs_.new_bytes();
    summary_.new_metadata_bytes += metadata_packs_.new_bytes() + manifest.size();
    summary_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    return summary_;
  }

 private:
  Status ReadSource() {
    Progress progress;
    uint64_t read = 0;
    while (true) {
      RS_TRY(std::optional<SourceEntry> entry, source_->Next());
      if (!entry) return Ok();
      const std::string path = PathOf(*entry);
      RS_CHECK(CheckEntry(*entry, options_.source + ": " + path));
      NoteFeatures(*entry);
      ++summary_.totals.entries;
      if (S_ISDIR(entry->inode.mode)) RS_CHECK(stream_.BeginDirectory(path));
      RS_CHECK(NoteForBoot(path, *entry));
      const std::string full_path = FullPath(path);
      const FileVersion version{entry->inode.size, entry->inode.mtime_seconds};
      InodeRecord record{.inode = entry->inode, .target = entry->target, .xattrs = entry->xattrs};
      const auto content = [&](const Source::ContentUse& use) {
        return source_->ReadContent([&](uint64_t offset, std::string_view bytes) {
          read += bytes.size();
          progress.Show(read, source_->ExpectedBytes(), "read: " + entry->name);
          return use(offset, bytes);
        });
      };
      if (S_ISREG(entry->inode.mode) && spool_.IsNewInode(*entry)) {
        RS_TRY(record.extents, stream_.AddFile(full_path, version, content));
        summary_.totals.plain_bytes += entry->inode.size;
        for (const FileExtent& extent : record.extents) summary_.totals.data_bytes += extent.length;
        if (record.extents.size() > kMaxShardExtents)
          return Invalid(options_.source + ": " + path + ": it is data and holes in " +
                         std::to_string(record.extents.size()) + " pieces, too many for an image");
      } else if (S_ISREG(entry->inode.mode) && stream_.HasHotParts(full_path)) {
        RS_TRY(std::vector<FileExtent> extents, spool_.ExtentsOf(*entry));
        RS_TRY(extents, stream_.AddName(full_path, version, extents, content));
        RS_CHECK(spool_.SetExtents(*entry, std::move(extents)));
      }
      RS_CHECK(spool_.Add(*entry, record, order_.IsNeeded(full_path)));
    }
  }

  // The spelling of profiles: a slash at the beginning and none at the end.
  static std::string FullPath(const std::string& path) {
    if (path.empty() || path == "/") return "/";
    return (path.front() == '/' ? "" : "/") + (path.back() == '/' ? path.substr(0, path.size() - 1) : path);
  }

  void NoteHot() {
    summary_.hot_bytes = stream_.hot().size();
    summary_.hot_chunks = stream_.hot().chunks().size();
    for (const StreamChunk& chunk : stream_.hot().chunks()) {
      const uint64_t size = chunks_.RefOf(chunk.stored).stored_size;
      summary_.hot_compressed_bytes += size;
      if (!chunks_.WasKnown(chunk.stored)) summary_.hot_new_bytes += size;
    }
  }

  // The path from the root, with a slash at the end for a directory. Entries come in order, so the directories above
  // are known.
  std::string PathOf(const SourceEntry& entry) {
    folders_.resize(entry.depth);
    if (S_ISDIR(entry.inode.mode)) folders_.push_back(entry.name);
    std::string path;
    for (const std::string& name : folders_) path += name + "/";
    return S_ISDIR(entry.inode.mode) ? path : path + entry.name;
  }

  Status NoteForBoot(const std::string& path, const SourceEntry& entry) {
    boot_.AddName(path, entry.inode.mode, entry.target);
    if (!S_ISREG(entry.inode.mode) || !BootFinder::WantsContent(path, entry.inode.size)) return Ok();
    std::string content(entry.inode.size, '\0');
    RS_CHECK(source_->ReadContent([&](uint64_t offset, std::string_view bytes) -> Status {
      if (offset <= content.size()) content.replace(offset, bytes.size(), bytes);
      return Ok();
    }));
    boot_.AddContent(path, std::move(content));
    return Ok();
  }

  void NoteFeatures(const SourceEntry& entry) {
    if (!entry.xattrs.empty()) features_ |= kHasXattr;
    for (const Xattr& xattr : entry.xattrs)
      if (xattr.name == kAclAccessXattr || xattr.name == kAclDefaultXattr) features_ |= kHasAcl;
    if (entry.link_group != 0) features_ |= kHasHardLink;
  }

  Result<ObjectRef> WriteShards() {
    ShardWriter writer(metadata_packs_, chunks_, stream_.chunks(), known_, std::max(options_.level, kMetadataLevel));
    TreeBuilder builder(writer);
    RS_TRY(const std::vector<TreeBuilder::Shared> shared, WriteShared(builder));
    while (true) {
      if (WasInterrupted()) return Failed("interrupted");
      RS_TRY(std::optional<EntrySpool::Entry> entry, spool_.Next());
      if (!entry) break;
      TreeBuilder::Entry out{.depth = entry->depth, .name = std::move(entry->name), .needed = entry->needed};
      if (entry->group && spool_.NamesOf(*entry->group) > 1) {
        out.shared = shared[*entry->group];
      } else {
        out.record = std::move(entry->record);
        out.record.extents = stream_.Laid(out.record.extents);
      }
      RS_CHECK(builder.Add(std::move(out)));
    }
    RS_TRY(const ShardHandle root, builder.Finish());
    RS_CHECK(writer.Finish());
    summary_.totals.inodes = builder.inodes();
    summary_.shards = writer.shards();
    summary_.new_shards = writer.new_shards();
    hot_ = writer.hot();
    summary_.hot_metadata_bytes = writer.hot_bytes();
    return writer.RefOf(root);
  }

  // Inodes with several names in the image, by their group number.
  Result<std::vector<TreeBuilder::Shared>> WriteShared(TreeBuilder& builder) {
    std::vector<TreeBuilder::Shared> shared(spool_.groups());
    for (uint32_t group = 0; group < shared.size(); ++group) {
      if (spool_.NamesOf(group) < 2) continue;
      RS_TRY(InodeRecord record, spool_.GroupRecord(group));
      record.inode.nlink = spool_.NamesOf(group);
      record.extents = stream_.Laid(record.extents);
      RS_TRY(shared[group], builder.AddShared(std::move(record), spool_.IsNeeded(group)));
    }
    RS_CHECK(builder.FinishShared());
    return shared;
  }

  Manifest MakeManifest(const ObjectRef& root) const {
    return {.features = features_,
            .root = root,
            .totals = summary_.totals,
            .hot = hot_,
            .boot_entries = summary_.boot_entries,
            .keys = keys_,
            .threshold = options_.threshold};
  }

  Status WriteRef(const std::string& manifest) {
    return store_.ReplaceRef(options_.image, [&](uint64_t last_serial) -> Result<std::string> {
      if (last_serial == UINT64_MAX) return NoSerialLeft();
      RefBody body{.image = options_.image,
                   .serial = std::max(last_serial + 1, options_.minimum_serial),
                   .issued = UnixTime(),
                   .minimum_serial = options_.minimum_serial,
                   .mirrors = options_.mirrors,
                   .manifest = manifest};
      if (options_.lifetime.count() > 0) body.expires = body.issued + std::chrono::seconds(options_.lifetime).count();
      summary_.serial = body.serial;
      std::string bytes = SignRef(body, options_.keys).Encode();
      summary_.new_metadata_bytes += bytes.size();
      // Reads the ref as a client that trusts these keys.
      const auto checked =
          CheckRef(bytes, options_.image, {.keys = keys_, .insecure = keys_.empty(), .now = body.issued});
      if (!checked.ok()) return Of("the ref that was made cannot be read, so it was not published", checked.error());
      return bytes;
    });
  }

  Error NoSerialLeft() const {
    return Invalid(store_.Shown(options_.image.RefPath()) + ": its serial " + std::to_string(UINT64_MAX) +
                   " is the last there is; see \"A stolen key\" in docs/security.md, or use another tag");
  }

  const PublishOptions options_;
  std::unique_ptr<Source> source_;
  const Store store_;
  EntrySpool spool_;
  BootFinder boot_;
  const std::vector<PublicKey> keys_;
  KnownContent known_;
  PackWriter data_packs_;
  ChunkStore chunks_;
  const HotOrder order_;
  StreamWriter stream_;
  PackWriter metadata_packs_;
  uint64_t features_ = 0;
  HotRange hot_;
  std::vector<std::string> folders_;  // names from the root to the last directory
  PublishSummary summary_;
};

// The device that a folder is on, or would be made on.
dev_t DeviceOf(std::filesystem::path path) {
  struct stat st;
  while (stat(path.c_str(), &st) != 0) {
    const auto parent = std::filesystem::absolute(path).parent_path();
    if (parent == path) return 0;
    path = parent;
  }
  return st.st_dev;
}

// A store in its own source would be published into itself.
Status CheckApart(const PublishOptions& options, const std::string& store) {
  const auto within = PathWithin(options.source, store);
  if (!within || options.excluded.ExcludesWithin(*within)) return Ok();
  if (options.one_file_system && DeviceOf(store) != DeviceOf(options.source)) return Ok();
  return Invalid(store + ": the store is in its own source, " + options.source +
                 ": put it elsewhere, or leave it out with --exclude " + *within);
}

Status CheckOptions(const PublishOptions& options) {
  if (options.source.empty()) return Invalid("the source's path is empty");
  const size_t keys = PublicKeysOf(options.keys).size();
  if (keys > kMaxSignatures) return Invalid("at most " + std::to_string(kMaxSignatures) + " keys can sign");
  if (options.threshold < 1 || options.threshold > std::max<size_t>(1, keys))
    return Invalid("the threshold asks for more signatures than there are keys");
  if (options.mirrors.size() > kMaxMirrors)
    return Invalid("at most " + std::to_string(kMaxMirrors) + " mirrors can be named");
  for (const std::string& mirror : options.mirrors)
    if (!IsStoreUrl(mirror) || mirror.size() > kMaxString || !IsPlainText(mirror))
      return Invalid("mirror " + mirror + ": not the URL of a store: http://, https:// or file://");
  return CheckBootEntries(options.boot_entries);
}

}  // namespace

Result<PublishSummary> Publish(PublishOptions options) {
  RS_CHECK(CheckOptions(options));
  std::string path;  // none in a bucket
  if (!options.store.is_bucket()) {
    RS_TRY(path, StorePath(options.store.text));
    RS_CHECK(CheckApart(options, path));
  }
  RS_TRY(std::unique_ptr<Source> source, OpenSource(options.source, {.excluded = options.excluded,
                                                                     .one_file_system = options.one_file_system,
                                                                     .store = path,
                                                                     .tell = options.tell}));
  RS_TRY(Store store, options.dry_run ? Store::OpenForDryRun(options.store) : Store::OpenOrCreate(options.store));
  return PublishInto(std::move(store), std::move(source), std::move(options));
}

Result<PublishSummary> PublishInto(Store store, std::unique_ptr<Source> source, PublishOptions options) {
  RS_CHECK(AwaitLock(store, StoreLock::kShared, std::nullopt));
  store.objects().RemoveAbandonedUploads();
  RS_TRY(EntrySpool spool, EntrySpool::Create());
  RS_TRY(HotStream hot, HotStream::Create());
  return Publisher(std::move(options), std::move(source), std::move(store), std::move(spool), std::move(hot)).Run();
}

}  // namespace rootstream
