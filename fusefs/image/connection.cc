#include "fusefs/image/connection.h"

#include <algorithm>

#include "base/file_io.h"
#include "base/url_text.h"
#include "format/limits.h"

namespace rootstream {
namespace {

constexpr size_t kMaxKeyFile = 16 << 10;

CurlTransport::Patience PatienceFor(const ClientOptions& options) {
  CurlTransport::Patience patience;
  if (!options.give_up_after) return patience;
  const auto most = std::max(*options.give_up_after, std::chrono::seconds(1));
  patience.connect = std::min(patience.connect, most);
  patience.silence = std::min(patience.silence, most);
  return patience;
}

}  // namespace

Result<std::vector<PublicKey>> ReadPublicKeys(const std::vector<std::string>& files) {
  std::vector<PublicKey> keys;
  for (const std::string& file : files) {
    const auto pem = ReadWholeFile(file, kMaxKeyFile);
    if (!pem.ok()) return Of("public key", pem.error());
    const auto key = PublicKeyFromPem(*pem);
    if (!key.ok()) return Of("public key " + file, key.error());
    keys.push_back(*key);
  }
  return keys;
}

Connection::Connection(const ClientOptions& options) : folder_(CacheFolder(options)) {
  resolve_.insecure = options.insecure;
  resolve_.give_up_after = options.give_up_after;
  resolve_.strict_memory = options.strict_memory;
}

Result<std::shared_ptr<Connection>> Connection::Open(const ClientOptions& options, const std::string& store,
                                                     const std::vector<ImageName>& images) {
  std::shared_ptr<Connection> connection(new Connection(options));
  RS_TRY(connection->resolve_.keys, ReadPublicKeys(options.public_keys));
  RS_TRY(connection->given_, GivenRefs::Read(options.refs));
  RS_CHECK(connection->given_.MustBeOf(images));
  RS_TRY(Credentials credentials, Credentials::Read(options.credentials, store));
  std::vector<std::string> stores = {store};
  for (const std::string& mirror : options.mirrors) {
    if (!IsStoreUrl(mirror)) return Invalid("mirror '" + WithoutSecrets(mirror) + "' is not a URL");
    stores.push_back(mirror);
  }
  const bool has_folder = connection->has_memory();
  if (options.strict_memory && !has_folder) return Invalid("--strict-memory needs a cache folder");
  if (options.fill && !has_folder) return Invalid("there is no cache folder to fill");
  connection->transport_ = std::make_unique<CurlTransport>(PatienceFor(options), std::move(credentials));
  RS_CHECK(connection->OpenCache(options, stores));
  return connection;
}

Status Connection::OpenCache(const ClientOptions& options, const std::vector<std::string>& stores) {
  const FetchPolicy policy{options.give_up_after, options.neighbours};
  auto cache = ObjectCache::Open({.folder = folder_, .disk_limit = options.cache_size}, *transport_, policy, stores);
  // If the default folder cannot be used (a read-only root), the client works without one.
  if (!cache.ok() && !options.cache && !options.strict_memory) {
    folder_.clear();
    cache = ObjectCache::Open({}, *transport_, policy, stores);
  }
  if (!cache.ok()) return cache.error();
  cache_ = std::move(*cache);
  return Ok();
}

Result<ResolvedRef> Connection::Resolve(const ImageUrl& url, std::function<void(const Error&)> waiting) {
  ResolveOptions options = resolve_;
  options.given = given_.For(url.image);
  options.waiting = std::move(waiting);
  const RefMemory memory(folder_, options.insecure ? RefTrust::kInsecure : RefTrust::kSigned);
  RS_TRY(ResolvedRef ref, ResolveRef(url, cache_->files(), memory, options));
  cache_->AddMirrors(ref.ref.body.mirrors);
  return ref;
}

Connection::~Connection() { Close(); }

void Connection::Close() {
  if (cache_ != nullptr) cache_->Close();
}

}  // namespace rootstream
