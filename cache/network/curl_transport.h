// Transport over libcurl's multi interface: HTTP/2 where TLS offers it, otherwise keep-alive HTTP/1.1. Proxies come
// from the environment (http_proxy, https_proxy, no_proxy), as curl(1) reads them. Threads: see Transport.
#pragma once

#include "cache/network/credentials.h"
#include "cache/network/transport.h"

namespace rootstream {

class CurlTransport : public Transport {
 public:
  struct Patience {
    std::chrono::seconds connect{10};
    std::chrono::seconds silence{15};  // without a byte, before a transfer is given up
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
