#include "chunker/stream_writer.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>

#include "format/limits.h"

namespace rootstream {
namespace {

constexpr uint64_t kBlock = 4096;                      // bytes: the smallest hole
constexpr size_t kDirectoryEdge = 32 << 10;            // bytes
constexpr size_t kDirectoryEdgeFiles = 256;            // a chunk with more files belongs to many shards
constexpr int kEdgeOdds = 2;                           // one directory in so many is an edge
constexpr CutSizes kHotSizes{.average = 128 << 10};    // see docs/design.md
constexpr uint64_t kMaxBlocks = 2 * kMaxShardExtents;  // of one file, so that its extents stay within limits
constexpr uint64_t kLargestBlock = 1 << 20;            // bytes, which lie in memory: beyond 2 TiB extents are counted

uint64_t BlockFor(uint64_t size) {
  return std::clamp(std::bit_ceil((size + kMaxBlocks - 1) / kMaxBlocks), kBlock, kLargestBlock);
}

std::vector<FileExtent> Merge(const std::vector<FileExtent>& a, const std::vector<FileExtent>& b) {
  std::vector<FileExtent> all;
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all),
             [](const FileExtent& x, const FileExtent& y) { return x.file_offset < y.file_offset; });
  return all;
}

// What of `extents` none of `others` covers; both ascend.
std::vector<FileExtent> Without(const std::vector<FileExtent>& extents, const std::vector<FileExtent>& others) {
  std::vector<FileExtent> out;
  for (const FileExtent& extent : extents) {
    const uint64_t end = extent.file_offset + extent.length;
    uint64_t at = extent.file_offset;
    const auto keep = [&](uint64_t to) {
      if (at < to) out.push_back({at, to - at, extent.position + (at - extent.file_offset)});
    };
    for (const FileExtent& other : others) {
      if (other.file_offset + other.length <= at || other.file_offset >= end) continue;
      keep(other.file_offset);
      at = other.file_offset + other.length;
    }
    keep(end);
  }
  return out;
}

bool IsZero(std::string_view bytes) {
  return bytes[0] == 0 && memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

}  // namespace

Result<std::vector<FileExtent>> StreamWriter::AddFile(const std::string& path, const FileVersion& version,
                                                      const ReadContent& read) {
  const uint64_t size = version.size;
  File file{.block = BlockFor(size)};
  file.hot = order_.PartsOf(path, version, file.block);
  uint64_t cold_size = size;
  for (const HotPart& part : file.hot) cold_size -= part.end - part.begin;
  const bool is_large = cold_size >= sizes_.average;
  RS_CHECK(ReadBlocks(file, size, read, [&](uint64_t offset, std::string_view blocks) {
    return AddBlocks(file, offset, blocks, is_large ? &alone_ : nullptr);
  }));
  if (is_large) {
    RS_CHECK(Cut(alone_, true));
  } else if (!file.data.empty()) {
    RS_CHECK(Join(file));
  }
  std::vector<FileExtent> extents = Merge(file.hot_extents, file.extents);
  if (extents.size() > kMaxShardExtents)
    return Invalid(path + ": it has " + std::to_string(extents.size()) + " parts between holes, at most " +
                   std::to_string(kMaxShardExtents) + " are possible");
  return extents;
}

Status StreamWriter::ReadBlocks(const File& file, uint64_t size, const ReadContent& read,
                                const BlockAligner::Sink& sink) {
  BlockAligner aligner(size, file.block, sink);
  RS_CHECK(read([&](uint64_t offset, std::string_view bytes) { return aligner.Add(offset, bytes); }));
  return aligner.Finish();
}

Result<std::vector<FileExtent>> StreamWriter::AddName(const std::string& path, const FileVersion& version,
                                                      std::vector<FileExtent> extents, const ReadContent& read) {
  const uint64_t size = version.size;
  File file{.block = BlockFor(size)};
  std::vector<FileExtent> hot, cold;
  for (const FileExtent& extent : extents) (extent.position < kJoined ? hot : cold).push_back(extent);
  for (const HotPart& part : order_.PartsOf(path, version, file.block))
    for (const FileExtent& rest : Without({{part.begin, part.end - part.begin, 0}}, hot))
      file.hot.push_back({rest.file_offset, rest.file_offset + rest.length, part.rank});
  if (file.hot.empty()) return extents;
  RS_CHECK(ReadBlocks(file, size, read, [&](uint64_t offset, std::string_view blocks) {
    return AddBlocks(file, offset, blocks, nullptr);
  }));
  // The rest of the file is already in the stream, so its gathered bytes are dropped.
  hot = Merge(hot, file.hot_extents);
  return Merge(hot, Without(cold, hot));
}

