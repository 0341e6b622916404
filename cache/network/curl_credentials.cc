#include "cache/network/curl_credentials.h"

#include <curl/curl.h>

namespace rootstream {
namespace {

curl_blob BlobOf(const std::string& pem) { return {const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_NOCOPY}; }

}  // namespace

void AddCredentials(void* easy, const Credentials& credentials, const std::string& url) {
  if (!credentials.ca().empty()) {
    const curl_blob ca = BlobOf(credentials.ca());
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca);
  }
  if (const std::string* pem = credentials.ClientCertificateFor(url)) {
    const curl_blob certificate = BlobOf(*pem);
    curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &certificate);
    curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &certificate);
  }
  if (const std::string* bearer = credentials.BearerFor(url)) {
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
    curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, bearer->c_str());
  } else if (const auto login = credentials.LoginFor(url)) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, login->user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, login->password.c_str());
  }
}

}  // namespace rootstream
