#include "chunker/stream_writer.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "chunker/block_aligner.h"

namespace rootstream {
namespace {

constexpr uint64_t kBlock = 4096;             // bytes: the least hole
constexpr size_t kDirectoryEdge = 32 << 10;   // bytes
constexpr size_t kDirectoryEdgeFiles = 256;   // a chunk of more belongs to many shards
constexpr int kEdgeOdds = 2;                  // one directory in so many is an edge
constexpr uint64_t kMaxBlocks = 1 << 21;      // of one file, so that its extents stay within limits

uint64_t BlockFor(uint64_t size) {
  return std::max(kBlock, std::bit_ceil((size + kMaxBlocks - 1) / kMaxBlocks));
}

bool IsZero(std::string_view bytes) {
  return bytes[0] == 0 && memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

}  // namespace

Result<std::vector<FileExtent>> StreamWriter::AddFile(uint64_t size, const ReadContent& read) {
  File file{.block = BlockFor(size)};
  const bool is_large = size >= sizes_.average;
  BlockAligner aligner(size, file.block, [&](uint64_t offset, std::string_view blocks) {
    return AddBlocks(file, offset, blocks, is_large ? &alone_ : nullptr);
  });
  RS_CHECK(read([&](uint64_t offset, std::string_view bytes) { return aligner.Add(offset, bytes); }));
  RS_CHECK(aligner.Finish());
  if (is_large) {
    RS_CHECK(Cut(alone_, true));
  } else if (!file.data.empty()) {
    RS_CHECK(Join(file));
  }
  return std::move(file.extents);
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
Status StreamWriter::AddBlocks(File& file, uint64_t offset, std::string_view bytes,
                               Stream* alone) {
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
    const std::string_view part = bytes.substr(0, data);
    if (alone != nullptr) {
      AddData(file, offset, data, alone->start + alone->pending.size());
      alone->pending += part;
      RS_CHECK(Cut(*alone, false));
    } else {
      AddData(file, offset, data, file.data.size());
      file.data += part;
    }
    offset += data;
    bytes.remove_prefix(data);
  }
  return Ok();
}

void StreamWriter::AddData(File& file, uint64_t offset, uint64_t length, uint64_t position) {
  if (!file.extents.empty()) {
    FileExtent& last = file.extents.back();
    if (last.file_offset + last.length == offset && last.position + last.length == position) {
      last.length += length;
      return;
    }
  }
  file.extents.push_back({offset, length, position});
}

// Cuts as long as more bytes could not move the cut; `all`: to the last byte.
Status StreamWriter::Cut(Stream& stream, bool all) {
  size_t done = 0;
  while (done < stream.pending.size() &&
         (all || stream.pending.size() - done >= sizes_.maximum())) {
    size_t length = FirstCut(std::string_view(stream.pending).substr(done), sizes_);
    // What is left of a joined run goes with the chunk before it, or it would be a tiny one.
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
  return chunks_.Finish();
}

}  // namespace rootstream
