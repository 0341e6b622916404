// Images that rootstream's publisher would never write, but whose hashes are right. Everything that reads a store must
// process or refuse them, with little stack and memory.
#pragma once

#include <sys/stat.h>

#include <functional>
#include <map>
#include <string>

#include "format/chunk_list.h"
#include "format/ref.h"
#include "format/tree.h"
#include "tests/support/test_files.h"
#include "tests/support/test_pack.h"
#include "tests/support/test_tree.h"

namespace rootstream {

struct HostileImage {
  TestPack pack;
  ObjectRef chunk, list, part;  // a chunk of one byte, and objects that name it
  Manifest manifest;

  HostileImage() {
    chunk = pack.Add("x");
    list = pack.Add(ChunkList{{chunk}}.Encode());
    part = pack.Add(PublisherPart{Sha256("key"), {Sha256("x")}}.Encode());
    empty_part = pack.Add(PublisherPart{Sha256("empty"), {}}.Encode());
    manifest.features = 0;
  }

  Tree Empty() const { return Tree{.publisher = {empty_part}}; }
  static Inode Directory(Listing listing) {
    return {.mode = S_IFDIR | 0755, .nlink = 2, .size = listing.count, .listing = listing};
  }
  static Inode File(uint32_t nlink = 1) { return {.mode = S_IFREG | 0644, .nlink = nlink}; }

  // `row`: the row of the root directory.
  void SetRoot(const Tree& tree, uint32_t row) { manifest.root = pack.Add(AsRoot(tree, row).Encode()); }

