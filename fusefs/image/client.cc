#include "fusefs/image/client.h"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <future>

#include "base/file_io.h"
#include "base/url_text.h"

namespace rootstream {
namespace {

constexpr size_t kShardMemory = 10 << 20;  // bytes
constexpr size_t kMaxKeyFile = 16 << 10;
constexpr uint64_t kLeastCache = 8 << 20;

std::string DefaultCacheFolder() {
  if (geteuid() == 0) return "/var/cache/rootstream";
  if (const char* xdg = getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg == '/')
    return std::string(xdg) + "/rootstream";
  const char* home = getenv("HOME");
  return std::string(home != nullptr ? home : "/tmp") + "/.cache/rootstream";
}

Result<std::vector<PublicKey>> ReadKeys(const std::vector<std::string>& files) {
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

CurlTransport::Patience PatienceFor(const ClientOptions& options) {
  CurlTransport::Patience patience;
  if (!options.give_up_after) return patience;
  const auto most = std::max(*options.give_up_after, std::chrono::seconds(1));
  patience.connect = std::min(patience.connect, most);
  patience.silence = std::min(patience.silence, most);
  return patience;
}

// The root shard is fetched and checked before an image counts as open.
Status LoadRoot(Image& image) {
  auto done = std::make_shared<std::promise<Status>>();
  auto answer = done->get_future();
  image.Find(kRootInode,
             [done](const Result<Node>& node) { done->set_value(node.ok() ? Ok() : Status(node.error())); });
  return answer.get();
}

}  // namespace

std::string CacheFolder(const ClientOptions& options) {
  if (!options.cache) return DefaultCacheFolder();
  return *options.cache == "none" ? std::string() : *options.cache;
}

Result<uint64_t> ParseSize(const std::string& text) {
  uint64_t value = 0;
  const char* const end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, value);
  int shift = 0;
  if (error == std::errc() && rest + 1 == end) {
    const size_t unit = std::string_view("KMGT").find(static_cast<char>(toupper(*rest)));
    if (unit != std::string_view::npos) {
      shift = 10 * (static_cast<int>(unit) + 1);
      ++rest;
    }
  }
  if (error != std::errc() || rest != end || value > (UINT64_MAX >> shift))
    return Invalid("'" + text + "' is not a size: a number, then K, M, G or T or nothing");
  return value << shift;
}

Result<uint64_t> ParseCacheSize(const std::string& text) {
  RS_TRY(const uint64_t size, ParseSize(text));
  if (size < kLeastCache) return Invalid("the cache size must be at least 8M");
  return size;
}

Result<uint64_t> ParseFillRate(const std::string& text) {
  if (text == "max") return kNoRateLimit;
  const auto rate = ParseSize(text);
  if (!rate.ok() || *rate == 0)
    return Invalid("'" + text + "' is not a rate: bytes a second (K, M and G are known), or max");
  return *rate;
}

Result<std::optional<std::chrono::seconds>> ParseNetworkLoss(const std::string& text) {
  using Policy = std::optional<std::chrono::seconds>;
  if (text == "wait") return Policy();
  const std::string prefix = "fail:";
  uint32_t seconds = 0;
  if (text.starts_with(prefix)) {
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + prefix.size(), end, seconds);
    if (error == std::errc() && rest == end) return Policy(std::chrono::seconds(seconds));
  }
  return Invalid("'" + text + "' is not a policy for network loss: wait or fail:SECONDS");
}

Result<std::unique_ptr<Client>> Client::Open(const ClientOptions& options, std::function<void(const Error&)> waiting) {
  std::unique_ptr<Client> client(new Client());
  RS_TRY(client->url_, ParseImageUrl(options.url));
  RS_TRY(std::vector<PublicKey> keys, ReadKeys(options.public_keys));
  RS_TRY(Credentials credentials, Credentials::Read(options.credentials, client->url_.store));
  std::vector<std::string> stores = {client->url_.store};
  for (const std::string& mirror : options.mirrors) {
    if (!IsStoreUrl(mirror)) return Invalid("mirror '" + WithoutSecrets(mirror) + "' is not a URL");
    stores.push_back(mirror);
  }
  std::string folder = CacheFolder(options);
  if (options.strict_memory && folder.empty()) return Invalid("--strict-memory needs a cache folder");
  if (options.fill && folder.empty()) return Invalid("there is no cache folder to fill");
  client->transport_ = std::make_unique<CurlTransport>(PatienceFor(options), std::move(credentials));
  const FetchPolicy policy{options.give_up_after, options.neighbours};
  auto cache =
      ObjectCache::Open({.folder = folder, .disk_limit = options.cache_size}, *client->transport_, policy, stores);
  // If the default folder cannot be used (a read-only root), the client works without one.
  if (!cache.ok() && !options.cache && !options.strict_memory) {
    folder.clear();
    cache = ObjectCache::Open({}, *client->transport_, policy, stores);
  }
  if (!cache.ok()) return cache.error();
  client->cache_ = std::move(*cache);
  const ResolveOptions resolve{.keys = std::move(keys),
                               .insecure = options.insecure,
                               .give_up_after = options.give_up_after,
                               .strict_memory = options.strict_memory,
                               .waiting = std::move(waiting)};
  const RefMemory memory(folder, options.insecure ? RefTrust::kInsecure : RefTrust::kSigned);
  RS_TRY(client->ref_, ResolveRef(client->url_, client->cache_->files(), memory, resolve));
  client->has_memory_ = memory.exists();
  client->cache_->AddMirrors(client->ref_.ref.body.mirrors);
  client->warmup_ = std::make_unique<Warmup>(*client->cache_, client->foresight_);
  client->image_ = std::make_unique<Image>(*client->cache_, client->ref_.ref.manifest.root, kShardMemory,
                                           client->foresight_, client->recorder_);
  client->reader_ = std::make_unique<FileReader>(*client->cache_, client->foresight_, client->recorder_);
  if (options.warm_up) client->warmup_->Start(client->ref_.ref.manifest.hot, client->ref_.ref.manifest.root);
  if (options.record) client->StartRecording();
  const Status root = LoadRoot(*client->image_);
  if (!root.ok()) return Of(client->url_.ToString(), root.error());
  if (options.fill && client->cache_->disk() != nullptr) {
    client->fill_ =
        std::make_unique<Fill>(*client->cache_, client->ref_.ref.manifest.root, *options.fill, Fill::OnSilence::kWait);
    client->fill_->Start(options.warm_up ? client->warmup_.get() : nullptr);
  }
  return client;
}

void Client::StartRecording() {
  recorder_.Start([this](uint64_t inode, Recorder::PathDone done) { image_->PathOf(inode, std::move(done)); });
}

Client::~Client() { Close(); }

void Client::Close() {
  if (fill_ != nullptr) fill_->Stop();
  if (cache_ != nullptr) cache_->Close();
}

}  // namespace rootstream
