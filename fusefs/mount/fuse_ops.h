// The FUSE edge: every kernel request becomes one call on the image and exactly one reply.
//
// Nothing here waits. A request whose answer needs the network is parked: the thread goes on, and
// whichever comes first replies, the completion or, with EINTR, the caller's being killed (Request).
#pragma once

#include <atomic>
#include <functional>

#include "format/manifest.h"
#include "fusefs/image/file_reader.h"
#include "fusefs/image/image.h"
#include "fusefs/mount/interrupted_requests.h"
#include "fusefs/mount/listing_policy.h"

struct fuse_lowlevel_ops;

namespace rootstream {

// What the operations work on; the session's user data. Must outlive the session.
struct FuseContext {
  Image& image;
  FileReader& reader;
  InterruptedRequests& interrupted;
  uint64_t generation;  // of all inodes: file handles of another mount are stale, its numbers mean other files
  uint64_t features;    // of the manifest
  ImageTotals totals;
  int kernel_readahead;           // KiB
  std::function<void()> on_init;  // the kernel has taken the mount
  ListingPolicy listings = {};
  std::atomic<bool> wants_parallel_directories = false;  // in the reply to INIT, which is the next one
};

const fuse_lowlevel_ops& FuseOperations();

}  // namespace rootstream
