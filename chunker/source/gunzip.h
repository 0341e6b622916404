// Gunzip: decompresses gzip data (RFC 1952) with one or more members, and checks each checksum. libarchive checks none,
// so damaged data that still inflate would become files with wrong bytes. Not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rootstream {

class Gunzip {
 public:
  // Returns the next compressed bytes, valid until the next call; empty: the end.
  using Input = std::function<Result<std::string_view>()>;

  explicit Gunzip(Input input);
  ~Gunzip();

  static bool IsGzip(std::string_view begin);

  // Returns the next plain bytes, valid until the next call; empty: the end. kCorrupt.
  Result<std::string_view> Next();

 private:
  struct State;
  Result<bool> Refill();  // false: no more input
  const Input input_;
  std::unique_ptr<State> state_;
  std::string plain_;
  bool ended_ = false;
};

}  // namespace rootstream
