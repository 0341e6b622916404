// The meaning of a server's answer, or of no answer. All transfers, of every protocol and command, use this table.
//
// | kind         | is                                                             | then                    |
// |--------------|----------------------------------------------------------------|-------------------------|
// | kUnavailable | no answer; 5xx; 407, 408, 425, 429; redirects without end; a    | ask again later         |
// |              | web page where none was published; a certificate that fails    |                         |
// | kMissing     | 404 and the other 4xx                                          | ask another mirror      |
// | kRefused     | 401, 403, 451: credentials are wrong, or there are none        | ask another mirror      |
// | kCorrupt     | 416: the file is shorter than what was published               | ask for a fresh copy    |
//
// 407 comes from a proxy, so it says nothing about the file or the server.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"

namespace rootstream {

// nullopt: the answer is the file, or the requested part of it. Status 0: there was no answer.
std::optional<ErrorKind> MeaningOfHttp(int status);

// The meaning of a CURLcode, for transfers that failed without an HTTP status.
ErrorKind MeaningOfCurl(int code);

// Whether a body begins like HTML. No object of a store does.
bool LooksLikeWebPage(std::string_view beginning);
inline constexpr size_t kWebPageBeginning = 64;  // bytes that are enough to tell
inline constexpr const char* kWebPage =
    "the answer is a web page, not a file of a store (is there a login page on the way?)";

}  // namespace rootstream
