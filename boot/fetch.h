// Single files from and to any address, for kernels that are not part of an image and for recorded profiles.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "cache/network/credentials.h"

namespace rootstream {

// `url`: http, https, ftp, tftp or file. `path` is there when all of it has come, and else not
// touched. A server that has trouble is asked again, as Patience has it, for `patience`. Tells its progress on standard
// output if that is a terminal. kUnavailable, kMissing, kRefused: see cache/network/answer.h; kFailed: it cannot be written.
Status FetchFile(const std::string& url, const std::string& path, const Credentials& credentials = {},
                 std::chrono::milliseconds patience = std::chrono::seconds(20));

// Puts a file to an http, https or ftp address (RFC 9110, PUT), once. Kinds as above.
Status PutFile(const std::string& path, const std::string& url);

}  // namespace rootstream
