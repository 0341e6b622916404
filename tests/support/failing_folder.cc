// Simulates a folder on a failing disk: shows SOURCE at MOUNTPOINT, and fails reads with EIO as the file
// CONTROL says. Usage: failing_folder SOURCE MOUNTPOINT CONTROL [FUSE-OPTION...]
//
// CONTROL contains "TEXT FROM": reads at offset FROM or beyond fail, for files with TEXT in their path. It is read
// each time, so that a test can change it. If it is absent or empty, no read fails. Opening a bad file works.
#define FUSE_USE_VERSION 314
#include <dirent.h>
#include <fcntl.h>
#include <fuse.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

namespace {

std::string source, control;

std::string Real(const char* path) { return source + path; }
int Answer(int result) { return result < 0 ? -errno : 0; }

bool IsBad(const char* path, off_t end) {
  std::ifstream file(control);
  std::string text;
  off_t from = 0;
  return file >> text >> from && std::string(path).find(text) != std::string::npos && end > from;
}

int GetAttributes(const char* path, struct stat* st, fuse_file_info* file) {
  return Answer(file != nullptr ? fstat(static_cast<int>(file->fh), st) : lstat(Real(path).c_str(), st));
}

int ReadFolder(const char* path, void* out, fuse_fill_dir_t fill, off_t, fuse_file_info*, fuse_readdir_flags) {
  DIR* folder = opendir(Real(path).c_str());
  if (folder == nullptr) return -errno;
  while (const dirent* entry = readdir(folder)) fill(out, entry->d_name, nullptr, 0, fuse_fill_dir_flags{});
  closedir(folder);
  return 0;
}

int OpenWith(const char* path, int flags, mode_t mode, fuse_file_info* file) {
  const int fd = open(Real(path).c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) return -errno;
  file->fh = static_cast<uint64_t>(fd);
  return 0;
}

int ReadFile(const char* path, char* out, size_t size, off_t at, fuse_file_info* file) {
  if (IsBad(path, at + static_cast<off_t>(size))) return -EIO;
  const ssize_t n = pread(static_cast<int>(file->fh), out, size, at);
  return n < 0 ? -errno : static_cast<int>(n);
}

int WriteFile(const char*, const char* bytes, size_t size, off_t at, fuse_file_info* file) {
  const ssize_t n = pwrite(static_cast<int>(file->fh), bytes, size, at);
  return n < 0 ? -errno : static_cast<int>(n);
}

int Truncate(const char* path, off_t size, fuse_file_info* file) {
  return Answer(file != nullptr ? ftruncate(static_cast<int>(file->fh), size) : truncate(Real(path).c_str(), size));
}

int Rename(const char* from, const char* to, unsigned flags) {
  return Answer(renameat2(AT_FDCWD, Real(from).c_str(), AT_FDCWD, Real(to).c_str(), flags));
}

fuse_operations Operations() {
  fuse_operations ops = {};
  ops.getattr = GetAttributes;
  ops.readdir = ReadFolder;
  ops.open = [](const char* path, fuse_file_info* file) { return OpenWith(path, file->flags & ~O_CREAT, 0, file); };
  ops.create = [](const char* path, mode_t mode, fuse_file_info* file) {
    return OpenWith(path, file->flags | O_CREAT, mode, file);
  };
  ops.read = ReadFile;
  ops.write = WriteFile;
  ops.truncate = Truncate;
  ops.rename = Rename;
  ops.release = [](const char*, fuse_file_info* file) { return Answer(close(static_cast<int>(file->fh))); };
  ops.fsync = [](const char*, int, fuse_file_info* file) { return Answer(fsync(static_cast<int>(file->fh))); };
  ops.unlink = [](const char* path) { return Answer(unlink(Real(path).c_str())); };
  ops.mkdir = [](const char* path, mode_t mode) { return Answer(mkdir(Real(path).c_str(), mode)); };
  ops.rmdir = [](const char* path) { return Answer(rmdir(Real(path).c_str())); };
  ops.chmod = [](const char* path, mode_t mode, fuse_file_info*) { return Answer(chmod(Real(path).c_str(), mode)); };
  ops.statfs = [](const char* path, struct statvfs* st) { return Answer(statvfs(Real(path).c_str(), st)); };
  return ops;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: failing_folder SOURCE MOUNTPOINT CONTROL [FUSE-OPTION...]\n");
    return 2;
  }
  source = argv[1];
  control = argv[3];
  argv[1] = argv[0];
  argv[3] = argv[2];
  argv[2] = argv[1];
  const fuse_operations ops = Operations();
  // "failing_folder MOUNTPOINT [FUSE-OPTION...]"
  return fuse_main(argc - 2, argv + 2, &ops, nullptr);
}
