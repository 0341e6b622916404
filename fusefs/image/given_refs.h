// GivenRefs: refs that a user keeps, each of which names the version to open of one image. Does not change once it is
// read, so any thread may ask it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "format/image_name.h"

namespace rootstream {

class GivenRefs {
 public:
  // Reads files as `inspect --save-ref` writes them. Nothing is trusted yet; the resolver checks signatures. kInvalid:
  // two are refs of one image.
  static Result<GivenRefs> Read(const std::vector<std::string>& files);

  // kInvalid if a ref is of none of these images: a user would take another version for the one that was given.
  Status MustBeOf(const std::vector<ImageName>& images) const;

  std::string For(const ImageName& image) const;  // the encoded ref; empty if there is none

 private:
  struct Given {
    std::string file;
    ImageName image;
    std::string encoded;
  };
  std::vector<Given> refs_;
};

}  // namespace rootstream
