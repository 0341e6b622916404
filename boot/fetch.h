// Single files from and to any address, for kernels that are not part of an image and for recorded profiles.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "cache/network/credentials.h"

namespace rootstream {

struct FetchLimits {
  std::chrono::milliseconds patience = std::chrono::seconds(20);  // for trying again while the server has trouble
  uint64_t size = 0;                                              // bytes of the longest file accepted; 0: any
};

// Fetches `url` (http, https, ftp, tftp or file) into `path`, which is not touched before the whole file has come.
// Shows progress on standard output if that is a terminal.
// kUnavailable, kMissing, kRefused: see cache/network/answer.h; kInvalid: the file is too long; kFailed: it cannot be
// written.
Status FetchFile(const std::string& url, const std::string& path, const Credentials& credentials = {},
                 const FetchLimits& limits = {});

// Puts a file to an http, https or ftp URL (RFC 9110, 9.3.4), in one try. Errors as above.
Status PutFile(const std::string& path, const std::string& url);

}  // namespace rootstream
