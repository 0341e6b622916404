// Recorder: notes what is asked of an image, in order and with times, and makes a profile of it.
// Thread-safe.
//
// Image and FileReader tell it of every request; while it is off that costs them one look at a
// flag. A request is known by inode; its path is asked for once, when the inode first comes up, and
// its shards are in memory then.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/callback.h"
#include "base/guarded.h"
#include "base/interval_set.h"
#include "format/object_ref.h"
#include "format/profile.h"

namespace rootstream {

class Recorder {
 public:
  using Clock = std::chrono::steady_clock;
  using PathDone = Callback<std::string>;
  // From an inode to its path in the image; answers at once or later.
  using PathSource = std::function<void(uint64_t inode, PathDone done)>;

  // More is not noted, so that memory stays within some 10 MiB.
  static constexpr size_t kMaxEvents = 1 << 16;
  // A read that goes on where the last one of its file ended, so soon after it, is the same event.
  static constexpr std::chrono::milliseconds kSameRead{200};

  // Begins anew, unless it is on. `source` is used until the recorder ends.
  void Start(PathSource source);
  void Stop() { on_ = false; }
  bool on() const { return on_.load(std::memory_order_relaxed); }

  // `asked`: when the request came; it is answered now. `found`: the inode of that name, or 0.
  void Looked(uint64_t directory, const std::string& name, uint64_t found, Clock::time_point asked);
  void Listed(uint64_t directory, Clock::time_point asked);
  void Read(uint64_t inode, const FileVersion& version, uint64_t offset, uint64_t length, Clock::time_point asked);
  void NeededShard(const ObjectRef& tree, std::chrono::microseconds waited);

  // All that was noted so far, but for what has no path yet; without image and manifest.
  Profile Noted();
  bool full() {
    return notes_.With([](const Notes& notes) { return notes.full(); });
  }
  size_t size() {
    return notes_.With([](const Notes& notes) { return notes.events.size(); });
  }

 private:
  struct Event {
    ProfileKind kind;
    uint64_t at;
    uint64_t waited;
    uint64_t inode;
    uint64_t offset = 0;
    uint64_t length = 0;
    std::string name = {};  // kLook
    Id shard = {};
    FileVersion version = {};
  };
  struct Seen {        // of an inode
    std::string path;  // empty: not known yet
    bool listed = false;
    IntervalSet read;
    size_t last_read = SIZE_MAX;  // its last kRead in events
    Clock::time_point last_time;
    std::unordered_set<std::string> looked;  // names, of a directory
  };
  struct Notes {
    Clock::time_point began = {};
    std::vector<Event> events = {};
    std::unordered_map<uint64_t, Seen> seen = {};
    std::unordered_set<Id, IdHash> shards = {};

    bool full() const { return events.size() >= kMaxEvents; }
    Event Make(ProfileKind kind, uint64_t inode, Clock::time_point asked) const;
  };

  void NeedPath(uint64_t inode);

  std::atomic<bool> on_ = false;
  PathSource source_;  // set before on_
  Guarded<Notes> notes_;
};

}  // namespace rootstream
