// The options of a mount, from the command line or a -o list: mount(8) passes the fourth field of fstab, so every
// option has a key for lists.
#pragma once

#include <string>
#include <vector>

#include "fusefs/image/client.h"

namespace rootstream {

enum class MountAction {
  kMount,
  kMountOnce,  // done already if the image is mounted there: mount(8) -a asks so
  kRemount,    // other flags for what is mounted there
};

struct MountOptions {
  MountAction action = MountAction::kMount;
  ClientOptions client;
  std::string mountpoint;
  bool foreground = false;
  bool allow_non_empty = false;
  std::string record;                       // file for a profile of what is read; empty: none
  bool is_root = false;                     // it is the root filesystem of this machine: see root_daemon.h
  std::vector<std::string> kernel_options;  // for FUSE: "allow_other", "suid"
  std::vector<std::string> mount_flags;     // of mount(2), as mount(8) writes them: "suid", "nosymfollow"
};

// Adds the options of a list "key=value,key,…". Keys: pubkey, insecure, cache, cache-size, mirror,
// on-network-loss, netrc, auth-file, cacert, client-cert, fill, record, ref, strict-memory, foreground, nonempty,
// rootfs; and mount(8)'s own, which are passed on or need nothing. A comma in a value is written "\,", or the value
// between double quotes. kInvalid: an unknown key or a bad value.
Status AddOptionList(const std::string& list, MountOptions& options);

// The flags of mount(2) for a mount that has `now` ("ro,nosuid,relatime", of mountinfo) and is to have `changes`, too.
// Always read-only.
unsigned long MountFlags(std::string_view now, const std::vector<std::string>& changes);

}  // namespace rootstream
