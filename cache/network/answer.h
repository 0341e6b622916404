// What an answer, or none, means for whoever asked: the one table, whatever the protocol and the command.
//
// | kind         | is                                                             | then                    |
// |--------------|----------------------------------------------------------------|-------------------------|
// | kUnavailable | no answer; 5xx; 407, 408, 425, 429; redirects without end; a    | ask again later         |
// |              | web page where none was published; a certificate that fails    |                         |
// | kMissing     | 404 and the other 4xx                                          | ask another mirror      |
// | kRefused     | 401, 403, 451: credentials are wrong, or there are none        | ask another mirror      |
// | kCorrupt     | 416: the file is shorter than what was published               | ask for a fresh copy    |
//
// 407 is the proxy's and says nothing of the file, or of the server behind.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"

namespace rootstream {

// nullopt: the file, or the part of it that was asked for. 0: there was no answer.
std::optional<ErrorKind> MeaningOfHttp(int status);

// Of a transfer that libcurl ended with this CURLcode, and whose HTTP status says nothing.
ErrorKind MeaningOfCurl(int code);

// Whether a body begins as HTML does. Nothing that a publisher writes does.
bool LooksLikeWebPage(std::string_view beginning);
inline constexpr size_t kWebPageBeginning = 64;  // bytes that tell
inline constexpr const char* kWebPage =
    "the answer is a web page, not a file of a store (is there a login page on the way?)";

}  // namespace rootstream
