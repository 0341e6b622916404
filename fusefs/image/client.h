// Client: an image opened by its URL. It creates and connects the objects of the read path, from the network to the
// files; all verbs that read an image use it. The objects that it returns are thread-safe; one thread opens and closes
// it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/network/curl_transport.h"
#include "cache/object_cache.h"
#include "cache/ref_resolver.h"
#include "fusefs/ahead/fill.h"
#include "fusefs/ahead/warmup.h"
#include "fusefs/image/file_reader.h"
#include "fusefs/image/image.h"
#include "fusefs/image/recorder.h"

namespace rootstream {

struct ClientOptions {
  std::string url;
  std::vector<std::string> public_keys;  // files
  bool insecure = false;
  std::optional<std::string> cache;  // folder, or "none"; nullopt: the default folder
  std::optional<uint64_t> cache_size;
  std::vector<std::string> mirrors;
  CredentialFiles credentials;
  std::optional<std::chrono::seconds> give_up_after = std::chrono::seconds(60);  // nullopt: wait for ever
  bool strict_memory = false;                  // refuse an image whose RefMemory is lost
  bool record = false;                         // record a profile from the first request on
  bool warm_up = false;                        // fetch the hot range as soon as the image is open
  Neighbours neighbours = Neighbours::kGuess;  // whether to fetch what lies beside requested objects
  std::optional<uint64_t> fill;                // then fetch everything: bytes a second, or kNoRateLimit
};

// "64M", "2G", "4096": bytes; K, M, G, T are powers of 1024. kInvalid.
Result<uint64_t> ParseSize(const std::string& text);
// The same for a cache, which has a minimum size. kInvalid.
Result<uint64_t> ParseCacheSize(const std::string& text);
// "max", or bytes a second as for ParseSize(). kInvalid.
Result<uint64_t> ParseFillRate(const std::string& text);
// "wait" or "fail:SECONDS". kInvalid.
Result<std::optional<std::chrono::seconds>> ParseNetworkLoss(const std::string& text);

// The cache folder for these options; empty: no disk cache.
std::string CacheFolder(const ClientOptions& options);

class Client {
 public:
  // `waiting` is called with the reason whenever opening has to wait for the network.
  static Result<std::unique_ptr<Client>> Open(const ClientOptions& options, std::function<void(const Error&)> waiting);
  ~Client();

  const ImageUrl& url() const { return url_; }
  const TrustedRef& ref() const { return ref_.ref; }
  bool opened_offline() const { return ref_.from_memory; }
  const std::string& memory_lost() const { return ref_.memory_lost; }  // why; empty: it is not
  bool has_memory() const { return has_memory_; }  // whether refs are remembered; false without a cache folder
  ObjectCache& cache() { return *cache_; }
  Image& image() { return *image_; }
  FileReader& reader() { return *reader_; }
  Recorder& recorder() { return recorder_; }
  Foresight& foresight() { return foresight_; }
  Warmup& warmup() { return *warmup_; }
  Fill* fill() { return fill_.get(); }  // nullptr: not requested, or no disk cache
  void StartRecording();

  // Ends all activity. Pending requests get an error.
  void Close();

 private:
  Client() = default;
  ImageUrl url_;
  ResolvedRef ref_;
  bool has_memory_ = false;
  Recorder recorder_;
  Foresight foresight_;
  std::unique_ptr<CurlTransport> transport_;
  std::unique_ptr<ObjectCache> cache_;
  std::unique_ptr<Warmup> warmup_;
  std::unique_ptr<Image> image_;
  std::unique_ptr<FileReader> reader_;
  std::unique_ptr<Fill> fill_;
};

}  // namespace rootstream
