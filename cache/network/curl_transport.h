// CurlTransport: a Transport that uses libcurl's multi interface. It uses HTTP/2 over TLS where the server offers it,
// otherwise HTTP/1.1 with keep-alive. Proxies are taken from the environment, as curl(1) does. Threads: see Transport.
#pragma once

#include "cache/network/credentials.h"
#include "cache/network/transport.h"

namespace rootstream {

class CurlTransport : public Transport {
 public:
  struct Patience {
    std::chrono::seconds connect{10};
    std::chrono::seconds silence{15};  // a transfer without bytes for so long fails
  };

  explicit CurlTransport(Patience patience, Credentials credentials = {});
  ~CurlTransport() override;

  void Start(const TransferRequest& request, std::shared_ptr<TransferSink> sink) override;
  void Poll(std::chrono::milliseconds timeout) override;
  void Wake() override;

 private:
  struct State;
  struct Transfer;
  std::unique_ptr<State> state_;
};

}  // namespace rootstream
