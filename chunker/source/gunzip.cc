#include "chunker/source/gunzip.h"

#include <zlib.h>

namespace rootstream {
namespace {

constexpr size_t kPlainSize = 256 << 10;
constexpr int kGzipWithLargestWindow = 16 + MAX_WBITS;

}  // namespace

struct Gunzip::State {
  z_stream stream = {};
  bool in_member = true;
};

Gunzip::Gunzip(Input input) : input_(std::move(input)), state_(std::make_unique<State>()), plain_(kPlainSize, '\0') {
  inflateInit2(&state_->stream, kGzipWithLargestWindow);
}

Gunzip::~Gunzip() { inflateEnd(&state_->stream); }

bool Gunzip::IsGzip(std::string_view begin) { return begin.starts_with("\x1f\x8b"); }

Result<bool> Gunzip::Refill() {
  z_stream& stream = state_->stream;
  if (stream.avail_in > 0) return true;
  RS_TRY(const std::string_view more, input_());
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(more.data()));
  stream.avail_in = static_cast<uInt>(more.size());
  return !more.empty();
}

Result<std::string_view> Gunzip::Next() {
  z_stream& stream = state_->stream;
  stream.next_out = reinterpret_cast<Bytef*>(plain_.data());
  stream.avail_out = static_cast<uInt>(plain_.size());
  while (!ended_ && stream.avail_out > 0) {
    RS_TRY(const bool has_more, Refill());
    if (!has_more && state_->in_member) return Corrupt("truncated gzip data");
    // Padding or garbage after the last member, which gzip(1) ignores, too.
    const bool is_member = state_->in_member || (has_more && *stream.next_in == 0x1f);
    if (!is_member) {
      ended_ = true;
      break;
    }
    if (!state_->in_member) inflateReset(&stream);
    state_->in_member = true;
    const int code = inflate(&stream, Z_NO_FLUSH);
    if (code == Z_STREAM_END) {
      state_->in_member = false;
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      return Corrupt(std::string("damaged gzip data: ") +
                     (stream.msg != nullptr ? stream.msg : "no checksum is right"));
    }
  }
  return std::string_view(plain_).substr(0, plain_.size() - stream.avail_out);
}

}  // namespace rootstream
