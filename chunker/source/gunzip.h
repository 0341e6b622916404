// Gunzip: gzip data (RFC 1952) that come in pieces, of one member or several, with each checksum checked. libarchive
// checks none, so damage that still inflates would become files with wrong bytes. Not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rootstream {

class Gunzip {
 public:
  // The next compressed bytes, valid until it is asked again; empty: there are no more.
  using Input = std::function<Result<std::string_view>()>;

  explicit Gunzip(Input input);
  ~Gunzip();

  static bool IsGzip(std::string_view begin);

  // The next plain bytes, valid until the next call; empty: the end. kCorrupt.
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
