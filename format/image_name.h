// The names of images, and the URLs that carry them: STORE-URL/NAME[:TAG], or STORE-URL/NAME[:TAG],NAME[:TAG],… for
// several.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rootstream {

struct ImageName {
  std::string name;
  std::string tag = "latest";

  bool operator==(const ImageName&) const = default;
  std::string ToString() const { return name + ":" + tag; }
  std::string RefPath() const { return "images/" + name + "/" + tag; }  // below the store
};

// "NAME" or "NAME:TAG", each [a-z0-9][a-z0-9._-]*, at most 128 bytes. kInvalid.
Result<ImageName> ParseImageName(std::string_view text);

// The file of a store that lists its images: docs/format.md. kInvalid: a line is no name.
inline constexpr std::string_view kImageList = "images.list";
Result<std::vector<ImageName>> ParseImageList(std::string_view text);

struct ImageUrl {
  std::string store;  // URL without a trailing slash; with its "user:password@" and "?query", so for UrlBelow() only
  ImageName image;

  std::string ToString() const;  // for a person: without secrets
};

// Schemes http, https, file. A "?query" is the store's: sent with every request (tokens), and shown nowhere. kInvalid.
Result<ImageUrl> ParseImageUrl(std::string_view url);

// Images that make one root filesystem together, the lowest first: files of a later one hide those of the ones before.
struct LayersUrl {
  std::string store;              // as in ImageUrl
  std::vector<ImageName> images;  // at least one, each once

  ImageUrl Layer(size_t index) const { return {store, images[index]}; }
  std::string ToString() const;  // for a person: without secrets
};

inline constexpr size_t kMaxLayers = 8;

// Like ParseImageUrl(), with up to kMaxLayers images. kInvalid.
Result<LayersUrl> ParseLayersUrl(std::string_view url);

bool IsStoreUrl(std::string_view text);  // begins with one of the schemes

}  // namespace rootstream
