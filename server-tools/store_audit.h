// Checks every byte of a store, and counts what it holds. Not thread-safe.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/progress.h"
#include "format/chunk_list.h"
#include "format/shard_walk.h"
#include "store/store.h"

namespace rootstream {

struct AuditReport {
  std::vector<std::string> damages;  // one line each: the object and what is wrong
  size_t images = 0;
  size_t packs = 0;
  size_t shards = 0;
  size_t chunks = 0;
  uint64_t bytes = 0;  // of the packs
  // Of the damages, those that the same bytes from elsewhere would mend: these files are missing, or are not what their
  // names say.
  std::set<Id> bad_packs, bad_manifests;
};

// Reads a whole file of a store by its path in the store.
using ReadStoreFile = std::function<Result<std::string>(const std::string& path, size_t limit)>;

// Checks images and everything they lead to: signatures (if there are `keys`), manifests, packs, ids, shards, hot
// lists, plain hashes. Each object is checked once, even if many images share it.
class Auditor {
 public:
  Auditor(ReadStoreFile read, std::vector<PublicKey> keys) : read_(std::move(read)), keys_(std::move(keys)) {}

  void CheckImage(const ImageName& image);
  void CheckVersion(const Store::Version& version);
  void CheckManifest(const Id& id);                 // a manifest that no ref may lead to any more
  void CheckPacks(const std::vector<Id>& further);  // those that images led to, and `further` ones
  const AuditReport& report() const { return report_; }
  const std::map<Id, uint64_t>& live_bytes() const { return live_bytes_; }  // by pack

 private:
  struct Expected {
    ObjectRef ref;
    std::optional<Id> plain_hash;
    std::string what;  // as a damage begins, before the id
  };
  struct Claim {
    bool is_new;
    bool as_said;  // what was said of it first
  };

  void Damage(const std::string& object, const std::string& why);
  void CheckShards(const Manifest& manifest, const std::string& image);
  void CheckShard(const ShardWalk::Visit& visit, const std::string& image);
  std::optional<PublisherPart> CheckPublisherPart(const ObjectRef& ref, const std::string& shard);
  void CheckList(const ListRef& ref, const std::optional<PublisherPart>& part, const std::string& shard);
  void CheckHotList(const ObjectRef& ref, size_t max_plain, const std::string& image);
  // That its pack holds it; `plain_hash` may be null. False: something is known to lie there.
  bool Expect(const ObjectRef& ref, const Id* plain_hash, const std::string& what);
  Claim NoteClaim(const ObjectRef& ref);
  void CheckPack(const Id& pack);
  Result<std::string> ReadObject(const ObjectRef& ref);

  uint64_t BytesInUse() const;  // of the packs, up to the last object that is named

  ReadStoreFile read_;
  const std::vector<PublicKey> keys_;
  AuditReport report_;
  std::set<Id> seen_manifests_;
  std::map<Id, std::vector<Expected>> expected_;  // by pack
  ShardWalk walk_;
  std::set<ObjectRef> seen_hot_lists_;
  std::map<std::pair<Id, uint64_t>, ObjectRef> claims_;  // by pack and offset: what was first said
  std::map<Id, uint64_t> live_bytes_;
  std::map<Id, std::string> pack_cache_;
  Progress progress_;
};

// All of a store on a disk.
Result<AuditReport> AuditStore(const Store& store, const std::vector<PublicKey>& keys);

}  // namespace rootstream
