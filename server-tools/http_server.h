// An HTTP server for one store, for trials: GET and HEAD, Range, keep-alive. Any web server is better in production. It
// serves on its own threads.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/file_io.h"
#include "base/result.h"

namespace rootstream {

// The range that a Range header requests: bytes [first, first + size). RFC 9110, section 14.
struct ByteRange {
  enum class Kind { kWhole, kPart, kUnsatisfiable } kind = Kind::kWhole;
  uint64_t first = 0;
  uint64_t size = 0;
};
// Headers that ask for several ranges, or make no sense, are answered with the whole file.
ByteRange ParseRange(const char* header, uint64_t file_size);

class HttpServer {
 public:
  // `listen`: ADDRESS:PORT, NAME:PORT, [IPV6]:PORT, PORT of loopback, or :PORT of every IPv4 address; port 0 picks
  // one. Serves until it is destroyed. kInvalid: another form.
  static Result<std::unique_ptr<HttpServer>> Start(const std::string& folder, const std::string& listen);
  ~HttpServer();
  std::string url() const;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rootstream
