// Trees and stores for the publisher's tests.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <optional>
#include <string>
#include <system_error>

#include "chunker/publish.h"
#include "tests/support/test_files.h"
#include "tests/support/test_pack.h"
#include "tests/support/test_result.h"

namespace rootstream {

inline void SetTime(const std::string& path, int64_t seconds, long nanoseconds) {
  const timespec times[2] = {{seconds, nanoseconds}, {seconds, nanoseconds}};
  if (utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
    throw std::system_error(errno, std::generic_category(), path);
}

inline void MakeSparseTestFile(const std::string& path, uint64_t size, const std::map<uint64_t, std::string>& parts) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  bool good = fd >= 0 && ftruncate(fd, static_cast<off_t>(size)) == 0;
  for (const auto& [offset, bytes] : parts)
    good = good &&
           pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset)) == static_cast<ssize_t>(bytes.size());
  const int error = errno;
  if (fd >= 0) close(fd);
  if (!good) throw std::system_error(error, std::generic_category(), path);
}

// A tree with every kind of entry that this user and filesystem permit.
inline void MakeRichTree(const std::string& top) {
  namespace fs = std::filesystem;
  fs::create_directories(top + "/dir/deep/deeper");
  fs::create_directories(top + "/empty");
  WriteTestFile(top + "/dir/a", "contents of a\n");
  WriteTestFile(top + "/dir/same as a", "contents of a\n");
  WriteTestFile(top + "/dir/nothing", "");
  WriteTestFile(top + "/dir/deep/large", RandomBytes(700'000, 7));
  WriteTestFile(top + "/dir/deep/deeper/text", std::string(300'000, 't') + "end");
  WriteTestFile(top + "/name\n\xff\\ odd", "odd");
  WriteTestFile(top + "/" + std::string(255, 'n'), "longest name");
  WriteTestFile(top + "/zeros", std::string(100'000, '\0'));
  MakeSparseTestFile(top + "/sparse", 1'000'001, {{5000, "data"}, {500'000, RandomBytes(9000, 8)}});
  MakeSparseTestFile(top + "/hole at the end", 50'000, {{0, RandomBytes(5000, 9)}});
  MakeSparseTestFile(top + "/only a hole", 20'000, {});
  for (int i = 0; i < 40; ++i) WriteTestFile(top + "/many/" + std::to_string(i), RandomBytes(100 + 37 * i, 100 + i));
  fs::create_symlink("dir/a", top + "/link");
  fs::create_symlink(std::string(200, 'x') + "/" + std::string(200, 'y'), top + "/dangling");
  fs::create_hard_link(top + "/dir/a", top + "/hard");
  fs::create_hard_link(top + "/dir/deep/large", top + "/dir/hard to large");
  mkfifo((top + "/pipe").c_str(), 0640);
  (void)mknod((top + "/char").c_str(), S_IFCHR | 0600, makedev(1, 3));
  (void)mknod((top + "/block").c_str(), S_IFBLK | 0600, makedev(259, 70000));
  (void)lchown((top + "/many/3").c_str(), 1234, 4321);
  chmod((top + "/many/4").c_str(), 04711);
  chmod((top + "/empty").c_str(), 01777);
  for (const char* name : {"/dir/a", "/dir/deep", "/many/5"})
    (void)setxattr((top + name).c_str(), "user.comment", "x\0y", 3, 0);
  SetTime(top + "/many/1", -1, 500'000'000);
  SetTime(top + "/many/2", 1, 1);
  SetTime(top + "/link", 123456789, 987654321);
  SetTime(top + "/empty", 0, 0);
}

inline PublishOptions OptionsFor(const std::string& source, const std::string& store) {
  PublishOptions options;
  options.source = source;
  options.store = store;
  options.image = {"image", "latest"};
  options.level = 1;
  return options;
}

inline Result<PublishSummary> PublishTree(const std::string& source, const std::string& store) {
  return Publish(OptionsFor(source, store));
}

// The bytes of all files that a store serves, by path.
inline std::map<std::string, std::string> ServedFiles(const std::string& store) {
  std::map<std::string, std::string> files;
  for (const std::string& name : FilesBelow(store))
    if (name.starts_with("packs/") || name.starts_with("manifests/")) files[name] = ReadTestFile(store + "/" + name);
  return files;
}

}  // namespace rootstream
