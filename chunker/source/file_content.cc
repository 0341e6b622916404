#include "chunker/source/file_content.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/file_io.h"
#include "base/interrupt.h"

namespace rootstream {
namespace {

constexpr size_t kReadSize = 256 << 10;

Error Changed(const std::string& shown) { return Failed(shown + ": it changed while it was read"); }

Status RequireUnchanged(int fd, const struct stat& expected, const std::string& shown) {
  struct stat now;
  if (fstat(fd, &now) != 0) return ErrnoError("cannot look at", shown);
  const auto time = [](const timespec& t) { return std::pair(t.tv_sec, t.tv_nsec); };
  const bool same = now.st_ino == expected.st_ino && now.st_size == expected.st_size &&
                    time(now.st_mtim) == time(expected.st_mtim) && time(now.st_ctim) == time(expected.st_ctim);
  return same ? Ok() : Status(Changed(shown));
}

Status ReadRange(int fd, uint64_t from, uint64_t to, const std::string& shown, const Source::ContentUse& use) {
  static thread_local std::string buffer(kReadSize, '\0');
  while (from < to) {
    if (WasInterrupted()) return Failed("interrupted");
    const size_t part = std::min<uint64_t>(to - from, buffer.size());
    const int64_t n = ReadFullyAt(fd, std::span(buffer).first(part), from);
    if (n < 0) return ErrnoError("cannot read", shown);
    if (n == 0) return Changed(shown);
    RS_CHECK(use(from, std::string_view(buffer).substr(0, n)));
    from += n;
  }
  return Ok();
}

Status ReadAround(int fd, uint64_t size, const std::string& shown, const Source::ContentUse& use) {
  for (uint64_t at = 0; at < size;) {
    const off_t data = lseek(fd, static_cast<off_t>(at), SEEK_DATA);
    if (data < 0 && errno == ENXIO) return Ok();  // a hole up to the end
    if (data < 0) return ReadRange(fd, at, size, shown, use);
    const off_t hole = lseek(fd, data, SEEK_HOLE);
    const uint64_t end = hole < 0 ? size : std::min<uint64_t>(size, hole);
    RS_CHECK(ReadRange(fd, data, end, shown, use));
    at = end;
  }
  return Ok();
}

}  // namespace

Status ReadFileContent(int fd, const struct stat& expected, const std::string& shown, const Source::ContentUse& use) {
  RS_CHECK(RequireUnchanged(fd, expected, shown));
  const auto size = static_cast<uint64_t>(expected.st_size);
  if (size > kReadSize) posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  const bool sparse = static_cast<uint64_t>(expected.st_blocks) * 512 < size;
  RS_CHECK(sparse ? ReadAround(fd, size, shown, use) : ReadRange(fd, 0, size, shown, use));
  return RequireUnchanged(fd, expected, shown);
}

}  // namespace rootstream
