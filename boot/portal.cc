#include "boot/portal.h"

#include <curl/curl.h>

#include <memory>

#include "base/url_text.h"

namespace rootstream {
namespace {

constexpr long kConnectSeconds = 10;
constexpr long kTotalSeconds = 15;
constexpr size_t kLongestBody = 64 << 10;  // bytes
constexpr long kNetworkAuthenticationRequired = 511;

struct CleanUp {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

struct Answer {
  long status = 0;
  std::string redirect;  // where to, if anywhere
  std::string type;      // Content-Type
};

// Only the head of the answer counts, but a redirect is known when its body has come.
size_t SkipBody(char*, size_t, size_t size, void* left) {
  auto& bytes = *static_cast<size_t*>(left);
  if (size > bytes) return 0;
  bytes -= size;
  return size;
}

std::string TextOf(CURL* easy, CURLINFO info) {
  const char* text = nullptr;
  curl_easy_getinfo(easy, info, &text);
  return text == nullptr ? "" : text;
}

Result<Answer> Ask(const std::string& url) {
  const std::unique_ptr<CURL, CleanUp> easy(curl_easy_init());
  size_t left = kLongestBody;
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "http");
  curl_easy_setopt(easy.get(), CURLOPT_USERAGENT, "rootstream/" ROOTSTREAM_VERSION);
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT, kTotalSeconds);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, SkipBody);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &left);
  const CURLcode code = curl_easy_perform(easy.get());
  Answer answer;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  if (answer.status == 0) return Unavailable(WithoutSecrets(url) + ": " + curl_easy_strerror(code));
  answer.redirect = TextOf(easy.get(), CURLINFO_REDIRECT_URL);
  answer.type = TextOf(easy.get(), CURLINFO_CONTENT_TYPE);
  return answer;
}

bool IsSecure(const std::string& url) { return url.starts_with("https:"); }

}  // namespace

Result<std::optional<std::string>> FindPortal(const ImageUrl& image) {
  const bool is_secure = IsSecure(image.store);
  if (!is_secure && !image.store.starts_with("http:")) return std::optional<std::string>();
  // A question without TLS carries no credentials: the answer's head is the same.
  const std::string url =
      is_secure ? "http://" + HostOf(image.store) + "/" : UrlBelow(WithoutSecrets(image.store), image.image.RefPath());
  RS_TRY(const Answer answer, Ask(url));
  if (!answer.redirect.empty() && HostOf(answer.redirect) != HostOf(url))
    return std::optional(WithoutSecrets(answer.redirect));
  if (is_secure) return std::optional<std::string>();
  if (!answer.redirect.empty()) return std::optional<std::string>();
  const bool is_page = answer.status < 300 && answer.type.starts_with("text/html");
  if (is_page || answer.status == kNetworkAuthenticationRequired) return std::optional(url);
  return std::optional<std::string>();
}

}  // namespace rootstream
