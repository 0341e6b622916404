#include "fusefs/image/client_options.h"

#include <unistd.h>

#include <charconv>
#include <cstdlib>

#include "fusefs/ahead/fill.h"

namespace rootstream {
namespace {

constexpr uint64_t kLeastCache = 8 << 20;

std::string DefaultCacheFolder() {
  if (geteuid() == 0) return "/var/cache/rootstream";
  if (const char* xdg = getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg == '/')
    return std::string(xdg) + "/rootstream";
  const char* home = getenv("HOME");
  return std::string(home != nullptr ? home : "/tmp") + "/.cache/rootstream";
}

// Options that are not files of credentials.
struct OptionByName {
  const char* name;
  Status (*set)(const std::string& value, ClientOptions& options);
};
constexpr OptionByName kOptions[] = {
    {"pubkey",
     [](const std::string& value, ClientOptions& options) -> Status {
       return options.public_keys.push_back(value), Ok();
     }},
    {"cache", [](const std::string& value, ClientOptions& options) -> Status { return options.cache = value, Ok(); }},
    {"cache-size",
     [](const std::string& value, ClientOptions& options) -> Status {
       RS_TRY(options.cache_size, ParseCacheSize(value));
       return Ok();
     }},
    {"mirror",
     [](const std::string& value, ClientOptions& options) -> Status { return options.mirrors.push_back(value), Ok(); }},
    {"on-network-loss",
     [](const std::string& value, ClientOptions& options) -> Status {
       RS_TRY(options.give_up_after, ParseNetworkLoss(value));
       return Ok();
     }},
};

}  // namespace

Result<bool> SetClientOption(const std::string& name, const std::string& value, ClientOptions& options) {
  for (const CredentialOption& option : kCredentialOptions)
    if (name == option.name) return options.credentials.*option.file = value, true;
  for (const OptionByName& option : kOptions) {
    if (name != option.name) continue;
    RS_CHECK(option.set(value, options));
    return true;
  }
  return false;
}

std::vector<std::string> ClientOptionNames() {
  std::vector<std::string> names;
  for (const OptionByName& option : kOptions) names.push_back(option.name);
  for (const CredentialOption& option : kCredentialOptions) names.push_back(option.name);
  return names;
}

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

}  // namespace rootstream
