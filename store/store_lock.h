// Taking a store's lock, with a word to who waits for it.
#pragma once

#include <chrono>
#include <optional>

#include "store/store.h"

namespace rootstream {

// `patience`: how long to try; nullopt: until a signal asks the process to stop. kFailed.
Status AwaitLock(Store& store, StoreLock kind, std::optional<std::chrono::seconds> patience);

}  // namespace rootstream
