// Credentials as options of a transfer of libcurl.
#pragma once

#include "cache/network/credentials.h"

namespace rootstream {

// `easy`: a CURL handle, for this URL; the credentials outlive it. A redirect to another host takes no login along.
void AddCredentials(void* easy, const Credentials& credentials, const std::string& url);

}  // namespace rootstream
