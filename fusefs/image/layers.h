// Layers: the opened images of a LayersUrl, which is mostly a single one. They share one connection, so one cache and
// its budget of memory. The objects that it returns are thread-safe; one thread opens and closes it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "fusefs/image/client.h"

namespace rootstream {

class Layers {
 public:
  // Asks for all refs, then for all roots, at the same time. `waiting` is called with the reason whenever opening has
  // to wait for the network, perhaps on several threads.
  static Result<std::unique_ptr<Layers>> Open(const ClientOptions& options,
                                              const std::function<void(const Error&)>& waiting);
  ~Layers();

  const LayersUrl& url() const { return url_; }
  // The lowest first. Never empty.
  const std::vector<std::unique_ptr<Client>>& clients() const { return clients_; }
  Client& base() const { return *clients_.front(); }
  ObjectCache& cache() const { return connection_->cache(); }

  void Close() { connection_->Close(); }  // ends all activity; pending requests get an error

 private:
  Layers(LayersUrl url, std::shared_ptr<Connection> connection)
      : url_(std::move(url)), connection_(std::move(connection)) {}
  Status OpenAll(const ClientOptions& options, const std::function<void(const Error&)>& waiting);
  void StartFills(const ClientOptions& options);

  const LayersUrl url_;
  std::shared_ptr<Connection> connection_;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace rootstream
