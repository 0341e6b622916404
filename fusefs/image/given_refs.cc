#include "fusefs/image/given_refs.h"

#include <algorithm>

#include "base/file_io.h"
#include "format/limits.h"
#include "format/ref.h"

namespace rootstream {

Result<GivenRefs> GivenRefs::Read(const std::vector<std::string>& files) {
  GivenRefs given;
  for (const std::string& file : files) {
    RS_TRY(std::string encoded, ReadWholeFile(file, kMaxRef));
    const auto body = BodyOfRef(encoded);
    if (!body.ok()) return Of(file, body.error());
    if (!given.For(body->image).empty()) return Invalid(file + ": a second ref of " + body->image.ToString());
    given.refs_.push_back({file, body->image, std::move(encoded)});
  }
  return given;
}

Status GivenRefs::MustBeOf(const std::vector<ImageName>& images) const {
  for (const Given& ref : refs_)
    if (std::find(images.begin(), images.end(), ref.image) == images.end())
      return Invalid(ref.file + ": a ref of " + ref.image.ToString() + ", which is not opened here");
  return Ok();
}

std::string GivenRefs::For(const ImageName& image) const {
  for (const Given& ref : refs_)
    if (ref.image == image) return ref.encoded;
  return "";
}

}  // namespace rootstream
