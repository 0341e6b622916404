#include "server-tools/expiry.h"

#include "base/unix_time.h"

namespace rootstream {
namespace {

std::string Span(int64_t seconds) {
  const int64_t hours = seconds / 3600;
  return hours < 48 ? std::to_string(hours) + " hours" : std::to_string(hours / 24) + " days";
}

std::string Warning(const RefBody& body, int64_t now) {
  const std::string image = "image " + body.image.ToString();
  const std::string renew = "; publish it again, or renew it with rootstream resign";
  if (body.expires < now)
    return image + ": expired " + Span(now - body.expires) + " ago, and clients refuse it" + renew;
  return image + ": expires in " + Span(body.expires - now) + ", on " + TimeText(body.expires) + " UTC" + renew;
}

bool IsDue(const RefBody& body, int64_t now) {
  if (body.expires == 0) return false;
  return body.expires - now < (body.expires - body.issued) / 3;
}

}  // namespace

std::vector<std::string> ExpiryWarnings(const Store& store, int64_t now) {
  std::vector<std::string> warnings;
  const auto images = store.ListImages();
  if (!images.ok()) return warnings;
  for (const ImageName& image : *images) {
    const auto bytes = store.ReadRef(image);
    const auto ref = bytes.ok() ? CheckRef(*bytes, image, {.insecure = true}) : Result<TrustedRef>(bytes.error());
    if (ref.ok() && IsDue(ref->body, now)) warnings.push_back(Warning(ref->body, now));
  }
  return warnings;
}

}  // namespace rootstream
