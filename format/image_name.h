// The names of images, and the URLs that carry them: STORE-URL/NAME[:TAG].
#pragma once

#include <string>
#include <string_view>

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

struct ImageUrl {
  std::string store;  // URL without a trailing slash; with its "user:password@" and "?query", so for UrlBelow() only
  ImageName image;

  std::string ToString() const;  // for a person: without secrets
};

// Schemes http, https, file. A "?query" is the store's: sent with every request (tokens), and shown nowhere. kInvalid.
Result<ImageUrl> ParseImageUrl(std::string_view url);

bool IsStoreUrl(std::string_view text);  // begins with one of the schemes

}  // namespace rootstream
