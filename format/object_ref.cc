#include "format/object_ref.h"

#include <algorithm>

#include "format/limits.h"

namespace rootstream {

std::string PackHeader() {
  Encoder out;
  out.Raw("RSPACK\r\n");
  out.U32(kFormatVersion);
  out.U32(0);
  return out.Take();
}

bool IsPackHeader(std::string_view bytes) { return bytes == PackHeader(); }

std::string PackPath(const Id& pack) {
  const std::string hex = pack.Hex();
  return "packs/" + hex.substr(0, 2) + "/" + hex;
}

void PackTable::Add(const Id& pack) {
  if (pack == Id{} || std::find(packs_.begin(), packs_.end(), pack) != packs_.end()) return;
  packs_.push_back(pack);
}

void PackTable::EncodeTo(Encoder& out) const {
  out.Varint(packs_.size());
  for (const Id& pack : packs_) out.Raw(pack.view());
}

PackTable PackTable::Decode(Decoder& in, size_t limit) {
  PackTable table;
  const uint64_t count = in.Count(std::min<uint64_t>(limit, in.remaining() / kIdSize));
  for (uint64_t i = 0; i < count; ++i) {
    const std::string_view raw = in.Raw(kIdSize);
    if (!in.ok()) return {};
    table.packs_.push_back(IdFromBytes(raw));
  }
  return table;
}

void PackTable::EncodeRef(const ObjectRef& ref, Encoder& out) const {
  uint64_t number = 0;
  if (!ref.in_own_pack()) number = std::find(packs_.begin(), packs_.end(), ref.pack) - packs_.begin() + 1;
  out.Varint(number);
  out.Varint(ref.offset);
  out.Varint(ref.stored_size);
  out.Varint(ref.plain_size);
  out.Raw(ref.id.view());
}

ObjectRef PackTable::DecodeRef(Decoder& in, size_t max_plain) const {
  ObjectRef ref;
  const uint64_t number = in.Count(packs_.size());
  ref.offset = in.Count(kMaxPack);
  ref.stored_size = static_cast<uint32_t>(in.Count(kMaxStored));
  ref.plain_size = static_cast<uint32_t>(in.Count(max_plain));
  const std::string_view id = in.Raw(kIdSize);
  if (in.ok() && (ref.offset < kPackHeaderSize || ref.stored_size == 0)) in.Fail();
  if (!in.ok()) return {};
  if (number > 0) ref.pack = packs_[number - 1];
  ref.id = IdFromBytes(id);
  return ref;
}

ObjectRef Resolve(ObjectRef ref, const Id& holder) {
  if (ref.in_own_pack()) ref.pack = holder;
  return ref;
}

}  // namespace rootstream
