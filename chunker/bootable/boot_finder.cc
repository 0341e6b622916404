#include "chunker/bootable/boot_finder.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/plain_text.h"
#include "chunker/bootable/kernel_cmdline.h"
#include "chunker/bootable/loader_entry.h"
#include "chunker/bootable/os_release.h"
#include "chunker/bootable/version_order.h"
#include "format/limits.h"

namespace rootstream {
namespace {

constexpr uint64_t kMaxContent = 64 << 10;  // bytes of a small file
constexpr size_t kMaxFound = 16;            // entries; older kernels are omitted
constexpr std::string_view kBoot = "/boot/";
constexpr std::string_view kKernel = "vmlinuz-";
constexpr std::array<std::string_view, 2> kModules = {"/usr/lib/modules/", "/lib/modules/"};
constexpr std::array<const char*, 2> kOsRelease = {"/etc/os-release", "/usr/lib/os-release"};
constexpr const char* kCmdline = "/etc/kernel/cmdline";
constexpr const char* kLoaderEntries = "/boot/loader/entries";
// What package managers and people leave beside a kernel.
constexpr std::array<std::string_view, 7> kNoKernels = {".old",      ".bak",      ".hmac",   ".sig",
                                                        ".dpkg-new", ".dpkg-tmp", ".rpmsave"};

std::string Version(const std::string& path) {
  const std::filesystem::path kernel(path);
  const std::string name = kernel.filename();
  if (name.starts_with(kKernel)) return name.substr(kKernel.size());
  const std::string folder = kernel.parent_path().filename();
  const bool named_by_folder = name == "vmlinuz" || name == "linux";
  return named_by_folder && !folder.empty() && folder != "boot" ? folder : name;
}

bool IsRescue(const std::string& kernel) { return kernel.find("rescue") != std::string::npos; }

bool HasDigit(const std::string& version) { return version.find_first_of("0123456789") != std::string::npos; }

// "/usr/lib/modules/VERSION/NAME" with this name: the version, else nothing.
std::string ModulesVersion(const std::string& path, std::string_view name) {
  for (const std::string_view folder : kModules) {
    if (!path.starts_with(folder)) continue;
    const size_t slash = path.find('/', folder.size());
    if (slash != std::string::npos && std::string_view(path).substr(slash + 1) == name)
      return path.substr(folder.size(), slash - folder.size());
  }
  return "";
}

// "/boot/loader/entries/NAME.conf"; ostree has a folder loader.0 or loader.1, and a symlink to it.
bool IsLoaderEntry(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  return path.starts_with("/boot/loader") && path.ends_with(".conf") && folder.filename() == "entries" &&
         folder.parent_path().parent_path() == "/boot";
}

}  // namespace

void BootFinder::AddName(const std::string& path, uint32_t mode, const std::string& target) {
  const bool is_of_boot = path.starts_with(kBoot) || !ModulesVersion(path, "vmlinuz").empty();
  if (is_of_boot || !given_.empty()) names_.Add(path, mode, target);
}

bool BootFinder::WantsContent(const std::string& path, uint64_t size) {
  if (size > kMaxContent) return false;
  if (path.starts_with(kBoot)) return IsLoaderEntry(path);
  return path == kCmdline || std::find(kOsRelease.begin(), kOsRelease.end(), path) != kOsRelease.end() ||
         !ModulesVersion(path, "pkgbase").empty();
}

void BootFinder::AddContent(const std::string& path, std::string content) { contents_[path] = std::move(content); }

std::string BootFinder::TitleOf(const std::string& version) const {
  for (const char* file : kOsRelease) {
    const auto found = contents_.find(file);
    if (found == contents_.end()) continue;
    const std::string name = PrettyNameOf(found->second);
    if (!name.empty() && IsPlainText(name)) return name + ", " + version;
  }
  return "Linux " + version;
}

std::string BootFinder::OwnCmdline() const {
  const auto found = contents_.find(kCmdline);
  return found == contents_.end() ? "" : PortableCmdline(found->second);
}

// A path of a loader's entry counts from the boot partition, which may be the root itself.
std::string BootFinder::InBoot(const std::string& path) const {
  if (const auto as_given = names_.FindFile(path)) return *as_given;
  return names_.FindFile("/boot/" + path).value_or("");
}

// The kernel at `path`, whose initrd has `name` in its own name.
BootFinder::Kernel BootFinder::MakeKernel(const std::string& path, const std::string& name) const {
  Kernel kernel{.version = name};
  kernel.entry.kernel = path;
  for (const std::string& initrd :
       {"initrd.img-" + name, "initramfs-" + name + ".img", "initrd-" + name, "initramfs-" + name}) {
    const auto file = names_.FindFile("/boot/" + initrd);
    if (!file) continue;
    kernel.entry.initrds = {*file};
    break;
  }
  // Arch names kernels after their package; a file beside the modules has the version.
  std::string shown = name;
  for (const auto& [file, content] : contents_) {
    const std::string version = ModulesVersion(file, "pkgbase");
    if (version.empty() || content.substr(0, content.find('\n')) != name) continue;
    kernel.version = version;
    shown = name + " " + version;
  }
  kernel.entry.title = TitleOf(shown);
  kernel.entry.cmdline = OwnCmdline();
  return kernel;
}

std::vector<BootFinder::Kernel> BootFinder::BootKernels() const {
  std::vector<Kernel> kernels;
  for (const std::string& name : names_.NamesIn(kBoot)) {
    const std::string path = std::string(kBoot) + name;
    // Symlinks (/boot/vmlinuz.old) are not separate kernels.
    const bool is_kernel =
        name.starts_with(kKernel) && names_.FindFile(path) == path &&
        std::none_of(kNoKernels.begin(), kNoKernels.end(), [&](std::string_view end) { return name.ends_with(end); });
    if (is_kernel) kernels.push_back(MakeKernel(path, name.substr(kKernel.size())));
  }
  return kernels;
}

std::vector<BootFinder::Kernel> BootFinder::ModuleKernels() const {
  std::vector<Kernel> kernels;
  for (const std::string_view folder : kModules) {
    for (const std::string& version : names_.NamesIn(folder)) {
      const std::string path = std::string(folder) + version + "/vmlinuz";
      if (names_.FindFile(path) == path) kernels.push_back(MakeKernel(path, version));
    }
  }
  return kernels;
}

std::vector<BootFinder::Kernel> BootFinder::LoaderKernels() const {
  std::vector<Kernel> kernels;
  const auto folder = names_.Find(kLoaderEntries);
  if (!folder) return kernels;
  for (const auto& [file, content] : contents_) {
    if (!file.starts_with(folder->path + "/")) continue;
    const LoaderEntry loader = LoaderEntry::Parse(content);
    const std::string path = InBoot(loader.linux);
    if (loader.linux.empty() || path.empty()) continue;
    Kernel kernel{.version = loader.version.empty() ? Version(path) : loader.version, .sort_key = loader.sort_key};
    BootEntry& entry = kernel.entry;
    entry.kernel = path;
    for (const std::string& initrd : loader.initrds)
      if (std::string found = InBoot(initrd); !found.empty()) entry.initrds.push_back(found);
    entry.cmdline = PortableCmdline(loader.options);
    const bool tells_version = loader.title.find(kernel.version) != std::string::npos;
    entry.title = loader.title.empty() ? TitleOf(kernel.version)
                  : tells_version      ? loader.title
                                       : loader.title + ", " + kernel.version;
    kernels.push_back(std::move(kernel));
  }
  return kernels;
}

// Rescue kernels last; entries with a sort key first and in its order, as the specification has it;
// then the newest version. Names without a number ("linux", "linux-lts") come after those and by
// themselves.
bool BootFinder::IsNewer(const Kernel& a, const Kernel& b) {
  const bool rescue = IsRescue(a.entry.kernel);
  if (rescue != IsRescue(b.entry.kernel)) return !rescue;
  if (a.sort_key.empty() != b.sort_key.empty()) return !a.sort_key.empty();
  if (a.sort_key != b.sort_key) return a.sort_key < b.sort_key;
  const bool numbered = HasDigit(a.version);
  if (numbered != HasDigit(b.version)) return numbered;
  return numbered ? CompareVersions(a.version, b.version) > 0 : a.version < b.version;
}

Result<std::vector<BootEntry>> BootFinder::Finish() const {
  if (!given_.empty()) return FinishGiven();
  std::vector<Kernel> kernels = LoaderKernels();
  std::vector<Kernel> found = BootKernels();
  if (found.empty() && kernels.empty()) found = ModuleKernels();
  const size_t named = kernels.size();
  for (Kernel& kernel : found) {
    const bool is_named = std::any_of(kernels.begin(), kernels.begin() + static_cast<ptrdiff_t>(named),
                                      [&](const Kernel& other) { return other.entry.kernel == kernel.entry.kernel; });
    if (!is_named) kernels.push_back(std::move(kernel));
  }
  std::erase_if(kernels, [](const Kernel& k) { return !CheckBootEntries({k.entry}).ok(); });
  std::stable_sort(kernels.begin(), kernels.end(), IsNewer);
  if (kernels.size() > kMaxFound) kernels.resize(kMaxFound);
  std::vector<BootEntry> entries;
  for (Kernel& kernel : kernels) entries.push_back(std::move(kernel.entry));
  if (!entries.empty()) entries[0].is_default = true;
  return entries;
}

// Files are named by their paths without symlinks, so that a reader need not follow any.
Result<std::vector<BootEntry>> BootFinder::FinishGiven() const {
  std::vector<BootEntry> entries = given_;
  const auto resolve = [&](std::string& path) -> Status {
    const auto found = names_.Find(path);
    if (!found) return Invalid("boot entry: " + path + ": no such file in the image");
    if (!S_ISREG(found->mode)) return Invalid("boot entry: " + path + ": not a regular file");
    path = found->path;
    return Ok();
  };
  for (BootEntry& entry : entries) {
    RS_CHECK(resolve(entry.kernel));
    for (std::string& initrd : entry.initrds) RS_CHECK(resolve(initrd));
    if (entry.title.empty()) entry.title = TitleOf(Version(entry.kernel));
  }
  const auto for_all =
      std::find_if(entries.begin(), entries.end(), [](const BootEntry& entry) { return entry.rules.empty(); });
  if (for_all != entries.end()) for_all->is_default = true;
  RS_CHECK(CheckBootEntries(entries));
  return entries;
}

Status CheckBootEntries(const std::vector<BootEntry>& entries) {
  if (entries.size() > kMaxBootEntries) return Invalid("too many boot entries");
  for (const BootEntry& entry : entries) {
    if (entry.initrds.size() > kMaxBootEntries) return Invalid("a boot entry has too many initrds");
    if (entry.rules.size() > kMaxMatchRules) return Invalid("a boot entry has too many match rules");
    std::vector<std::string> texts = entry.initrds;
    texts.insert(texts.end(), {entry.title, entry.kernel, entry.cmdline});
    for (const MatchRule& rule : entry.rules) texts.push_back(rule.pattern);
    for (const std::string& text : texts) {
      if (text.size() > kMaxString) return Invalid("a boot entry's text is too long: " + text);
      if (!IsPlainText(text)) return Invalid("a boot entry has control characters: " + text);
    }
  }
  return Ok();
}

}  // namespace rootstream
