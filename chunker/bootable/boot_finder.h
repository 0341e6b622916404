// BootFinder: from the entries of a source to the image's boot entries. Not thread-safe.
//
// It is shown each entry as it is published, and sees names, types, symlinks and the contents of a
// few small files, but never the source itself: so a tree and its tar boot alike. Without entries
// of the publisher's own, it finds kernels as distributions lay them out, and entries of the Boot
// Loader Specification. With them, it makes sure that their files are there. docs/format.md, "Boot
// entries".
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

  // For every name of the image; paths are absolute.
  void AddName(const std::string& path, uint32_t mode, const std::string& target);
  // Of a regular file: whether AddContent() shall have it.
  static bool WantsContent(const std::string& path, uint64_t size);
  void AddContent(const std::string& path, std::string content);

  // After the last name. kInvalid: a file of a given entry is not in the image.
  Result<std::vector<BootEntry>> Finish() const;

 private:
  // A kernel that was found, and what decides its place in the menu.
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

// Within the format's limits, and without control characters. kInvalid.
Status CheckBootEntries(const std::vector<BootEntry>& entries);

}  // namespace rootstream
