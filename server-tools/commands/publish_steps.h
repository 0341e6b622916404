// What a publish does before and after: commands of the person who publishes, and copies in other stores. Used by the
// main thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "format/image_name.h"
#include "store/store.h"

namespace rootstream {

// Runs a command by sh(1); its output goes to standard error. It finds the image's name in ROOTSTREAM_IMAGE, the store
// in ROOTSTREAM_STORE and the published serial, if any, in ROOTSTREAM_SERIAL. `option`: for messages. kFailed: its exit
// code is not 0.
Status RunHook(const std::string& option, const std::string& command, const StoreAddress& store, const ImageName& image,
               std::optional<uint64_t> serial);

// Copies an image as `mirror` does. `keys`: public keys that must have signed; none: it is unsigned.
Status CopyImage(const StoreAddress& from, const StoreAddress& to, const ImageName& image,
                 const std::vector<PublicKey>& keys);

}  // namespace rootstream
