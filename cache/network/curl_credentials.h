// Sets credentials on a libcurl transfer.
#pragma once

#include "cache/network/credentials.h"

namespace rootstream {

// `easy`: a CURL handle of a request for `url`. `credentials` must outlive it. libcurl sends no login to another host
// after a redirect.
void AddCredentials(void* easy, const Credentials& credentials, const std::string& url);

}  // namespace rootstream
