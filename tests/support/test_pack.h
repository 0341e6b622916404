// A pack of compressed test objects, in memory.
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
  std::string bytes = PackHeader();
  std::vector<ObjectRef> refs;
  std::vector<std::string> plain;

  // Adds an object, and `gap` bytes after it. Returns its place, as other objects in this pack name it.
  ObjectRef Add(const std::string& object, size_t gap = 0) {
    const std::string stored = Compressor(1).Compress(object);
    refs.push_back({Sha256(stored), Id{}, bytes.size(), static_cast<uint32_t>(stored.size()),
                    static_cast<uint32_t>(object.size())});
    plain.push_back(object);
    bytes += stored + std::string(gap, 'g');
    return refs.back();
  }
  // Completes the pack: sets its id, and puts that id into all places.
  void Close() {
    id = Sha256(bytes);
    for (ObjectRef& ref : refs) ref.pack = id;
  }

  std::string Stored(size_t n) const { return bytes.substr(refs[n].offset, refs[n].stored_size); }
  std::string Path() const { return PackPath(id); }
};

// Objects of `size` random bytes each, `gap` bytes apart.
inline TestPack MakeTestPack(size_t objects, size_t size, size_t gap = 0, uint64_t seed = 1) {
  TestPack pack;
  for (size_t n = 0; n < objects; ++n) pack.Add(RandomBytes(size, seed * 1000 + n), gap);
  pack.Close();
  return pack;
}

}  // namespace rootstream
