// Recorder: records the requests to an image, in order and with times, and makes a profile of them. Thread-safe.
//
// Image and FileReader report every request; while the recorder is off, this costs one check of a flag. Requests name
// inodes. The path of an inode is determined once, at its first request, when its shards are in memory.
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
  // Finds the path of an inode; answers during the call or later.
  using PathSource = std::function<void(uint64_t inode, PathDone done)>;

  // Further events are not recorded, which limits memory to about 10 MiB.
  static constexpr size_t kMaxEvents = 1 << 16;
  // A read that continues the last read of its file within this time belongs to the same event.
  static constexpr std::chrono::milliseconds kSameRead{200};

  // Starts a new recording, unless one is running. `source` is used until the recorder is destroyed.
  void Start(PathSource source);
  void Stop() { on_ = false; }
  bool on() const { return on_.load(std::memory_order_relaxed); }

  // To be called when a request is answered. `asked`: when it came. `found`: the inode of that name, or 0.
  void Looked(uint64_t directory, const std::string& name, uint64_t found, Clock::time_point asked);
  void Listed(uint64_t directory, Clock::time_point asked);
  void Read(uint64_t inode, const FileVersion& version, uint64_t offset, uint64_t length, Clock::time_point asked);
  void NeededShard(const ObjectRef& tree, std::chrono::microseconds waited);

  // The events so far, except those whose path is not known yet. Image and manifest are not set.
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
  struct Seen {        // state of an inode
    std::string path;  // empty: unknown
    bool listed = false;
    IntervalSet read;
    size_t last_read = SIZE_MAX;  // index of its last kRead
    Clock::time_point last_time;
    std::unordered_set<std::string> looked;  // of a directory: names that were looked up
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
