#include "fusefs/image/view.h"

#include <sys/stat.h>

#include <algorithm>
#include <future>

namespace rootstream {
namespace {

constexpr size_t kReadSize = 1 << 20;

// Calls `start` with a callback and waits for what it is called with.
template <typename T, typename Start>
Result<T> Wait(Start start) {
  auto done = std::make_shared<std::promise<Result<T>>>();
  auto answer = done->get_future();
  start([done](const Result<T>& result) { done->set_value(result); });
  return answer.get();
}

}  // namespace

Result<std::optional<Node>> View::Lookup(const Node& directory, const std::string& name) {
  return Wait<std::optional<Node>>(
      [&](Image::LookupDone done) { client_.image().Lookup(directory.id(), name, std::move(done)); });
}

Result<std::optional<EntryRun>> View::ReadRun(const Node& directory, uint64_t position) {
  RS_TRY(DirectoryPart part, Wait<DirectoryPart>([&](Image::PartDone done) {
           client_.image().ReadDirectory(directory.id(), position, std::move(done));
         }));
  return std::move(part.run);
}

Result<Node> View::Find(const std::string& path) {
  RS_TRY(Node node, Wait<Node>([&](Image::NodeDone done) { client_.image().Find(kRootInode, std::move(done)); }));
  for (size_t at = 0; at < path.size();) {
    const size_t slash = std::min(path.find('/', at), path.size());
    const std::string name = path.substr(at, slash - at);
    at = slash + 1;
    if (name.empty() || name == ".") continue;
    std::optional<Node> next;
    if (S_ISDIR(node.inode().mode)) {
      RS_TRY(next, Lookup(node, name));
    }
    if (!next) return Invalid(path + ": no such file in the image");
    node = *next;
  }
  return node;
}

Result<Node> View::NodeOf(const Node& directory, const EntryRun& run, const TreeEntry& entry) {
  if (const auto node = client_.image().LoadedNode(run, entry)) return *node;
  RS_TRY(const std::optional<Node> node, Lookup(directory, entry.name));
  if (!node) return Invalid(entry.name + ": listed, but not found");
  return *node;
}

Status View::ForEachEntry(const Node& directory, const EntryUse& use) {
  for (uint64_t position = 0;;) {
    RS_TRY(const std::optional<EntryRun> run, ReadRun(directory, position));
    if (!run) return Ok();
    for (uint32_t i = run->begin; i < run->end; ++i) {
      const TreeEntry& entry = run->shard->tree.entries[i];
      RS_TRY(const Node node, NodeOf(directory, *run, entry));
      RS_CHECK(use(entry.name, node));
    }
    position = run->PositionAfter(run->end - 1);
  }
}

Status View::Walk(const Node& top, const Visitor& visitor) {
  struct Level {
    Node directory;
    std::string name;
    size_t parent_path = 0;  // bytes of its parent's path
    EntryRun run = {};
    uint32_t next = 0;      // of the run
    uint64_t position = 0;  // behind the run
  };
  std::string path;
  std::vector<Level> levels = {{top, ""}};
  while (!levels.empty()) {
    Level& level = levels.back();
    if (level.next == level.run.end) {
      RS_TRY(const auto run, ReadRun(level.directory, level.position));
      if (!run) {
        const Level done = std::move(level);
        levels.pop_back();
        if (!levels.empty()) RS_CHECK(visitor.leave(path, done.name, done.directory));
        path.resize(done.parent_path);
        continue;
      }
      level.run = *run;
      level.next = run->begin;
      level.position = run->PositionAfter(run->end - 1);
    }
    const TreeEntry& entry = level.run.shard->tree.entries[level.next++];
    RS_TRY(const Node node, NodeOf(level.directory, level.run, entry));
    const size_t parent_path = path.size();
    path += "/" + entry.name;
    RS_CHECK(visitor.enter(path, entry.name, node));
    if (S_ISDIR(node.inode().mode)) {
      levels.push_back({node, entry.name, parent_path});
    } else {
      path.resize(parent_path);
    }
  }
  return Ok();
}

Status View::ReadData(const Node& file, const DataUse& use) {
  const Inode& inode = file.inode();
  for (uint32_t i = 0; i < inode.extent_count; ++i) {
    const Extent& extent = file.shard->tree.extents[inode.extent_begin + i];
    for (uint64_t done = 0; done < extent.length;) {
      const uint64_t offset = extent.file_offset + done;
      const size_t size = std::min<uint64_t>(kReadSize, extent.length - done);
      RS_TRY(const ReadParts pieces, Wait<ReadParts>([&](ReadDone finished) {
               client_.reader().Read(file, offset, size, std::move(finished));
             }));
      uint64_t at = offset;
      for (const ReadPart& piece : pieces) {
        RS_CHECK(use(at, std::string_view(*piece.bytes).substr(piece.offset, piece.length)));
        at += piece.length;
      }
      done += size;
    }
  }
  return Ok();
}

}  // namespace rootstream
