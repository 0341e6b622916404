// Sets credentials on a libcurl transfer.
#pragma once

#include <string>
#include <vector>

#include "cache/network/credentials.h"

namespace rootstream {

// `easy`: a CURL handle of a request for `url`. `credentials` must outlive it. libcurl sends no login to another host
// after a redirect.
void AddCredentials(void* easy, const Credentials& credentials, const std::string& url);
// The headers that go with them on a request without a body.
std::vector<std::string> CredentialHeaders(const Credentials& credentials, const std::string& url);

}  // namespace rootstream
