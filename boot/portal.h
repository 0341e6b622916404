// Captive portals: networks that answer in place of every server, with a page to log in at (RFC 8952).
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "format/image_name.h"

namespace rootstream {

// The address of the page, without secrets, if something answers with a web page where the ref of this image should be:
// by a redirect to another host, by status 511 (RFC 6585), or by HTML. Nothing for file URLs. Where TLS would hide the
// page, asks the same host without it, and takes only a redirect for an answer. kUnavailable: there was no answer.
Result<std::optional<std::string>> FindPortal(const ImageUrl& image);

}  // namespace rootstream
