#include "store/s3/location.h"

#include <algorithm>

#include "base/plain_text.h"
#include "base/url_text.h"

namespace rootstream {
namespace {

constexpr std::string_view kScheme = "s3://";

// Names of buckets: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, and those of before
// 2018, which other services still take.
bool IsBucketName(std::string_view name) {
  return name.size() >= 3 && name.size() <= 255 && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                  c == '_';
         });
}

}  // namespace

bool IsS3Url(std::string_view text) { return text.starts_with(kScheme); }

Result<S3Location> S3Location::Parse(std::string_view text, const S3Settings& settings) {
  const std::string shown(text);
  std::string_view rest = text.substr(kScheme.size());
  while (rest.ends_with('/')) rest.remove_suffix(1);
  S3Location location;
  const size_t slash = rest.find('/');
  location.bucket = rest.substr(0, slash);
  if (slash != std::string_view::npos) location.prefix = std::string(rest.substr(slash + 1)) + "/";
  if (!IsBucketName(location.bucket)) return Invalid(shown + ": it is not s3://BUCKET or s3://BUCKET/PREFIX");
  const std::string& prefix = location.prefix;
  if (prefix.starts_with('/') || prefix.find("//") != std::string::npos || !IsPlainText(prefix) ||
      ("/" + prefix).find("/../") != std::string::npos || ("/" + prefix).find("/./") != std::string::npos)
    return Invalid(shown + ": its prefix cannot be used");
  location.endpoint = settings.endpoint;
  while (location.endpoint.ends_with('/')) location.endpoint.pop_back();
  if (location.endpoint.empty()) location.endpoint = "https://s3." + settings.keys.region + ".amazonaws.com";
  if (!location.endpoint.starts_with("http://") && !location.endpoint.starts_with("https://"))
    return Invalid("S3 endpoint '" + location.endpoint + "': it is no URL, http:// or https://");
  location.is_path_style = settings.style.empty() ? !settings.endpoint.empty() : settings.style == "path";
  return location;
}

std::string S3Location::Shown(std::string_view name) const {
  std::string shown = std::string(kScheme) + bucket + "/" + Key(name);
  while (shown.ends_with('/')) shown.pop_back();
  return shown;
}

std::string S3Location::StoreUrl() const {
  std::string url = Url(prefix);
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::string S3Location::Url(std::string_view key, S3Query query) const {
  std::string url = endpoint;
  if (is_path_style) {
    url += "/" + bucket;
  } else {
    url.insert(url.find("://") + 3, bucket + ".");
  }
  if (!key.empty() || !is_path_style) url += "/" + UriEncoded(key, true);
  for (auto& [name, value] : query) name = UriEncoded(name, false), value = UriEncoded(value, false);
  std::sort(query.begin(), query.end());
  char separator = '?';
  for (const auto& [name, value] : query) {
    url += separator + name + "=" + value;
    separator = '&';
  }
  return url;
}

}  // namespace rootstream
