#include "format/manifest.h"

#include <algorithm>

#include "format/limits.h"

namespace rootstream {
namespace {

constexpr std::string_view kManifestMagic = "RSMF";

void EncodeStrings(const std::vector<std::string>& strings, Encoder& out) {
  out.Varint(strings.size());
  for (const std::string& s : strings) out.Bytes(s);
}

void EncodeBootEntry(const BootEntry& entry, Encoder& out) {
  out.Bytes(entry.title);
  out.Bytes(entry.kernel);
  EncodeStrings(entry.initrds, out);
  out.Bytes(entry.cmdline);
  out.U8(entry.is_default ? 1 : 0);
  out.Varint(entry.rules.size());
  for (const MatchRule& rule : entry.rules) {
    out.U8(static_cast<uint8_t>(rule.kind));
    out.Bytes(rule.pattern);
  }
}

BootEntry DecodeBootEntry(Decoder& in) {
  BootEntry entry;
  entry.title = in.Bytes(kMaxString);
  entry.kernel = in.Bytes(kMaxString);
  const uint64_t initrds = in.Count(kMaxBootEntries);
  for (uint64_t i = 0; i < initrds && in.ok(); ++i) entry.initrds.emplace_back(in.Bytes(kMaxString));
  entry.cmdline = in.Bytes(kMaxString);
  const uint8_t flags = in.U8();
  if (flags > 1) in.Fail();
  entry.is_default = flags == 1;
  const uint64_t rules = in.Count(kMaxMatchRules);
  for (uint64_t i = 0; i < rules && in.ok(); ++i) {
    const uint8_t kind = in.U8();
    if (kind < 1 || kind > 4) in.Fail();
    entry.rules.push_back({static_cast<MatchKind>(kind), std::string(in.Bytes(kMaxString))});
  }
  return entry;
}

PackTable PacksOf(const Manifest& manifest) {
  PackTable packs;
  packs.Add(manifest.root.pack);
  for (const ObjectRef& ref : manifest.hot.data) packs.Add(ref.pack);
  for (const ObjectRef& ref : manifest.hot.metadata) packs.Add(ref.pack);
  return packs;
}

std::vector<ObjectRef> DecodeHotLists(const PackTable& packs, Decoder& in) {
  std::vector<ObjectRef> refs;
  const uint64_t count = in.Count(kMaxHotLists);
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    refs.push_back(packs.DecodeRef(in, kMaxPartPlain));
    if (refs.back().in_own_pack()) in.Fail();  // a manifest is not in a pack
  }
  return refs;
}

std::vector<PublicKey> DecodeKeys(Decoder& in) {
  std::vector<PublicKey> keys;
  const uint64_t count = in.Count(kMaxSignatures);
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    const std::string_view raw = in.Raw(32);
    if (!in.ok()) break;
    PublicKey key;
    std::copy(raw.begin(), raw.end(), key.bytes.begin());
    if (!keys.empty() && !(keys.back() < key)) in.Fail();
    keys.push_back(key);
  }
  return keys;
}

}  // namespace

std::string Manifest::Encode() const {
  Encoder out;
  out.Raw(kManifestMagic);
  out.U8(kFormatVersion);
  out.U64(critical_features);
  out.U64(features);
  const PackTable packs = PacksOf(*this);
  packs.EncodeTo(out);
  packs.EncodeRef(root, out);
  out.Varint(totals.entries);
  out.Varint(totals.inodes);
  out.Varint(totals.plain_bytes);
  out.Varint(totals.data_bytes);
  for (const auto* lists : {&hot.data, &hot.metadata}) {
    out.Varint(lists->size());
    for (const ObjectRef& ref : *lists) packs.EncodeRef(ref, out);
  }
  out.Varint(boot_entries.size());
  for (const BootEntry& entry : boot_entries) EncodeBootEntry(entry, out);
  out.Varint(keys.size());
  for (const PublicKey& key : keys) out.Raw(key.view());
  out.Varint(threshold);
  return out.Take();
}

Result<Manifest> Manifest::Decode(std::string_view bytes) {
  if (bytes.size() > kMaxManifest) return Corrupt("manifest: too large");
  Decoder in(bytes);
  if (in.Raw(4) != kManifestMagic) return Corrupt("not a manifest");
  if (const uint8_t version = in.U8(); in.ok() && version != kFormatVersion)
    return Invalid("manifest: format version " + std::to_string(version) + " is not known here");
  Manifest m;
  m.critical_features = in.U64();
  m.features = in.U64();
  if (in.ok() && (m.critical_features & ~kKnownCriticalFeatures) != 0)
    return Invalid("manifest: it needs a feature that is not known here; a newer rootstream may");
  const PackTable packs = PackTable::Decode(in, 2 * kMaxHotLists + 1);
  m.root = packs.DecodeRef(in, kMaxPartPlain);
  if (m.root.in_own_pack()) in.Fail();
  m.totals.entries = in.Varint();
  m.totals.inodes = in.Varint();
  m.totals.plain_bytes = in.Varint();
  m.totals.data_bytes = in.Varint();
  m.hot.data = DecodeHotLists(packs, in);
  m.hot.metadata = DecodeHotLists(packs, in);
  const uint64_t boot_entries = in.Count(kMaxBootEntries);
  for (uint64_t i = 0; i < boot_entries && in.ok(); ++i) m.boot_entries.push_back(DecodeBootEntry(in));
  m.keys = DecodeKeys(in);
  m.threshold = static_cast<uint32_t>(in.Count(kMaxSignatures));
  const bool threshold_fits = m.threshold >= 1 && m.threshold <= std::max<size_t>(1, m.keys.size());
  if (!in.AtEnd() || !threshold_fits) return Corrupt("manifest: damaged");
  return m;
}

}  // namespace rootstream
