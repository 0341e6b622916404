#include "boot/compress.h"

#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "base/file_io.h"

namespace rootstream {
namespace {

constexpr int kLevel = 1;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

// -1 and errno, or how many bytes were read: 0 at the end.
ssize_t ReadSome(int fd, std::string& buffer) {
  while (true) {
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n >= 0 || errno != EINTR) return n;
  }
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

}  // namespace

Status CompressStream(int in, int out) {
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  std::string plain(ZSTD_CStreamInSize(), '\0'), compressed(ZSTD_CStreamOutSize(), '\0');
  while (true) {
    const ssize_t n = ReadSome(in, plain);
    if (n < 0) return ErrnoError("cannot read from", "standard input");
    ZSTD_inBuffer from{plain.data(), static_cast<size_t>(n), 0};
    const ZSTD_EndDirective mode = n == 0 ? ZSTD_e_end : ZSTD_e_continue;
    for (size_t left = 1; n == 0 ? left != 0 : from.pos < from.size;) {
      ZSTD_outBuffer to{compressed.data(), compressed.size(), 0};
      left = ZSTD_compressStream2(context.get(), &to, &from, mode);
      if (ZSTD_isError(left) != 0) return Failed(std::string("cannot compress: ") + ZSTD_getErrorName(left));
      if (!WriteAll(out, std::string_view(compressed).substr(0, to.pos)))
        return ErrnoError("cannot write to", "standard output");
    }
    if (n == 0) return Ok();
  }
}

}  // namespace rootstream
