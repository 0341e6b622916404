#include "format/image_name.h"

#include <algorithm>

#include "base/url_text.h"

namespace rootstream {
namespace {

constexpr size_t kMaxWord = 128;

bool IsWord(std::string_view text) {
  const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= kMaxWord && alphanumeric(text[0]) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

}  // namespace

Result<ImageName> ParseImageName(std::string_view text) {
  const size_t colon = text.find(':');
  ImageName image{.name = std::string(text.substr(0, colon))};
  if (colon != std::string_view::npos) image.tag = text.substr(colon + 1);
  if (!IsWord(image.name) || !IsWord(image.tag))
    return Invalid("'" + std::string(text) +
                   "' is not an image name: NAME[:TAG], each of a-z 0-9 . _ - and beginning with "
                   "a letter or digit");
  return image;
}

bool IsStoreUrl(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://", "file://"})
    if (text.substr(0, scheme.size()) == scheme) return true;
  return false;
}

std::string ImageUrl::ToString() const { return WithoutSecrets(store) + "/" + image.ToString(); }

Result<ImageUrl> ParseImageUrl(std::string_view url) {
  const std::string shown = "'" + WithoutSecrets(url) + "'";
  if (!IsStoreUrl(url)) return Invalid(shown + " is not an image URL: http://, https:// or file://STORE/NAME[:TAG]");
  url = url.substr(0, url.find('#'));
  const size_t end = std::min(url.size(), url.find('?'));
  const std::string_view query = url.starts_with("file:") ? "" : url.substr(end);
  url = url.substr(0, end);
  const size_t authority = url.find("://") + 3;
  const size_t slash = url.rfind('/');
  if (!url.starts_with("file:") && authority < url.size() && url[authority] == '/')
    return Invalid(shown + ": the host's name is missing");
  if (slash < authority) return Invalid(shown + ": the image's name is missing: STORE/NAME[:TAG]");
  const auto image = ParseImageName(url.substr(slash + 1));
  if (!image.ok()) return Invalid(shown + ": the image's name is missing: " + image.error().message);
  std::string_view store = url.substr(0, slash);
  while (store.size() > authority && store.back() == '/') store.remove_suffix(1);
  return ImageUrl{std::string(store) + std::string(query), *image};
}

}  // namespace rootstream