  ObjectRef empty_part;
};

inline std::string Numbered(uint32_t n) {
  std::string digits = std::to_string(n);
  return "n" + std::string(6 - digits.size(), '0') + digits;
}

// One directory in 65,535 parts, none of which has a name in it.
inline void EmptyRanges(HostileImage& image) {
  Tree root = image.Empty();
  root.children = {image.pack.Add(image.Empty().Encode())};
  for (uint32_t i = 0; i < 65535; ++i) root.ranges.push_back({Numbered(i), 0});
  root.inodes = {HostileImage::Directory({.split = true, .count = 65535})};
  image.SetRoot(root, 0);
}

// One directory, whose names are those at the top of `last`, which is below a chain of `shards` shards.
inline void PutBelow(HostileImage& image, const Tree& last, int shards) {
  ObjectRef below = image.pack.Add(last.Encode());
  Tree shard = image.Empty();
  shard.ranges = {{"a", 0}};
  shard.top = {.split = true, .count = 1};
  for (int i = 0; i < shards; ++i) {
    shard.children = {below};
    below = image.pack.Add(shard.Encode());
  }
  Tree root = image.Empty();
  root.children = {below};
  root.ranges = {{"a", 0}};
  root.inodes = {HostileImage::Directory({.split = true, .count = 1})};
  image.SetRoot(root, 0);
}

inline void ChainOfShards(HostileImage& image) {
  Tree last = image.Empty();
  last.inodes = {HostileImage::File()};
  last.entries = {{.name = "file", .row = 0}};
  last.top = {.count = 1};
  PutBelow(image, last, 4000);
}

// More nested shards than a reader accepts.
inline void TooManyShardsInAChain(HostileImage& image) { PutBelow(image, image.Empty(), 5000); }

// One file of 30,000 bytes, each in a chunk list of its own.
inline void ManyLists(HostileImage& image) {
  constexpr uint32_t kLists = 30'000;
  Tree root = image.Empty();
  root.publisher.clear();
  for (uint32_t i = 0; i < kLists; ++i) {
    root.lists.push_back({image.list, 1});
    root.publisher.push_back(image.part);
  }
  root.extents = {{0, kLists, 0}};
  root.entries = {{.name = "file", .row = 0}};
  root.inodes = {HostileImage::File(), HostileImage::Directory({.count = 1})};
  root.inodes[0].size = kLists;
  root.inodes[0].extent_count = 1;
  image.SetRoot(root, 1);
}

// 30,000 nested directories.
inline void DeepFolders(HostileImage& image) {
  constexpr uint32_t kFolders = 30'000;
  Tree root = image.Empty();
  for (uint32_t i = 0; i < kFolders; ++i) {
    root.entries.push_back({.name = "d", .row = i + 1});
    root.inodes.push_back(HostileImage::Directory({.begin = i, .count = 1}));
  }
  root.inodes.push_back(HostileImage::Directory({}));
  image.SetRoot(root, 0);
}

// Hard links to one inode, to a row that does not exist, and to a directory.
inline void OddLinks(HostileImage& image) {
  Tree shared = image.Empty();
  shared.inodes = {HostileImage::File(30'000), HostileImage::Directory({})};
  Tree root = image.Empty();
  root.children = {image.pack.Add(shared.Encode())};
  for (uint32_t i = 0; i < 30'000; ++i) root.entries.push_back({Numbered(i), 0, 0});
  root.entries.push_back({"x-nowhere", 0, 60'000});
  root.entries.push_back({"y-directory", 0, 1});
  root.inodes = {HostileImage::Directory({.count = 30'002})};
  image.SetRoot(root, 0);
}

// 40 levels, each with two equal subtrees: few objects, 2^40 directories.
inline void TreeOfTwins(HostileImage& image) {
  Tree twin = image.Empty();
  twin.inodes = {HostileImage::File()};
  twin.entries = {{.name = "file", .row = 0}};
  twin.top = {.count = 1};
  for (int i = 0; i < 40; ++i) {
    Tree above = image.Empty();
    above.children = {image.pack.Add(twin.Encode())};
    above.ranges = {{"a", 0}, {"a", 0}};
    above.entries = {{.name = "a", .row = 0}, {.name = "b", .row = 1}};
    above.inodes = {HostileImage::Directory({.split = true, .begin = 0, .count = 1}),
                    HostileImage::Directory({.split = true, .begin = 1, .count = 1})};
    above.top = {.count = 2};
    twin = above;
  }
  twin.inodes.push_back(HostileImage::Directory(twin.top));
  image.SetRoot(twin, 2);
}

// Lists of the hot range that name one chunk again and again, and objects that do not exist.
inline void OddHotRange(HostileImage& image) {
  Tree root = image.Empty();
  root.inodes = {HostileImage::Directory({})};
  std::vector<ObjectRef> same(kMaxChunksPerList, image.chunk);
  const ObjectRef list = image.pack.Add(ChunkList{same}.Encode());
  ObjectRef nowhere = image.chunk;
  nowhere.id = Sha256("nowhere");
  const ObjectRef broken = image.pack.Add(ChunkList{{nowhere}}.Encode());
  image.SetRoot(root, 0);
  for (int i = 0; i < 100; ++i) image.manifest.hot.data.push_back(list);
  image.manifest.hot.metadata = {broken};
}

inline const std::map<std::string, std::function<void(HostileImage&)>>& HostileImages() {
  static const std::map<std::string, std::function<void(HostileImage&)>> images = {
      {"empty-ranges", EmptyRanges},
      {"chain-of-shards", ChainOfShards},
      {"too-many-shards-in-a-chain", TooManyShardsInAChain},
      {"many-lists", ManyLists},
      {"deep-folders", DeepFolders},
      {"odd-links", OddLinks},
      {"tree-of-twins", TreeOfTwins},
      {"odd-hot-range", OddHotRange}};
  return images;
}

// Writes the hostile image `name` into the store, as an unsigned image of that name.
inline void WriteHostileImage(const std::string& store, const std::string& name) {
  HostileImage image;
  HostileImages().at(name)(image);
  TestPack& pack = image.pack;
  pack.Close();
  const auto place = [&](ObjectRef& ref) { ref.pack = pack.id; };
  place(image.manifest.root);
  for (ObjectRef& ref : image.manifest.hot.data) place(ref);
  for (ObjectRef& ref : image.manifest.hot.metadata) place(ref);
  const std::string manifest = image.manifest.Encode();
  const RefBody body{.image = {name, "latest"}, .serial = 1, .issued = 1, .manifest = manifest};
  WriteTestFile(store + "/" + pack.Path(), pack.bytes);
  WriteTestFile(store + "/manifests/" + Sha256(manifest).Hex(), manifest);
  WriteTestFile(store + "/images/" + name + "/latest", Ref{body.Encode(), {}}.Encode());
}

}  // namespace rootstream
