// Repairs a store from a copy of it: files that are missing or damaged are fetched anew, verified by their hashes, and
// take their places in one step. Refs are not repaired: `mirror` brings those, and checks their signatures.
#pragma once

#include <string>
#include <vector>

#include "cache/network/transport.h"
#include "server-tools/store_audit.h"

namespace rootstream {

struct RepairReport {
  std::vector<std::string> repaired;  // the names of the files
  std::vector<std::string> problems;  // one line each: what the copy could not give, and why
  AuditReport audit;                  // of the store as it is then
};

// `url`: the copy's (CopySource). The caller holds the shared lock. kUnavailable: the copy does not answer. What was
// repaired until then stays so.
Result<RepairReport> RepairStore(const Store& store, const std::string& url, const std::vector<PublicKey>& keys,
                                 Transport& transport);

}  // namespace rootstream
