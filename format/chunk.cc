#include "format/chunk.h"

#include <zstd.h>

namespace rootstream {

struct Compressor::State {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ~State() { ZSTD_freeCCtx(context); }
};

Compressor::Compressor(int level) : state_(std::make_unique<State>()) {
  ZSTD_CCtx_setParameter(state_->context, ZSTD_c_compressionLevel, level);
}
Compressor::~Compressor() = default;
Compressor::Compressor(Compressor&&) noexcept = default;

std::string Compressor::Compress(std::string_view plain) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  const size_t size = ZSTD_compress2(state_->context, out.data(), out.size(), plain.data(), plain.size());
  assert(!ZSTD_isError(size));  // the output has the bound's size and no other error can occur
  out.resize(size);
  return out;
}

Result<VerifiedBytes> Verify(std::string_view stored, const Id& id) {
  if (Sha256(stored) != id) return Corrupt("object " + id.Hex() + ": its bytes have another hash");
  return VerifiedBytes(stored);
}

Status DecompressInto(VerifiedBytes stored, std::span<char> out) {
  struct Context {
    ZSTD_DCtx* context = ZSTD_createDCtx();
    ~Context() { ZSTD_freeDCtx(context); }
  };
  thread_local Context decompressor;
  const std::string_view bytes = stored.view();
  if (ZSTD_getFrameContentSize(bytes.data(), bytes.size()) != out.size())
    return Corrupt("object: its frame does not state the expected size");
  const size_t size = ZSTD_decompressDCtx(decompressor.context, out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) || size != out.size()) return Corrupt("object: not a whole zstd frame");
  return Ok();
}

Result<std::string> Decompress(VerifiedBytes stored, size_t plain_size) {
  std::string out(plain_size, '\0');
  RS_CHECK(DecompressInto(stored, out));
  return out;
}

}  // namespace rootstream
