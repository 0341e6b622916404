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

Result<std::vector<ImageName>> ParseImageList(std::string_view text) {
  std::vector<ImageName> images;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    auto image = ParseImageName(line);
    if (!image.ok()) return Of(std::string(kImageList), image.error());
    images.push_back(std::move(*image));
  }
  return images;
}

bool IsStoreUrl(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://", "file://"})
    if (text.substr(0, scheme.size()) == scheme) return true;
  return false;
}

std::string ImageUrl::ToString() const { return WithoutSecrets(store) + "/" + image.ToString(); }

std::string LayersUrl::ToString() const {
  std::string text = WithoutSecrets(store) + "/";
  for (const ImageName& image : images) text += (&image == &images.front() ? "" : ",") + image.ToString();
  return text;
}

namespace {

// A URL taken apart, with its last segment as it is.
struct UrlParts {
  std::string store;
  std::string_view names;
};

Result<UrlParts> SplitImageUrl(std::string_view url, const std::string& shown) {
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
  std::string_view store = url.substr(0, slash);
  while (store.size() > authority && store.back() == '/') store.remove_suffix(1);
  return UrlParts{std::string(store) + std::string(query), url.substr(slash + 1)};
}

// "'URL'", for a message.
std::string Shown(std::string_view url) { return "'" + WithoutSecrets(url) + "'"; }

Error NoName(std::string_view url, const Error& error) {
  return Invalid(Shown(url) + ": the image's name is missing: " + error.message);
}

bool HasSecondStore(std::string_view store) {
  for (const std::string_view scheme : {",http://", ",https://", ",file://"})
    if (store.find(scheme) != std::string_view::npos) return true;
  return false;
}

}  // namespace

Result<ImageUrl> ParseImageUrl(std::string_view url) {
  RS_TRY(UrlParts parts, SplitImageUrl(url, Shown(url)));
  if (parts.names.find(',') != std::string_view::npos)
    return Invalid(Shown(url) + " names several images, where one is wanted");
  const auto image = ParseImageName(parts.names);
  if (!image.ok()) return NoName(url, image.error());
  return ImageUrl{std::move(parts.store), *image};
}

Result<LayersUrl> ParseLayersUrl(std::string_view url) {
  RS_TRY(UrlParts parts, SplitImageUrl(url, Shown(url)));
  if (HasSecondStore(url.substr(0, url.find('?'))))
    return Invalid(Shown(url) + ": layers come from one store: only the names of the others follow the first, as in " +
                   "STORE/NAME[:TAG],NAME[:TAG] (rootstream mirror copies an image to another store)");
  LayersUrl layers{std::move(parts.store), {}};
  for (std::string_view rest = parts.names;;) {
    const size_t comma = rest.find(',');
    const auto image = ParseImageName(rest.substr(0, comma));
    if (!image.ok()) return NoName(url, image.error());
    if (std::find(layers.images.begin(), layers.images.end(), *image) != layers.images.end())
      return Invalid(Shown(url) + ": " + image->ToString() + " is in it twice");
    layers.images.push_back(*image);
    if (layers.images.size() > kMaxLayers)
      return Invalid(Shown(url) + ": more than " + std::to_string(kMaxLayers) + " layers");
    if (comma == std::string_view::npos) return layers;
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace rootstream
