#include "cache/ref_memory.h"

#include "cache/file_io.h"
#include "format/bytes.h"
#include "format/id.h"
#include "format/limits.h"

namespace rootstream {
namespace {

constexpr std::string_view kMagic = "RSRM1";

std::string EncodeMemory(const RememberedRef& ref) {
  Encoder out;
  out.Raw(kMagic);
  out.Varint(ref.serial);
  out.Varint(ref.threshold);
  out.Zigzag(ref.clock);
  out.Bytes(ref.ref);
  out.Raw(Sha256(out.bytes()).view());
  return out.Take();
}

std::optional<RememberedRef> DecodeMemory(std::string_view bytes) {
  if (bytes.size() < kIdSize) return std::nullopt;
  const std::string_view body = bytes.substr(0, bytes.size() - kIdSize);
  if (Sha256(body).view() != bytes.substr(body.size())) return std::nullopt;
  Decoder in(body);
  if (in.Raw(kMagic.size()) != kMagic) return std::nullopt;
  RememberedRef ref;
  ref.serial = in.Varint();
  ref.threshold = static_cast<uint32_t>(in.Count(kMaxSignatures));
  ref.clock = in.Zigzag();
  ref.ref = in.Bytes(kMaxRef);
  if (!in.AtEnd()) return std::nullopt;
  return ref;
}

}  // namespace

std::string RefMemory::Path(const ImageUrl& url) const {
  return folder_ + "/refs/" + Sha256(url.ToString()).Hex() + 
         (trust_ == RefTrust::kInsecure ? ".insecure" : "");
}

std::optional<RememberedRef> RefMemory::Load(const ImageUrl& url) const {
  if (folder_.empty()) return std::nullopt;
  const auto bytes = ReadWholeFile(Path(url), 2 * kMaxRef);
  if (!bytes.ok()) return std::nullopt;
  return DecodeMemory(*bytes);
}

void RefMemory::Save(const ImageUrl& url, const RememberedRef& ref) const {
  if (folder_.empty()) return;
  (void)MakeFolders(folder_ + "/refs", 0700);
  (void)WriteFileAtomically(Path(url), EncodeMemory(ref), 0600);
}

}  // namespace rootstream
