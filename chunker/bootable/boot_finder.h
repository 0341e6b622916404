// BootFinder: finds the boot entries of an image in the entries of its source. Not thread-safe.
//
// It receives each entry while it is published: names, types, symlinks, and the contents of a few small files. It never
// accesses the source, so a tree and its tar give the same boot entries. It finds kernels at the places that
// distributions use, and entries of the Boot Loader Specification. If the publisher gives boot entries, it only checks
// that their files exist. docs/format.md, "Boot entries".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "chunker/bootable/image_names.h"
#include "format/manifest.h"

namespace rootstream {

class BootFinder {
 public:
  explicit BootFinder(std::vector<BootEntry> given) : given_(std::move(given)) {}

  // To be called for every name of the image, with absolute paths.
  void AddName(const std::string& path, uint32_t mode, const std::string& target);
  // True if AddContent() needs the content of this regular file.
  static bool WantsContent(const std::string& path, uint64_t size);
  void AddContent(const std::string& path, std::string content);

  // To be called after the last name. kInvalid: a file of a given boot entry is missing.
  Result<std::vector<BootEntry>> Finish() const;

 private:
  // A kernel, and what decides its place in the menu.
  struct Kernel {
    BootEntry entry;
    std::string version;
    std::string sort_key;
  };

  Result<std::vector<BootEntry>> FinishGiven() const;
  std::vector<Kernel> LoaderKernels() const;
  std::vector<Kernel> BootKernels() const;
  std::vector<Kernel> ModuleKernels() const;
  Kernel MakeKernel(const std::string& path, const std::string& name) const;
  std::string TitleOf(const std::string& version) const;
  std::string OwnCmdline() const;
  std::string InBoot(const std::string& path) const;
  static bool IsNewer(const Kernel& a, const Kernel& b);

  const std::vector<BootEntry> given_;
  ImageNames names_;
  std::map<std::string, std::string> contents_;  // by path
};

// Checks the limits of the format, and that there are no control characters. kInvalid.
Status CheckBootEntries(const std::vector<BootEntry>& entries);

}  // namespace rootstream
