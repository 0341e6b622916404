// Leases: who is at work in a store that lies in a bucket, in place of flock(2). A lease is an object below leases/
// that its holder writes anew every kRenewal; one that is older than kLease, by the service's own clock, counts for
// nothing.
//
// To take one: look for a conflicting one; write one's own; look again, and step back if there is one now. Of two that
// do this at once at least one sees the other, since a listing shows every object whose writing has ended (S3 is
// strongly consistent). docs/format.md, "Leases". Any thread may call any method.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"
#include "store/s3/client.h"

namespace rootstream {

inline constexpr std::chrono::seconds kLease{60}, kLeaseRenewal{15};

enum class LeaseKind {
  kShared,     // conflicts with exclusive ones
  kExclusive,  // conflicts with shared and exclusive ones
  kTurn,       // conflicts with its like: one replaces an object
};

class Lease {
 public:
  // Takes a lease, or returns nullptr where there is a conflicting one. Ends with its destructor.
  static Result<std::unique_ptr<Lease>> TryTake(const S3Client& client, LeaseKind kind);
  // As above, but waits, as long as the other's lease lasts and some time more.
  static Result<std::unique_ptr<Lease>> Take(const S3Client& client, LeaseKind kind);
  ~Lease();

  // kFailed: it could not be renewed in time, so another may hold a conflicting one.
  Status Check() const;

 private:
  struct State;
  explicit Lease(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rootstream
