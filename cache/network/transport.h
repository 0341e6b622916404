// Transport: the interface to the network. It starts a request (GET, PUT, HEAD) and reports its
// progress to a sink. CurlTransport implements
// it; tests use a faulty implementation. All calls except Wake() are made on one thread, which calls Poll().
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rootstream {

// The URL schemes that are allowed. With kAnyFile, redirects of an https URL must stay with https, since only the
// connection shows whose bytes they are.
enum class Schemes {
  kStore,    // http, https, file: what comes is verified by its hash or signature
  kAnyFile,  // ftp and tftp as well
};

struct TransferRequest {
  std::string url;
  uint64_t first = 0;  // byte range [first, first + size); size 0: the whole file
  uint64_t size = 0;
  bool fresh = false;                  // tell caches to fetch a new copy
  std::chrono::milliseconds limit{0};  // total time; 0: as long as bytes come
  Schemes schemes = Schemes::kStore;
  std::optional<std::string> put;  // a PUT of these bytes (RFC 9110, 9.3.4) instead of a GET
  // Asks for the server's Date alone (a HEAD). The certificate is not checked, because checking needs the time.
  bool date_only = false;
};

struct TransferHead {
  int status = 0;      // 200 or 206 only
  uint64_t first = 0;  // offset of the body in the file
  uint64_t size = 0;   // bytes of the body; 0: not known
};

struct TransferOutcome {
  int status = 0;                            // HTTP status; 0: there was no answer; of other schemes always 200
  bool complete = false;                     // the whole body came
  bool broken_off = false;                   // by the sink
  ErrorKind kind = ErrorKind::kUnavailable;  // if neither: its meaning, see answer.h
  std::string reason;                        // if not complete: why, for messages
  std::chrono::seconds retry_after{0};
  std::chrono::microseconds first_byte{0};  // from the request to the first byte of the answer
  std::chrono::microseconds total{0};
  uint64_t bytes = 0;  // of the body
  int64_t date = 0;    // with `date_only`: the server's Date, whatever its status: seconds since 1970; 0: none
};

// Calls come in this order: OnHead at most once, OnData any number of times, OnDone once.
class TransferSink {
 public:
  virtual ~TransferSink() = default;
  virtual bool OnHead(const TransferHead& head) = 0;  // false: break off
  virtual bool OnData(std::string_view bytes) = 0;    // false: break off
  virtual void OnDone(const TransferOutcome& outcome) = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;
  virtual void Start(const TransferRequest& request, std::shared_ptr<TransferSink> sink) = 0;
  virtual void Poll(std::chrono::milliseconds timeout) = 0;  // calls sinks; returns on Wake() too
  virtual void Wake() = 0;                                   // from any thread
};

}  // namespace rootstream
