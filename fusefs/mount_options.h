// What a mount is asked to do, from the command line and from -o lists alike: mount(8) hands over the
// fourth field of fstab, so every option has a key there.
#pragma once

#include <string>
#include <vector>

#include "fusefs/client.h"

namespace rootstream {

struct MountOptions {
  ClientOptions client;
  std::string mountpoint;
  bool foreground = false;
  bool allow_non_empty = false;
  std::string record;  // file for a profile of what is read; empty: none
  bool is_root = false;  // it holds the root of this machine: see root_daemon.h
  std::vector<std::string> kernel_options;  // for FUSE and the kernel: "allow_other", "suid"
};

// Adds the options of a list "key=value,key,…". Keys: pubkey, insecure, cache, cache-size, mirror,
// on-network-loss, netrc, auth-file, cacert, client-cert, fill, record, strict-memory, foreground, nonempty, rootfs;
// and mount(8)'s own, which are passed on or need nothing.
// A comma in a value is written "\,". kInvalid: an unknown key or a bad value.
Status AddOptionList(const std::string& list, MountOptions& options);

}  // namespace rootstream
