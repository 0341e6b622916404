#include "fusefs/mount/mount_options.h"

#include <sys/mount.h>

#include <algorithm>
#include <array>

#ifndef MS_NOSYMFOLLOW  // Linux 5.10
#define MS_NOSYMFOLLOW 256
#endif

namespace rootstream {
namespace {

// Flags of a mount: what FUSE's library passes on, and what only mount(2) itself can be told.
struct Flag {
  const char* word;
  unsigned long bit;
  bool on;
  bool is_fuses;
};
constexpr std::array kFlags = {Flag{"suid", MS_NOSUID, false, true},
                               Flag{"nosuid", MS_NOSUID, true, true},
                               Flag{"dev", MS_NODEV, false, true},
                               Flag{"nodev", MS_NODEV, true, true},
                               Flag{"exec", MS_NOEXEC, false, true},
                               Flag{"noexec", MS_NOEXEC, true, true},
                               Flag{"atime", MS_NOATIME, false, true},
                               Flag{"noatime", MS_NOATIME, true, true},
                               Flag{"symfollow", MS_NOSYMFOLLOW, false, false},
                               Flag{"nosymfollow", MS_NOSYMFOLLOW, true, false}};
// Passed on as they are.
constexpr std::array kKernelOptions = {"allow_other", "auto_unmount"};
constexpr std::array kLabels = {"context", "fscontext", "defcontext", "rootcontext"};  // of SELinux
// Of mount(8)'s filesystem-independent options: those that mean something to itself only, are always so here, or are
// about writing. Then what mountinfo says of a mount, which mount(8) gives back when it is remounted.
constexpr std::array kIgnoredOptions = {"ro",         "rw",          "defaults",
                                        "_netdev",    "nofail",      "auto",
                                        "noauto",     "user",        "nouser",
                                        "users",      "nousers",     "owner",
                                        "noowner",    "group",       "nogroup",
                                        "async",      "sync",        "dirsync",
                                        "diratime",   "nodiratime",  "relatime",
                                        "norelatime", "strictatime", "nostrictatime",
                                        "lazytime",   "nolazytime",  "iversion",
                                        "noiversion", "mand",        "nomand",
                                        "silent",     "loud",        "default_permissions",
                                        "seclabel"};
constexpr std::array kIgnoredKeys = {"user",    "comment",  "uhelper",  "helper",
                                     "user_id", "group_id", "max_read", "blksize"};

template <size_t n>
bool Contains(const std::array<const char*, n>& list, std::string_view key) {
  return std::find(list.begin(), list.end(), key) != list.end();
}

std::vector<std::string> Split(std::string_view list) {
  std::vector<std::string> options(1);
  bool quoted = false;
  for (size_t i = 0; i < list.size(); ++i) {
    const bool begins_value = options.back().ends_with('=');
    const bool ends_value = i + 1 == list.size() || list[i + 1] == ',';
    if (list[i] == '\\' && i + 1 < list.size()) {
      options.back().push_back(list[++i]);
    } else if (list[i] == '"' && (quoted ? ends_value : begins_value)) {
      quoted = !quoted;
    } else if (list[i] == ',' && !quoted) {
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
  client.given.insert(key);
  RS_TRY(const bool is_clients, SetClientOption(key, value, client));
  if (is_clients) return Ok();
  if (key == "fill") {
    RS_TRY(client.fill, ParseFillRate(value));
  } else if (key == "ref") {
    client.refs.push_back(value);
  } else if (key == "record") {
    options.record = value;
  } else if (Contains(kLabels, key)) {
    options.kernel_options.push_back(key + "=\"" + value + "\"");
  } else if (!Contains(kIgnoredKeys, key)) {
    return Invalid("unknown mount option '" + key + "'");
  }
  return Ok();
}

const Flag* FindFlag(std::string_view word) {
  const auto found = std::find_if(kFlags.begin(), kFlags.end(), [&](const Flag& flag) { return word == flag.word; });
  return found == kFlags.end() ? nullptr : &*found;
}

bool IsForMount8(const std::string& key) { return key.starts_with("x-") || key.starts_with("X-"); }

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
  } else if (key == "remount") {
    options.action = MountAction::kRemount;
  } else if (const Flag* flag = FindFlag(key)) {
    options.mount_flags.push_back(key);
    if (flag->is_fuses) options.kernel_options.push_back(key);
  } else if (Contains(kKernelOptions, key)) {
    options.kernel_options.push_back(key);
  } else if (!Contains(kIgnoredOptions, key) && !IsForMount8(key)) {
    return Invalid("unknown mount option '" + key + "'");
  }
  return Ok();
}

}  // namespace

Status AddOptionList(const std::string& list, MountOptions& options) {
  for (const std::string& option : Split(list)) {
    const size_t equals = option.find('=');
    const std::string key = option.substr(0, equals);
    if (equals == std::string::npos || IsForMount8(key)) {
      RS_CHECK(AddFlag(key, options));
    } else {
      RS_CHECK(AddKeyValue(key, option.substr(equals + 1), options));
    }
  }
  return Ok();
}

unsigned long MountFlags(std::string_view now, const std::vector<std::string>& changes) {
  unsigned long flags = MS_RDONLY;
  const auto apply = [&](std::string_view word) {
    const Flag* flag = FindFlag(word);
    if (flag != nullptr) flags = flag->on ? flags | flag->bit : flags & ~flag->bit;
    if (word == "nodiratime") flags |= MS_NODIRATIME;
    if (word == "relatime") flags |= MS_RELATIME;
  };
  for (const std::string& word : Split(now)) apply(word);
  for (const std::string& word : changes) apply(word);
  return flags;
}

}  // namespace rootstream
