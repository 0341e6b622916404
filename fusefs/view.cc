#include "fusefs/view.h"

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
  return Wait<std::optional<Node>>([&](Image::LookupDone done) {
    client_.image().Lookup(directory.id(), name, std::move(done));
  });
}

Result<std::optional<EntryRun>> View::ReadRun(const Node& directory, uint64_t position) {
  return Wait<std::optional<EntryRun>>([&](Image::RunDone done) {
    client_.image().ReadDirectory(directory.id(), position, std::move(done));
  });
}

Result<Node> View::Find(const std::string& path) {
  RS_TRY(Node node, Wait<Node>([&](Image::NodeDone done) {
           client_.image().Find(kRootInode, std::move(done));
         }));
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

Status View::ForEachEntry(const Node& directory, const EntryUse& use) {
  for (uint64_t position = 0;;) {
    RS_TRY(const std::optional<EntryRun> run, ReadRun(directory, position));
    if (!run) return Ok();
    for (uint32_t i = run->begin; i < run->end; ++i) {
      const TreeEntry& entry = run->shard->tree.entries[i];
      std::optional<Node> node = client_.image().LoadedNode(*run, entry);
      if (!node) {
        RS_TRY(node, Lookup(directory, entry.name));
      }
      if (!node) return Invalid(entry.name + ": listed, but not found");
      RS_CHECK(use(entry.name, *node));
    }
    position = run->PositionAfter(run->end - 1);
  }
}

Status View::ReadData(const Node& file, const DataUse& use) {
  const Inode& inode = file.inode();
  for (uint32_t i = 0; i < inode.extent_count; ++i) {
    const Extent& extent = file.shard->tree.extents[inode.extent_begin + i];
    for (uint64_t done = 0; done < extent.length;) {
      const uint64_t offset = extent.file_offset + done;
      const size_t size = std::min<uint64_t>(kReadSize, extent.length - done);
      RS_TRY(const Pieces pieces, Wait<Pieces>([&](PiecesDone finished) {
               client_.reader().Read(file, offset, size, std::move(finished));
             }));
      uint64_t at = offset;
      for (const Piece& piece : pieces) {
        RS_CHECK(use(at, std::string_view(*piece.bytes).substr(piece.offset, piece.length)));
        at += piece.length;
      }
      done += size;
    }
  }
  return Ok();
}

}  // namespace rootstream
