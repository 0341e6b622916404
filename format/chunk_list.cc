#include "format/chunk_list.h"

namespace rootstream {
namespace {

constexpr std::string_view kListMagic = "RSCL";
constexpr std::string_view kPublisherMagic = "RSPP";

}  // namespace

std::string ChunkList::Encode() const {
  PackTable packs;
  for (const ObjectRef& chunk : chunks) packs.Add(chunk.pack);
  Encoder out;
  out.Raw(kListMagic);
  out.U8(kFormatVersion);
  packs.EncodeTo(out);
  out.Varint(chunks.size());
  for (const ObjectRef& chunk : chunks) packs.EncodeRef(chunk, out);
  return out.Take();
}

Result<ChunkList> ChunkList::Decode(std::string_view plain, const Id& holder, size_t max_plain) {
  Decoder in(plain);
  if (in.Raw(4) != kListMagic || in.U8() != kFormatVersion) return Corrupt("not a chunk list");
  const PackTable packs = PackTable::Decode(in, kMaxChunksPerList);
  const uint64_t count = in.Count(kMaxChunksPerList);
  ChunkList list;
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    list.chunks.push_back(Resolve(packs.DecodeRef(in, max_plain), holder));
    if (list.chunks.back().plain_size == 0) in.Fail();
  }
  if (!in.AtEnd()) return Corrupt("chunk list: damaged");
  return list;
}

uint64_t ChunkList::plain_size() const {
  uint64_t size = 0;
  for (const ObjectRef& chunk : chunks) size += chunk.plain_size;
  return size;
}

std::string PublisherPart::Encode() const {
  Encoder out;
  out.Raw(kPublisherMagic);
  out.U8(kFormatVersion);
  out.Raw(shard_key.view());
  out.Varint(plain_hashes.size());
  for (const Id& hash : plain_hashes) out.Raw(hash.view());
  return out.Take();
}

Result<PublisherPart> PublisherPart::Decode(std::string_view plain) {
  Decoder in(plain);
  if (in.Raw(4) != kPublisherMagic || in.U8() != kFormatVersion) return Corrupt("not a publisher's part");
  PublisherPart part;
  const std::string_view key = in.Raw(kIdSize);
  const uint64_t count = in.Count(in.remaining() / kIdSize);
  const std::string_view hashes = in.Raw(count * kIdSize);
  if (!in.AtEnd()) return Corrupt("publisher's part: damaged");
  part.shard_key = IdFromBytes(key);
  for (uint64_t i = 0; i < count; ++i) part.plain_hashes.push_back(IdFromBytes(hashes.substr(i * kIdSize, kIdSize)));
  return part;
}

}  // namespace rootstream
