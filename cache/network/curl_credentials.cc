#include "cache/network/curl_credentials.h"

#include <curl/curl.h>

namespace rootstream {
namespace {

// SHA-256, in hexadecimal.
constexpr const char* kHashOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

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
  if (const S3Keys* keys = credentials.S3KeysFor(url)) {
    curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, ("aws:amz:" + keys->region + ":s3").c_str());
    curl_easy_setopt(easy, CURLOPT_USERNAME, keys->access_key.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, keys->secret_key.c_str());
  } else if (const std::string* bearer = credentials.BearerFor(url)) {
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
    curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, bearer->c_str());
  } else if (const auto login = credentials.LoginFor(url)) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, login->user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, login->password.c_str());
  }
}

std::vector<std::string> CredentialHeaders(const Credentials& credentials, const std::string& url) {
  const S3Keys* const keys = credentials.S3KeysFor(url);
  if (keys == nullptr) return {};
  std::vector<std::string> headers = {std::string("x-amz-content-sha256: ") + kHashOfNothing};
  if (!keys->session_token.empty()) headers.push_back("x-amz-security-token: " + keys->session_token);
  return headers;
}

}  // namespace rootstream
