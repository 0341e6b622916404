// The options of everything that reads images, and the conversions of their text.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "cache/network/credentials.h"
#include "cache/network/fetcher.h"

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
  std::vector<std::string> refs;  // files with encoded refs: the versions to open; of other images the newest
  bool strict_memory = false;     // refuse an image whose RefMemory is lost
  bool record = false;            // record a profile from the first request on
  bool warm_up = false;           // fetch the hot range as soon as the image is open
  Neighbours neighbours = Neighbours::kGuess;  // whether to fetch what lies beside requested objects
  std::optional<uint64_t> fill;                // then fetch everything: bytes a second, or kNoRateLimit
  std::set<std::string> given;  // names of options that a person gave: the machine's settings do not count
};

// Sets an option by its name on the command line, without "--". Those that may be repeated are added. False: it is none
// that all commands have. kInvalid: its value.
Result<bool> SetClientOption(const std::string& name, const std::string& value, ClientOptions& options);
std::vector<std::string> ClientOptionNames();  // all that SetClientOption() knows

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

}  // namespace rootstream
