// make_nasty_tree DIR [--big-directory N]
//
// Creates DIR and fills it with one of everything a Linux root filesystem can hold: odd names, hard
// links, holes, every kind of node, every kind of extended attribute, owners, modes and times at
// the edges of their ranges, and contents around the sizes where chunking changes. Two runs make
// the same tree, byte for byte and time for time, so it can be published, mounted and compared
// again and again. Must run as root. Entries that the filesystem under DIR or the container refuses
// are named in lines "left out: ..." on stderr; any other failure ends the program with one line
// and exit 1. Each Make function owns one folder of the tree.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/make_entries.h"

namespace rootstream {
namespace {

using namespace std::string_literals;

constexpr off_t kKiB = 1024;
constexpr off_t kMiB = 1024 * kKiB;
constexpr off_t kGiB = 1024 * kMiB;

void MakeHardLinks() {
  MakeDirectory("links");
  MakeDirectory("links/many");
  MakeFile("links/first", "one inode, two names in one folder\n");
  MakeLink("links/first", "links/second");
  MakeFile("links/empty", "");
  MakeLink("links/empty", "links/empty-too");
  MakeFile("links/large", Noise(700001, 1));
  MakeLink("links/large", "links/many/large");
  MakeSymlink("first", "links/symlink");
  MakeLink("links/symlink", "links/symlink-too");
  // A socket, because GNU tar keeps no hard links between other special nodes.
  if (MakeNode("links/socket", S_IFSOCK | 0600)) MakeLink("links/socket", "links/socket-too");
  MakeFile("links/many/0", "more links than one byte counts\n");
  for (int i = 1; i < 300; ++i) MakeLink("links/many/0", "links/many/" + std::to_string(i));
}

// 64 folders of 48-byte names: deep, yet a path that still fits PATH_MAX.
void MakeDeepPath() {
  std::string path = "deep";
  MakeDirectory(path);
  for (int level = 0; level < 64; ++level) {
    std::string name = "level-" + std::to_string(level) + "-";
    name.resize(48, 'x');
    path += "/" + name;
    MakeDirectory(path);
  }
  MakeFile(path + "/bottom", "reached\n");
  MakeLink(path + "/bottom", "links/bottom-of-deep");
  MakeSymlink("../../bottom-of-nothing", path + "/dangling");
}

// Blocks that are allocated but never written read as zeros and may count as a hole.
void MakeAllocatedFile(const std::string& path, int flags) {
  NewFile file(path);
  Permitted(fallocate(file.fd(), flags, 0, kMiB), path + ": fallocate");
  file.WriteAt(300000, "data among unwritten blocks");
}

void MakeSparseFiles() {
  MakeDirectory("sparse");
  MakeSparseFile("sparse/islands", 3 * kMiB + 17, {{12345, 777}, {100001, 70001}, {kMiB - 1, 2}, {2 * kMiB + 3, 4096}});
  MakeSparseFile("sparse/hole-at-start", 300000, {{200003, 99997}});
  MakeSparseFile("sparse/hole-at-end", 1000003, {{0, 5000}});
  MakeSparseFile("sparse/hole-one-block", 12 * kKiB, {{0, 4096}, {8192, 4096}});
  MakeSparseFile("sparse/all-hole", kMiB, {});
  MakeSparseFile("sparse/all-hole-odd", 2 * kMiB + 1, {});
  // The smallest hole: cp and tar treat fewer bytes than a block as data.
  MakeSparseFile("sparse/all-hole-one-block", 4096, {});
  MakeSparseFile("sparse/last-byte", 10 * kMiB, {{10 * kMiB - 1, 1}});
  MakeSparseFile("sparse/5-gib", 5 * kGiB + 123,
                 {{4099, 10000}, {2 * kGiB - 5, 10}, {4 * kGiB - 4097, 8200}, {5 * kGiB - 1, 100}});
  MakeAllocatedFile("sparse/allocated", 0);
  MakeAllocatedFile("sparse/allocated-past-end", FALLOC_FL_KEEP_SIZE);
}

void MakeContents() {
  MakeDirectory("contents");
  for (off_t size : {off_t{0}, off_t{1}, off_t{511}, off_t{4095}, off_t{4096}, off_t{4097}, 64 * kKiB - 1, 64 * kKiB,
                     64 * kKiB + 1, 128 * kKiB - 1, 128 * kKiB, 128 * kKiB + 1, 256 * kKiB, kMiB + 1, 3 * kMiB}) {
    const auto bytes = static_cast<size_t>(size);
    MakeFile("contents/noise-" + std::to_string(size), Noise(bytes, bytes));
  }
  std::string text;
  for (int line = 0; text.size() < 2 * kMiB; ++line) {
    text += "line " + std::to_string(line) + ": the quick brown fox jumps over the lazy dog\n";
  }
  text.resize(2 * kMiB);
  MakeFile("contents/text", text);
  MakeFile("contents/zeros", std::string(300000, '\0'));

  std::string noise = Noise(kMiB + 1, 2);
  MakeFile("contents/same-1", noise);
  MakeFile("contents/same-2", noise);
  MakeFile("contents/same-shifted", "!" + noise);
  noise.back() ^= 1;
  MakeFile("contents/same-but-last-byte", noise);
  MakeFile("contents/small-same-1", "duplicate\n");
  MakeFile("contents/small-same-2", "duplicate\n");
  noise.replace(400000, 200000, 200000, '\0');
  MakeFile("contents/zeros-in-the-middle", noise);
}

void MakeModes() {
  MakeDirectory("modes");
  for (mode_t mode : {00000, 00111, 00200, 00444, 00666, 01755, 02755, 04755, 06711, 07777}) {
    char name[8];
    std::snprintf(name, sizeof name, "%05o", mode);
    const std::string file = "modes/file-"s + name;
    const std::string directory = "modes/directory-"s + name;
    MakeFile(file, name);
    MakeDirectory(directory);
    MakeFile(directory + "/inside", name);
    Require(chmod(file.c_str(), mode), file);
    Require(chmod(directory.c_str(), mode), directory);
  }
  MakeDirectory("modes/empty");
}

void MakeOwners() {
  MakeDirectory("owners");
  for (uint32_t id : {1u, 1000u, 65534u, 65535u, 65536u, 100000u, 2147483647u, 2147483648u, 4294967294u}) {
    const std::string file = "owners/file-" + std::to_string(id);
    const std::string directory = "owners/directory-" + std::to_string(id);
    const std::string link = "owners/symlink-" + std::to_string(id);
    MakeFile(file, "owned\n");
    MakeDirectory(directory);
    MakeSymlink("nowhere", link);
    Permitted(chown(file.c_str(), id, 0), file);
    Permitted(chown(directory.c_str(), 0, id), directory);
    Permitted(lchown(link.c_str(), id, id), link);
    Require(chmod(file.c_str(), 04755), file);
  }
}

void MakeXattrs() {
  MakeDirectory("xattrs");
  for (const char* path : {"xattrs/file", "xattrs/large", "xattrs/many", "xattrs/capability", "xattrs/acl"}) {
    MakeFile(path, path);
  }
  for (const char* path : {"xattrs/directory", "xattrs/large-directory", "xattrs/acl-directory"}) {
    MakeDirectory(path);
  }
  MakeSymlink("file", "xattrs/symlink");
  MakeLink("xattrs/file", "xattrs/file-linked");

  for (const std::string path : {"xattrs/file", "xattrs/directory"}) {
    SetXattr(path, "user.text", "value");
    SetXattr(path, "user.empty", "");
    SetXattr(path, "user.binary", "\0\n\xff\x01 end\0"s);
    SetXattr(path, "user." + std::string(250, 'n'), "the longest name");
    SetXattr(path, "user.name \n\xff", "odd name");
    SetXattr(path, "trusted.text", "trusted value");
    SetXattr(path, "trusted.empty", "");
  }
  SetXattr("xattrs/symlink", "trusted.symlink", "on the link itself");
  SetXattr("xattrs/large", "user.large", Noise(4000, 3));
  SetXattr("xattrs/large-directory", "trusted.large", Noise(4000, 4));
  for (int i = 0; i < 50; ++i) {
    SetXattr("xattrs/many", "user.many-" + std::to_string(i), std::to_string(i * i));
  }

  Require(chmod("xattrs/capability", 0755), "xattrs/capability");
  SetXattr("xattrs/capability", "security.capability", NetRawCapability(std::nullopt));
  MakeFile("xattrs/capability-3", "");
  SetXattr("xattrs/capability-3", "security.capability", NetRawCapability(100000));
  SetXattr("xattrs/acl", "system.posix_acl_access", Acl(1000, 4294967294));
  SetXattr("xattrs/acl-directory", "system.posix_acl_access", Acl(65536, 10));
  SetXattr("xattrs/acl-directory", "system.posix_acl_default", Acl(100000, 20));
  MakeFile("xattrs/acl-directory/inherits", "");
  SetXattr(".", "user.root", "the root of the tree");
}

void MakeNodes() {
  MakeDirectory("nodes");
  MakeNode("nodes/fifo", S_IFIFO | 0644);
  MakeNode("nodes/socket", S_IFSOCK | 0777);
  // Without 0:0, which an overlayfs above the tree would take for a whiteout.
  const struct {
    unsigned major, minor;
  } devices[] = {{1, 3}, {7, 255}, {7, 256}, {255, 65536}, {256, 1}, {4095, 1048575}};
  for (const auto& device : devices) {
    const std::string number = std::to_string(device.major) + "-" + std::to_string(device.minor);
    MakeNode("nodes/char-" + number, S_IFCHR | 0620, makedev(device.major, device.minor));
    MakeNode("nodes/block-" + number, S_IFBLK | 0600, makedev(device.major, device.minor));
  }
}

// Names that need quoting; invalid and unnormalised UTF-8; names that sort apart from the paths that begin with them.
const char* const kOddNames[] = {"new\nline",
                                 "\n",
                                 "-rf",
                                 "--",
                                 " lead and trail ",
                                 "*",
                                 "?[a-z]{b,c}",
                                 "$(id);&|<>!#~",
                                 "%s%n",
                                 "'single' \"double\" `back`",
                                 "back\\slash\\",
                                 "...",
                                 "..x",
                                 ".hidden",
                                 ".wh.whiteout",
                                 "caf\xe9",
                                 "\xc3\x28",
                                 "\xed\xa0\x80",
                                 "caf\u00e9",
                                 "cafe\u0301",
                                 "CASE",
                                 "case",
                                 "sort.d",
                                 "sort-d",
                                 "sort",
                                 "sort0"};

std::vector<std::string> OddNames() {
  std::string controls = "\x7f", high, longest_utf8;
  for (int byte = 1; byte < 32; ++byte) controls.push_back(static_cast<char>(byte));
  for (int byte = 128; byte < 256; ++byte) high.push_back(static_cast<char>(byte));
  for (int i = 0; i < 85; ++i) longest_utf8 += "\u20ac";
  std::vector<std::string> names = {std::string(255, 'a'), std::string(254, 'a'), controls, high, longest_utf8};
  names.insert(names.end(), std::begin(kOddNames), std::end(kOddNames));
  return names;
}

void MakeNames() {
  MakeDirectory("names");
  MakeDirectory("names/one-byte");
  for (int byte = 1; byte < 256; ++byte) {
    if (byte == '/' || byte == '.') continue;
    const std::string path = "names/one-byte/"s + static_cast<char>(byte);
    Permitted(mknod(path.c_str(), S_IFREG | 0644, 0), "name of byte " + std::to_string(byte));
  }
  for (const std::string& name : OddNames()) {
    std::string path = "names/" + name;
    if (!Permitted(mkdir(path.c_str(), 0755), path)) continue;
    path.append("/").append(name);
    MakeFile(path, name);
  }
}

void MakeSymlinks() {
  MakeDirectory("symlinks");
  std::string longest;
  while (longest.size() < 4095) longest += "directory/";
  for (size_t size : {1, 59, 60, 255, 1023, 3000, 4095}) {
    MakeSymlink(longest.substr(0, size), "symlinks/long-" + std::to_string(size));
  }
  MakeSymlink("../contents/text", "symlinks/relative");
  MakeSymlink("../contents", "symlinks/directory");
  MakeSymlink("/etc/passwd", "symlinks/absolute");
  MakeSymlink("no such\n\xff thing", "symlinks/dangling");
  MakeSymlink("itself", "symlinks/itself");
  MakeSymlink("..//.././", "symlinks/not-normal");
}

void MakeBigDirectory(unsigned files) {
  MakeDirectory("big");
  for (unsigned i = 0; i < files; ++i) {
    char name[32];
    std::snprintf(name, sizeof name, "big/%07u", i);
    MakeFile(name, i % 10 == 0 ? "" : std::to_string(i));
  }
}

void SetMtimes() {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(".")) {
    const std::string path = entry.path().string();
    struct stat stat;
    Require(lstat(path.c_str(), &stat), path);
    SetMtime(path, StableMtime(path, stat));
  }
}

// A file, a directory and a symlink with this mtime.
void MakeTriple(time_t seconds, long nanoseconds) {
  const std::string when = std::to_string(seconds) + "." + std::to_string(nanoseconds);
  const std::string file = "times/file " + when;
  const std::string directory = "times/directory " + when;
  const std::string link = "times/symlink " + when;
  MakeFile(file, when);
  MakeDirectory(directory);
  MakeSymlink(when, link);
  for (const std::string& path : {file, directory, link}) SetMtime(path, {seconds, nanoseconds});
  struct stat stat;
  Require(lstat(file.c_str(), &stat), file);
  if (stat.st_mtim.tv_sec != seconds || stat.st_mtim.tv_nsec != nanoseconds) {
    std::fprintf(stderr, "left out: mtime %s: the filesystem rounds it\n", when.c_str());
  }
}

// The first and the last second are the ends of what ext4 can hold.
void MakeTimes() {
  MakeDirectory("times");
  for (time_t seconds : {-2147483648L, 15032385535L}) MakeTriple(seconds, 0);
  for (time_t seconds : {-1000000000L, -1L, 0L, 1L, 2147483647L, 2147483648L, 4294967295L, 4294967296L}) {
    for (long nanoseconds : {0, 1, 999999999}) MakeTriple(seconds, nanoseconds);
  }
  SetMtime("times", {-12345, 678});
}

void MakeTree(const std::string& root, unsigned big_directory_files) {
  umask(0);
  MakeDirectory(root);
  Require(chdir(root.c_str()), root);
  MakeHardLinks();
  MakeDeepPath();
  MakeSparseFiles();
  MakeContents();
  MakeModes();
  MakeOwners();
  MakeXattrs();
  MakeNodes();
  MakeNames();
  MakeSymlinks();
  MakeBigDirectory(big_directory_files);
  SetMtimes();
  MakeTimes();
  SetMtime(".", {1234567890, 987654321});
}

struct Arguments {
  std::string root;
  unsigned big_directory_files = 100000;
};

std::optional<Arguments> ParseArguments(const std::vector<std::string>& words) {
  if (words.size() != 1 && words.size() != 3) return std::nullopt;
  Arguments arguments{.root = words[0]};
  if (words.size() == 3) {
    const char* end = words[2].data() + words[2].size();
    const auto parsed = std::from_chars(words[2].data(), end, arguments.big_directory_files);
    if (words[1] != "--big-directory" || parsed.ec != std::errc() || parsed.ptr != end) {
      return std::nullopt;
    }
  }
  return arguments;
}

}  // namespace
}  // namespace rootstream

int main(int argc, char** argv) {
  const auto arguments = rootstream::ParseArguments({argv + 1, argv + argc});
  if (!arguments) {
    std::fprintf(stderr, "usage: make_nasty_tree DIR [--big-directory N]\n");
    return 2;
  }
  try {
    rootstream::MakeTree(arguments->root, arguments->big_directory_files);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_nasty_tree: %s\n", error.what());
    return 1;
  }
  return 0;
}
