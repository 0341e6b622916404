#include "fusefs/image/recorder.h"

#include <algorithm>

namespace rootstream {
namespace {

uint64_t Microseconds(Recorder::Clock::duration duration) {
  return std::max<int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
}

std::string Below(const std::string& directory, const std::string& name) {
  return (directory == "/" ? "" : directory) + "/" + name;
}

}  // namespace

Recorder::Event Recorder::Notes::Make(ProfileKind kind, uint64_t inode, Clock::time_point asked) const {
  return {kind, Microseconds(asked - began), Microseconds(Clock::now() - asked), inode};
}

void Recorder::Start(PathSource source) {
  if (on()) return;
  notes_.With([&](Notes& notes) {
    notes = Notes{.began = Clock::now()};
    source_ = std::move(source);
  });
  on_ = true;
}

void Recorder::NeedPath(uint64_t inode) {
  source_(inode, [this, inode](const Result<std::string>& path) {
    if (!path.ok()) return;
    notes_.With([&](Notes& notes) { notes.seen[inode].path = *path; });
  });
}

void Recorder::Looked(uint64_t directory, const std::string& name, uint64_t found, Clock::time_point asked) {
  const bool need = notes_.With([&](Notes& notes) {
    if (notes.full()) return false;
    Seen& parent = notes.seen[directory];
    if (!parent.looked.insert(name).second) return false;
    Event event = notes.Make(ProfileKind::kLook, directory, asked);
    event.name = name;
    notes.events.push_back(std::move(event));
    const std::string path = parent.path;
    // The first name of a hard link that is seen stays its path.
    if (found != 0 && !path.empty())
      if (Seen& child = notes.seen[found]; child.path.empty()) child.path = Below(path, name);
    return path.empty();
  });
  if (need) NeedPath(directory);
}

void Recorder::Listed(uint64_t directory, Clock::time_point asked) {
  const bool need = notes_.With([&](Notes& notes) {
    if (notes.full()) return false;
    Seen& seen = notes.seen[directory];
    if (seen.listed) return false;
    seen.listed = true;
    notes.events.push_back(notes.Make(ProfileKind::kList, directory, asked));
    return seen.path.empty();
  });
  if (need) NeedPath(directory);
}

void Recorder::Read(uint64_t inode, const FileVersion& version, uint64_t offset, uint64_t length,
                    Clock::time_point asked) {
  const bool need = notes_.With([&](Notes& notes) {
    if (notes.full()) return false;
    Seen& seen = notes.seen[inode];
    const bool is_new = seen.last_read == SIZE_MAX;
    if (is_new) {
      Event event = notes.Make(ProfileKind::kFile, inode, asked);
      event.waited = 0;
      event.version = version;
      notes.events.push_back(std::move(event));
    }
    for (const Interval& part : seen.read.Add(offset, offset + length)) {
      const bool goes_on = seen.last_read != SIZE_MAX && asked - seen.last_time < kSameRead &&
                           notes.events[seen.last_read].offset + notes.events[seen.last_read].length == part.begin;
      if (goes_on) {
        Event& last = notes.events[seen.last_read];
        last.length += part.end - part.begin;
        last.waited = Microseconds(Clock::now() - notes.began) - last.at;
      } else {
        Event event = notes.Make(ProfileKind::kRead, inode, asked);
        event.offset = part.begin;
        event.length = part.end - part.begin;
        seen.last_read = notes.events.size();
        notes.events.push_back(std::move(event));
      }
      seen.last_time = Clock::now();
    }
    return is_new && seen.path.empty();
  });
  if (need) NeedPath(inode);
}

void Recorder::NeededShard(const ObjectRef& tree, std::chrono::microseconds waited) {
  notes_.With([&](Notes& notes) {
    if (notes.full() || !notes.shards.insert(tree.id).second) return;
    Event event = notes.Make(ProfileKind::kShard, 0, Clock::now() - waited);
    event.length = tree.stored_size;
    event.shard = tree.id;
    notes.events.push_back(std::move(event));
  });
}

Profile Recorder::Noted() {
  Profile profile;
  notes_.With([&](Notes& notes) {
    for (const Event& event : notes.events) {
      ProfileEvent out{event.kind, event.at, event.waited, event.offset, event.length, "", {}, event.version};
      if (event.kind == ProfileKind::kShard) {
        out.shard = event.shard;
      } else {
        const std::string& path = notes.seen[event.inode].path;
        if (path.empty()) continue;
        out.path = event.kind == ProfileKind::kLook ? Below(path, event.name) : path;
      }
      profile.events.push_back(std::move(out));
    }
  });
  // They were noted in the order of their replies; a profile orders them by the times of the requests.
  std::stable_sort(profile.events.begin(), profile.events.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  return profile;
}

}  // namespace rootstream
