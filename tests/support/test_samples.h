// One small but rich value of each encoded type. The golden files are made of these, so they must
// not change while the format does not.
#pragma once

#include <sys/stat.h>

#include <string>
#include <vector>

#include "format/chunk_list.h"
#include "format/manifest.h"
#include "format/profile.h"
#include "format/ref.h"
#include "format/tree.h"

namespace rootstream {

inline Id SampleHolder() { return Sha256("holder"); }

inline ObjectRef SampleObject(int n) {
  return {Sha256("object " + std::to_string(n)), Sha256("pack " + std::to_string(n % 3)),
          static_cast<uint64_t>(16 + 1000 * n), static_cast<uint32_t>(900 + n), static_cast<uint32_t>(2000 + n)};
}

inline ChunkList SampleChunkList() { return {{SampleObject(1), SampleObject(2), SampleObject(3), SampleObject(4)}}; }

inline PublisherPart SamplePublisherPart() {
  return {Sha256("shard key"), {Sha256("plain 1"), Sha256("plain 2"), Sha256("plain 3")}};
}

// A root shard: every inode type, holes, xattrs, a split directory, a hard link in a shared shard.
inline Tree SampleTree() {
  Tree tree;
  tree.top = {false, 0, 1};
  tree.entries = {{"", kNoChild, 0},       {"bin", kNoChild, 1},
                  {"block", kNoChild, 2},  {"char", kNoChild, 3},
                  {"file", kNoChild, 4},   {"hard", 0, 7},
                  {"link", kNoChild, 5},   {"pipe", kNoChild, 6},
                  {"socket", kNoChild, 7}, {"z\xff\n empty", kNoChild, 8}};
  tree.ranges = {{"", 1}, {"m", 2}};
  tree.inodes.resize(9);
  tree.inodes[0] = {.mode = S_IFDIR | 0755,
                    .nlink = 3,
                    .mtime_seconds = 1700000000,
                    .mtime_nanoseconds = 999999999,
                    .size = 9,
                    .listing = {false, 1, 9}};
  tree.inodes[1] = {.mode = S_IFDIR | 01777,
                    .uid = 1000,
                    .gid = 100,
                    .nlink = 2,
                    .mtime_seconds = -1,
                    .mtime_nanoseconds = 1,
                    .size = 3000,
                    .listing = {true, 0, 2}};
  tree.inodes[2] = {.mode = S_IFBLK | 0660, .device_major = 259, .device_minor = 1048575};
  tree.inodes[3] = {.mode = S_IFCHR | 0666, .device_major = 1, .device_minor = 3};
  tree.inodes[4] = {.mode = S_IFREG | 04755,
                    .uid = UINT32_MAX - 1,
                    .gid = UINT32_MAX - 1,
                    .mtime_seconds = INT64_MIN,
                    .xattr_set = 2,
                    .size = 20000,
                    .extent_begin = 0,
                    .extent_count = 2};
  tree.inodes[5] = {.mode = S_IFLNK | 0777, .mtime_seconds = INT64_MAX, .size = 9, .target = 0};
  tree.inodes[6] = {.mode = S_IFIFO | 0600, .xattr_set = 1};
  tree.inodes[7] = {.mode = S_IFSOCK | 0600};
  tree.inodes[8] = {.mode = S_IFREG | 0644, .size = uint64_t{1} << 40, .extent_begin = 2};
  tree.extents = {{0, 4096, 4096}, {8192, 5000, 0}};
  tree.targets = {"../target"};
  tree.xattr_sets = {{{"user.a", ""}}, {{"security.capability", std::string("\1\0\0\2", 4)}, {"user.b", "value"}}};
  tree.lists = {{SampleObject(5), 8000}, {SampleObject(6), 2000}};
  tree.publisher = {SampleObject(7), SampleObject(8)};
  tree.children = {SampleObject(9), SampleObject(10), SampleObject(11)};
  return tree;
}

// An event of each kind, and a path that needs escapes.
inline Profile SampleProfile() {
  Profile profile;
  profile.image = {"debian", "12"};
  profile.manifest = Sha256("manifest");
  profile.events = {{ProfileKind::kShard, 0, 80, 0, 4711, "", Sha256("shard")},
                    {ProfileKind::kList, 5, 0, 0, 0, "/", {}},
                    {ProfileKind::kLook, 5, 1, 0, 0, "/etc", {}},
                    {ProfileKind::kLook, 7, 0, 0, 0, "/etc/a name\n\xff\\with it", {}},
                    {ProfileKind::kFile, 12, 0, 0, 0, "/usr/bin/python3.11", {}, {.size = 6'812'000, .mtime = -1}},
                    {ProfileKind::kRead, 12, 160'000, 0, 16384, "/usr/bin/python3.11", {}},
                    {ProfileKind::kRead, 9'000'000'000, 0, uint64_t{1} << 40, 1, "/etc/a name\n\xff\\with it", {}}};
  return profile;
}

inline PublicKey SampleKey(uint8_t n) {
  PublicKey key;
  key.bytes.fill(n);
  return key;
}

inline Manifest SampleManifest() {
  Manifest manifest;
  manifest.features = kHasXattr | kHasHardLink;
  manifest.root = SampleObject(1);
  manifest.totals = {1234, 1200, 5'000'000'000, 4'000'000'000};
  manifest.hot = {{SampleObject(2), SampleObject(3)}, {SampleObject(4)}};
  manifest.boot_entries = {{"Linux", "/boot/vmlinuz", {"/boot/initrd.img", "/boot/ucode"}, "quiet root=x", true, {}},
                           {"Laptop",
                            "/boot/vmlinuz-laptop",
                            {},
                            "",
                            false,
                            {{MatchKind::kDmi, "sys_vendor=ACME*"}, {MatchKind::kArchitecture, "x86_64"}}}};
  manifest.keys = {SampleKey(1), SampleKey(2)};
  manifest.threshold = 2;
  return manifest;
}

inline RefBody SampleRefBody() {
  RefBody body;
  body.image = {"debian", "12"};
  body.serial = 42;
  body.issued = 1700000000;
  body.expires = 1800000000;
  body.minimum_serial = 40;
  body.mirrors = {"https://mirror.example/store", "http://other.example"};
  body.manifest = SampleManifest().Encode();
  return body;
}

}  // namespace rootstream
