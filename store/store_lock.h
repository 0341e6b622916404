// Waits for the lock of a store, and tells the person at the terminal what it waits for.
#pragma once

#include <chrono>
#include <optional>

#include "store/store.h"

namespace rootstream {

// `patience`: how long to try; nullopt: until a signal asks the process to stop. kFailed.
Status AwaitLock(Store& store, StoreLock kind, std::optional<std::chrono::seconds> patience);

}  // namespace rootstream
