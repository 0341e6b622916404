// The FUSE operations: each request of the kernel becomes one call on the image and exactly one reply.
//
// Nothing here waits. A request that needs the network is parked, and its thread takes the next one. It is replied to
// when its answer comes, or with EINTR if its caller is killed first; see Request.
#pragma once

#include <atomic>
#include <functional>

#include "fusefs/mount/interrupted_requests.h"
#include "fusefs/mount/layer_tree.h"
#include "fusefs/mount/listing_policy.h"

struct fuse_lowlevel_ops;

namespace rootstream {

// The objects that the operations use. It is the user data of the session and must outlive it.
struct FuseContext {
  const LayerTree& tree;
  InterruptedRequests& interrupted;
  uint64_t generation;            // of all inodes: makes file handles of another mount stale
  int kernel_readahead;           // KiB
  std::function<void()> on_init;  // called when the kernel has accepted the mount
  ListingPolicy listings = {};
  std::atomic<bool> wants_parallel_directories = false;  // set by INIT for its reply
};

const fuse_lowlevel_ops& FuseOperations();

}  // namespace rootstream
