// Which packs an image needs: a walk from its manifest over everything that it names. Hot lists, the trees of all
// shards, their chunk lists; and the places, unread, of publisher's parts and chunks. Not thread-safe.
#pragma once

#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "format/manifest.h"
#include "format/shard_walk.h"

namespace rootstream {

class NeededPacks {
 public:
  // The plain bytes of an object, verified.
  using ReadObject = std::function<Result<std::string>(const ObjectRef&)>;
  // Told of each pack when it is first met, so that it can be fetched while the walk goes on.
  using MeetPack = std::function<void(const Id&)>;
  // Told of each object that readers may want, once or more often.
  using NoteObject = std::function<void(const ObjectRef&)>;

  explicit NeededPacks(
      ReadObject read, MeetPack meet = [](const Id&) {}, NoteObject note = [](const ObjectRef&) {})
      : read_(std::move(read)), meet_(std::move(meet)), note_(std::move(note)) {}

  // May be called for many images: what they share is walked once. After a failure, what is known
  // is not whole, and this is not to be used any more. Errors name the object.
  Status Add(const Manifest& manifest);

  // By pack: how many bytes of it, from its beginning, are needed.
  const std::unordered_map<Id, uint64_t, IdHash>& ends() const { return ends_; }

 private:
  void Note(const ObjectRef& ref);
  void NotePack(const ObjectRef& ref);
  Status AddShard(const ShardWalk::Visit& visit);
  Status AddList(const ObjectRef& ref, size_t max_plain);

  const ReadObject read_;
  const MeetPack meet_;
  const NoteObject note_;
  ShardWalk walk_;
  std::unordered_map<Id, uint64_t, IdHash> ends_;
};

}  // namespace rootstream
