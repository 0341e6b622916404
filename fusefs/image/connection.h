// Connection: what images of one store share: the network, the cache, the trusted keys. The objects that it returns are
// thread-safe; one thread opens and closes it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cache/network/curl_transport.h"
#include "cache/object_cache.h"
#include "cache/ref_resolver.h"
#include "fusefs/image/client_options.h"
#include "fusefs/image/given_refs.h"

namespace rootstream {

// Public keys from files. The error names the file.
Result<std::vector<PublicKey>> ReadPublicKeys(const std::vector<std::string>& files);

class Connection {
 public:
  // Contacts nobody yet. `store`: as in ImageUrl; `images`: those that will be opened.
  static Result<std::shared_ptr<Connection>> Open(const ClientOptions& options, const std::string& store,
                                                  const std::vector<ImageName>& images);
  ~Connection();

  ObjectCache& cache() { return *cache_; }
  bool has_memory() const { return !folder_.empty(); }  // whether refs are remembered; false without a cache folder
  // Finds the ref of an image of the store, and from then on knows the mirrors that it names.
  Result<ResolvedRef> Resolve(const ImageUrl& url, std::function<void(const Error&)> waiting);

  void Close();  // ends all activity; pending requests get an error

 private:
  explicit Connection(const ClientOptions& options);
  Status OpenCache(const ClientOptions& options, const std::vector<std::string>& stores);

  ResolveOptions resolve_;
  GivenRefs given_;
  std::string folder_;  // of the cache; empty: none
  std::unique_ptr<CurlTransport> transport_;
  std::unique_ptr<ObjectCache> cache_;
};

}  // namespace rootstream
