// Key files: PEM, the private one readable by its owner only, the public one beside it with ".pub".
#pragma once

#include <string>

#include "format/signature.h"

namespace rootstream {

// Never overwrites. kFailed.
Status GenerateKeyFiles(const std::string& path);
Result<SigningKey> ReadSigningKey(const std::string& path);
Result<PublicKey> ReadPublicKey(const std::string& path);

}  // namespace rootstream