Status StreamWriter::Join(File& file) {
  const uint64_t end = joined_.start + joined_.pending.size();
  const uint64_t known = small_files_.FindOrAdd(Sha256(file.data), end);
  const bool is_new = known == ContentIndex::kNone;
  for (FileExtent& extent : file.extents) extent.position += is_new ? end : known;
  if (!is_new) return Ok();
  joined_.pending += file.data;
  ++joined_.files;
  return Cut(joined_, false);
}

// `bytes` are whole blocks, or the end of the file.
Status StreamWriter::AddBlocks(File& file, uint64_t offset, std::string_view bytes, Stream* alone) {
  while (!bytes.empty()) {
    uint64_t data = 0;  // up to the next block of zeros
    while (data < bytes.size()) {
      const std::string_view block = bytes.substr(data, file.block);
      if (IsZero(block)) break;
      data += block.size();
    }
    if (data == 0) {
      const uint64_t hole = std::min<uint64_t>(file.block, bytes.size());
      offset += hole;
      bytes.remove_prefix(hole);
      continue;
    }
    RS_CHECK(AddData(file, offset, bytes.substr(0, data), alone));
    offset += data;
    bytes.remove_prefix(data);
  }
  return Ok();
}

// Part by part, as hot and cold take turns in the file.
Status StreamWriter::AddData(File& file, uint64_t offset, std::string_view bytes, Stream* alone) {
  while (!bytes.empty()) {
    const auto next =
        std::find_if(file.hot.begin(), file.hot.end(), [&](const HotPart& part) { return offset < part.end; });
    const bool is_hot = next != file.hot.end() && next->begin <= offset;
    uint64_t end = offset + bytes.size();
    if (next != file.hot.end()) end = std::min(end, is_hot ? next->end : next->begin);
    const std::string_view part = bytes.substr(0, end - offset);
    if (is_hot) {
      RS_TRY(const uint64_t position, hot_.Add(next->rank, part));
      AppendExtent(file.hot_extents, {offset, part.size(), position});
    } else {
      RS_CHECK(AddCold(file, offset, part, alone));
    }
    offset = end;
    bytes.remove_prefix(part.size());
  }
  return Ok();
}

Status StreamWriter::AddCold(File& file, uint64_t offset, std::string_view bytes, Stream* alone) {
  if (alone == nullptr) {
    AppendExtent(file.extents, {offset, bytes.size(), file.data.size()});
    file.data += bytes;
    return Ok();
  }
  AppendExtent(file.extents, {offset, bytes.size(), alone->start + alone->pending.size()});
  alone->pending += bytes;
  return Cut(*alone, false);
}

// Cuts as long as more bytes could not move the cut; `all`: to the last byte.
Status StreamWriter::Cut(Stream& stream, bool all) {
  size_t done = 0;
  while (done < stream.pending.size() && (all || stream.pending.size() - done >= sizes_.maximum())) {
    size_t length = FirstCut(std::string_view(stream.pending).substr(done), sizes_);
    // The rest of a joined group goes into the chunk before it, since it would make a tiny chunk.
    const size_t left = stream.pending.size() - done - length;
    if (all && left < sizes_.minimum() && length + left <= sizes_.maximum()) length += left;
    RS_CHECK(chunks_.Put(stream.pending.substr(done, length), stream.start, stream.chunks));
    stream.start += length;
    done += length;
  }
  if (done > 0) stream.files = 0;
  stream.pending.erase(0, done);
  return Ok();
}

Status StreamWriter::BeginDirectory(const std::string& path) {
  if (joined_.pending.size() < kDirectoryEdge && joined_.files < kDirectoryEdgeFiles) return Ok();
  const Id hash = Sha256(path);
  return hash.bytes[0] % kEdgeOdds == 0 ? Cut(joined_, true) : Ok();
}

Status StreamWriter::Finish() {
  RS_CHECK(Cut(joined_, true));
  RS_CHECK(chunks_.Finish());
  if (hot_.size() > 0) {
    // In packs of its own, so that it is consecutive.
    RS_CHECK(hot_.Write(chunks_, kHotSizes));
    RS_CHECK(chunks_.Finish());
  }
  all_ = hot_.chunks();
  for (Stream* stream : {&joined_, &alone_}) {
    all_.insert(all_.end(), stream->chunks.begin(), stream->chunks.end());
    stream->chunks = {};
  }
  return Ok();
}

}  // namespace rootstream
