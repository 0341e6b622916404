// Client: an image opened by its URL, with all that reads it. The wiring of the read chain, from the network up; mount,
// ls, cat, export and the rest are built on it. What it hands out is thread-safe; it is opened and closed by one
// thread.
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
  std::optional<std::chrono::seconds> give_up_after = std::chrono::seconds(60);  // nullopt: wait
  bool strict_memory = false;                  // no image whose memory of refs is lost
  bool record = false;                         // from the first request on
  bool warm_up = false;                        // fetch the hot range as soon as the image is open
  Neighbours neighbours = Neighbours::kGuess;  // of what is asked for
  std::optional<uint64_t> fill;                // then all the rest, so many bytes a second; kNoRateLimit
};

// "64M", "2G", "4096": bytes; K, M, G, T are powers of 1024. kInvalid.
Result<uint64_t> ParseSize(const std::string& text);
// The same, but no less than a cache can work with. kInvalid.
Result<uint64_t> ParseCacheSize(const std::string& text);
// "max", or bytes a second as ParseSize takes them. kInvalid.
Result<uint64_t> ParseFillRate(const std::string& text);
// "wait" or "fail:SECONDS". kInvalid.
Result<std::optional<std::chrono::seconds>> ParseNetworkLoss(const std::string& text);

// Where the cache of these options is; empty: nowhere.
std::string CacheFolder(const ClientOptions& options);

class Client {
 public:
  // `waiting` is told why, each time that opening the image has to wait for the network.
  static Result<std::unique_ptr<Client>> Open(const ClientOptions& options, std::function<void(const Error&)> waiting);
  ~Client();

  const ImageUrl& url() const { return url_; }
  const TrustedRef& ref() const { return ref_.ref; }
  bool opened_offline() const { return ref_.from_memory; }
  const std::string& memory_lost() const { return ref_.memory_lost; }  // why; empty: it is kept
  bool has_memory() const { return has_memory_; }                      // of refs; false: there is no cache folder
  ObjectCache& cache() { return *cache_; }
  Image& image() { return *image_; }
  FileReader& reader() { return *reader_; }
  Recorder& recorder() { return recorder_; }
  Foresight& foresight() { return foresight_; }
  Warmup& warmup() { return *warmup_; }
  Fill* fill() { return fill_.get(); }  // nullptr: none was asked for, or there is no disk cache
  void StartRecording();

  // Ends all activity; every request under way is answered with an error.
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
