#include "fusefs/mount_options.h"

#include <algorithm>
#include <array>

namespace rootstream {
namespace {

// Passed on to the kernel.
constexpr std::array kKernelOptions = {"suid",    "nosuid", "dev",  "nodev",     "exec",
                                       "noexec",  "atime",  "noatime", "allow_other", "auto_unmount"};
// Means something to mount(8) only, or is always so here.
constexpr std::array kIgnoredOptions = {
    "ro",     "rw",   "defaults", "_netdev", "nofail", "auto",   "noauto",  "user",
    "nouser", "users", "owner",   "group",   "async",  "diratime", "nodiratime", "relatime",
    "norelatime", "default_permissions", "silent", "loud"};

template <size_t n>
bool Contains(const std::array<const char*, n>& list, const std::string& key) {
  return std::find(list.begin(), list.end(), key) != list.end();
}

std::vector<std::string> Split(const std::string& list) {
  std::vector<std::string> options(1);
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i] == '\\' && i + 1 < list.size()) {
      options.back().push_back(list[++i]);
    } else if (list[i] == ',') {
      options.emplace_back();
    } else {
      options.back().push_back(list[i]);
    }
  }
  std::erase(options, "");
  return options;
}

Status AddKeyValue(const std::string& key, const std::string& value, MountOptions& options) {
  ClientOptions& client = options.client;
  for (const CredentialOption& option : kCredentialOptions)
    if (key == option.name) return client.credentials.*option.file = value, Ok();
  if (key == "pubkey") {
    client.public_keys.push_back(value);
  } else if (key == "cache") {
    client.cache = value;
  } else if (key == "cache-size") {
    RS_TRY(client.cache_size, ParseCacheSize(value));
  } else if (key == "mirror") {
    client.mirrors.push_back(value);
  } else if (key == "on-network-loss") {
    RS_TRY(client.give_up_after, ParseNetworkLoss(value));
  } else if (key == "fill") {
    RS_TRY(client.fill, ParseFillRate(value));
  } else if (key == "record") {
    options.record = value;
  } else {
    return Invalid("unknown mount option '" + key + "'");
  }
  return Ok();
}

Status AddFlag(const std::string& key, MountOptions& options) {
  if (key == "insecure") {
    options.client.insecure = true;
  } else if (key == "strict-memory") {
    options.client.strict_memory = true;
  } else if (key == "foreground") {
    options.foreground = true;
  } else if (key == "rootfs") {
    options.is_root = true;
  } else if (key == "nonempty") {
    options.allow_non_empty = true;
  } else if (Contains(kKernelOptions, key)) {
    options.kernel_options.push_back(key);
  } else if (!Contains(kIgnoredOptions, key) && !key.starts_with("x-")) {
    return Invalid("unknown mount option '" + key + "'");
  }
  return Ok();
}

}  // namespace

Status AddOptionList(const std::string& list, MountOptions& options) {
  for (const std::string& option : Split(list)) {
    const size_t equals = option.find('=');
    const std::string key = option.substr(0, equals);
    if (equals == std::string::npos || key.starts_with("x-")) {
      RS_CHECK(AddFlag(key, options));
    } else {
      RS_CHECK(AddKeyValue(key, option.substr(equals + 1), options));
    }
  }
  return Ok();
}

}  // namespace rootstream
