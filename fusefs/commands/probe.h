// Probe: single requests to a server, and what came of them, for doctor. Used by one thread.
#pragma once

#include <string>

#include "cache/network/curl_transport.h"

namespace rootstream {

struct ProbeAnswer {
  TransferOutcome outcome;
  std::string body;      // at most as much as was asked for
  bool is_part = false;  // the server sent the range that was asked for, and not the whole file
};

class Probe {
 public:
  explicit Probe(Credentials credentials) : transport_({}, std::move(credentials)) {}

  // Waits for the answer, at most `limit`; more than `most` bytes are not received.
  ProbeAnswer Ask(TransferRequest request, size_t most);

 private:
  CurlTransport transport_;
};

}  // namespace rootstream
