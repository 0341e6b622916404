// A pack of sealed test objects, in memory.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "format/chunk.h"
#include "format/object_ref.h"

namespace rootstream {

inline std::string RandomBytes(size_t size, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

struct TestPack {
  Id id;
  std::string bytes;
  std::vector<ObjectRef> refs;
  std::vector<std::string> plain;

  std::string Stored(size_t n) const { return bytes.substr(refs[n].offset, refs[n].stored_size); }
  std::string Path() const { return PackPath(id); }
};

// Objects of `size` random bytes each, one after another with `gap` bytes between them.
inline TestPack MakeTestPack(size_t objects, size_t size, size_t gap = 0, uint64_t seed = 1) {
  TestPack pack;
  pack.bytes = PackHeader();
  Sealer sealer(1);
  for (size_t n = 0; n < objects; ++n) {
    pack.plain.push_back(RandomBytes(size, seed * 1000 + n));
    const std::string stored = sealer.Seal(pack.plain.back());
    pack.refs.push_back({Sha256(stored), Id{}, pack.bytes.size(),
                         static_cast<uint32_t>(stored.size()), static_cast<uint32_t>(size)});
    pack.bytes += stored + std::string(gap, 'g');
  }
  pack.id = Sha256(pack.bytes);
  for (ObjectRef& ref : pack.refs) ref.pack = pack.id;
  return pack;
}

}  // namespace rootstream
