// tree_compare A B [--ignore-sockets] [--ignore-trusted] [--ignore-links] [--ignore-holes]
//              [--content=full|none]
//
// Says whether tree B is a faithful copy of tree A: the same names, and for each the same type,
// mode, owner, size, device number, mtime to the nanosecond, link target, extended attributes,
// content, number of links and partition of names into inodes. A is the original: B may have a hole
// where A stores zeros, but no data where A has a hole, and no hole over bytes that are not zero.
// Where A's filesystem counts no links for directories (btrfs, overlayfs), B's is compared with 2
// plus the subdirectories. security.selinux is left out.
//
// One line per difference, 50 at most: "path: what: A's != B's", odd bytes as \xHH. Exit 0 when
// equal, 1 when different or when anything could not be read, 2 for wrong usage. Both trees are
// walked together, by descriptors and names relative to them, following no link, so paths may be of
// any length. Per entry only an inode number and an ordinal are kept.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tests/support/byte_ranges.h"
#include "tests/support/read_entries.h"

namespace rootstream {
namespace {

constexpr size_t kReadSize = 1 << 20;
constexpr off_t kHoleGranularity = 4096;
constexpr uint64_t kDifferencesShown = 50;

struct Options {
  std::string a, b;
  bool sockets = true;
  bool trusted = true;
  bool links = true;
  bool holes = true;
  bool content = true;
};

std::string Octal(mode_t mode) {
  char text[16];
  std::snprintf(text, sizeof text, "%04o", mode);
  return text;
}

std::string Decimal(uint64_t number) { return std::to_string(number); }

std::string Device(dev_t device) { return std::to_string(major(device)) + ":" + std::to_string(minor(device)); }

using Mtime = std::pair<time_t, long>;

std::string Seconds(Mtime mtime) { return std::to_string(mtime.first) + "s+" + std::to_string(mtime.second) + "ns"; }

std::string TypeName(mode_t mode) {
  constexpr std::pair<mode_t, const char*> kNames[] = {
      {S_IFREG, "file"},         {S_IFDIR, "directory"}, {S_IFLNK, "symlink"}, {S_IFCHR, "character device"},
      {S_IFBLK, "block device"}, {S_IFIFO, "fifo"},      {S_IFSOCK, "socket"}};
  for (const auto& [type, name] : kNames) {
    if ((mode & S_IFMT) == type) return name;
  }
  return "type " + Octal(mode & S_IFMT);
}

class Report {
 public:
  void CountEntry() { ++entries_; }

  void Difference(const std::string& path, const std::string& what, const std::string& a, const std::string& b) {
    if (++differences_ > kDifferencesShown) return;
    std::printf("%s: %s: %s != %s\n", Escaped(path).c_str(), what.c_str(), a.c_str(), b.c_str());
  }

  // True when there was no difference.
  bool Finish() const {
    if (differences_ > kDifferencesShown) {
      std::printf("... %ju more\n", uintmax_t{differences_ - kDifferencesShown});
    }
    std::printf("compared %ju entries, %ju differences\n", uintmax_t{entries_}, uintmax_t{differences_});
    return differences_ == 0;
  }

 private:
  uint64_t entries_ = 0;
  uint64_t differences_ = 0;
};

// Maps each inode of one tree to the ordinal of the first entry that names it.
class FirstNames {
 public:
  uint32_t Of(const struct stat& stat, uint32_t ordinal) {
    return first_.try_emplace({stat.st_dev, stat.st_ino}, ordinal).first->second;
  }

 private:
  struct Inode {
    dev_t device;
    ino_t number;
    bool operator==(const Inode&) const = default;
  };
  struct Hash {
    size_t operator()(const Inode& inode) const noexcept {
      return (inode.number ^ (inode.device << 40)) * 0x9e3779b97f4a7c15u;
    }
  };
  std::unordered_map<Inode, uint32_t, Hash> first_;
};

struct LinkedEntry {
  std::string path;
  nlink_t links_a, links_b;
};

class TreeComparison {
 public:
  TreeComparison(const Options& options, Report& report) : options_(options), report_(report) {}

  void CompareEntry(const Entry& a, const Entry& b) {
    report_.CountEntry();
    ++ordinal_;
    const mode_t type = a.stat.st_mode & S_IFMT;
    if (type != (b.stat.st_mode & S_IFMT)) {
      report_.Difference(a.path, "type", TypeName(a.stat.st_mode), TypeName(b.stat.st_mode));
      return;
    }
    CompareAttributes(a, b);
    CompareXattrs(a, b);
    if (options_.links) CompareLinks(a, b);
    if (type == S_IFLNK) Compare(a, "target", LinkTarget(a), LinkTarget(b), Quoted);
    if (type == S_IFREG && a.stat.st_size == b.stat.st_size) CompareFile(a, b);
    if (type == S_IFDIR) CompareDirectory(a, b);
  }

 private:
  template <typename Value, typename Show>
  void Compare(const Entry& entry, const char* what, const Value& a, const Value& b, Show show) {
    if (a != b) report_.Difference(entry.path, what, show(a), show(b));
  }

  void CompareAttributes(const Entry& a, const Entry& b) {
    const struct stat &x = a.stat, &y = b.stat;
    Compare(a, "mode", x.st_mode & 07777, y.st_mode & 07777, Octal);
    Compare(a, "uid", x.st_uid, y.st_uid, Decimal);
    Compare(a, "gid", x.st_gid, y.st_gid, Decimal);
    if (S_ISREG(x.st_mode) || S_ISLNK(x.st_mode)) {
      Compare(a, "size", x.st_size, y.st_size, Decimal);
    }
    if (S_ISCHR(x.st_mode) || S_ISBLK(x.st_mode)) {
      Compare(a, "device", x.st_rdev, y.st_rdev, Device);
    }
    Compare(a, "mtime", Mtime(x.st_mtim.tv_sec, x.st_mtim.tv_nsec), Mtime(y.st_mtim.tv_sec, y.st_mtim.tv_nsec),
            Seconds);
  }

  void CompareXattrs(const Entry& a, const Entry& b) {
    const auto left = Xattrs(a);
    auto right = Xattrs(b);
    for (const auto& [name, value] : left) {
      const auto found = right.extract(name);
      if (!found.empty() && found.mapped() == value) continue;
      XattrDiffers(a, name, Quoted(value), found.empty() ? "absent" : Quoted(found.mapped()));
    }
    for (const auto& [name, value] : right) XattrDiffers(a, name, "absent", Quoted(value));
  }

  void XattrDiffers(const Entry& entry, const std::string& name, const std::string& a, const std::string& b) {
    if (!options_.trusted && name.starts_with("trusted.")) return;
    report_.Difference(entry.path, "xattr " + Escaped(name), a, b);
  }

  // Two trees have the same partition into inodes when every entry's inode was first named by the
  // same entry in both. A wrong count of links is reported once per inode, unless its names disagree.
  void CompareLinks(const Entry& a, const Entry& b) {
    const uint32_t first_a = first_a_.Of(a.stat, ordinal_);
    const uint32_t first_b = first_b_.Of(b.stat, ordinal_);
    Compare(a, "same inode as", first_a, first_b, [this](uint32_t first) { return NameOf(first); });
    const nlink_t links_a = a.stat.st_nlink, links_b = b.stat.st_nlink;
    if (S_ISDIR(a.stat.st_mode) || (links_a == 1 && links_b == 1)) return;
    const auto first = linked_.find(first_a);
    if (first == linked_.end() || first->second.links_a != links_a || first->second.links_b != links_b) {
      Compare(a, "nlink", links_a, links_b, Decimal);
    }
    linked_.try_emplace(ordinal_, LinkedEntry{a.path, links_a, links_b});
  }

  std::string NameOf(uint32_t ordinal) const {
    if (ordinal == ordinal_) return "nothing before it";
    const auto found = linked_.find(ordinal);
    return found == linked_.end() ? "an entry without links" : Quoted(found->second.path);
  }

  void CompareFile(const Entry& a, const Entry& b) {
    if (a.stat.st_size == 0 || !(options_.holes || options_.content)) return;
    const Descriptor file_a(a, 0);
    const Descriptor file_b(b, 0);
    const auto data_a = DataOf(file_a.get(), a.stat.st_size);
    if (!data_a) FailErrno(a, "seek");
    const auto data_b = DataOf(file_b.get(), b.stat.st_size);
    if (!data_b) FailErrno(b, "seek");
    if (options_.holes) {
      CompareHoles(a, Subtract(*data_b, RoundedOut(*data_a, kHoleGranularity)), "hole", "data");
    }
    if (!options_.content) return;
    if (options_.holes) {
      CompareHoles(a, NonZero(a, file_a, Subtract(*data_a, *data_b)), "data", "hole");
    }
    CompareContent(a, b, file_a, file_b, Union(*data_a, *data_b));
  }

  // Reports only the first range.
  void CompareHoles(const Entry& entry, const ByteRanges& wrong, const char* a, const char* b) {
    if (wrong.empty()) return;
    const ByteRange& first = wrong.front();
    const std::string bytes = std::to_string(first.begin) + " to " + std::to_string(first.end);
    report_.Difference(entry.path, "bytes " + bytes, a, b);
  }

  // The first of `ranges` with a byte other than zero, if there is one, from that byte on.
  ByteRanges NonZero(const Entry& entry, const Descriptor& file, const ByteRanges& ranges) {
    for (const ByteRange& range : ranges) {
      for (off_t at = range.begin; at < range.end; at += kReadSize) {
        const size_t size = std::min<off_t>(kReadSize, range.end - at);
        Read(entry, file, at, size, bytes_a_.data());
        const auto end = bytes_a_.begin() + static_cast<ptrdiff_t>(size);
        const auto found = std::find_if(bytes_a_.begin(), end, [](char c) { return c != 0; });
        if (found != end) return {{at + (found - bytes_a_.begin()), range.end}};
      }
    }
    return {};
  }

  void CompareContent(const Entry& a, const Entry& b, const Descriptor& file_a, const Descriptor& file_b,
                      const ByteRanges& ranges) {
    for (const ByteRange& range : ranges) {
      for (off_t at = range.begin; at < range.end; at += kReadSize) {
        const size_t size = std::min<off_t>(kReadSize, range.end - at);
        Read(a, file_a, at, size, bytes_a_.data());
        Read(b, file_b, at, size, bytes_b_.data());
        if (std::memcmp(bytes_a_.data(), bytes_b_.data(), size) == 0) continue;
        size_t first = 0;
        while (bytes_a_[first] == bytes_b_[first]) ++first;
        report_.Difference(a.path, "content at byte " + std::to_string(at + static_cast<off_t>(first)),
                           Quoted({&bytes_a_[first], 1}), Quoted({&bytes_b_[first], 1}));
        return;
      }
    }
  }

  void CompareDirectory(const Entry& a, const Entry& b) {
    const Descriptor directory_a(a, O_DIRECTORY);
    const Descriptor directory_b(b, O_DIRECTORY);
    const std::vector<std::string> names_a = SortedNames(a, directory_a);
    const std::vector<std::string> names_b = SortedNames(b, directory_b);
    nlink_t subdirectories = 0;
    auto x = names_a.begin();
    auto y = names_b.begin();
    while (x != names_a.end() || y != names_b.end()) {
      const bool in_a = x != names_a.end() && (y == names_b.end() || *x <= *y);
      const bool in_b = y != names_b.end() && (x == names_a.end() || *y <= *x);
      const std::string& name = in_a ? *x : *y;
      const std::string path = a.path == "." ? name : a.path + "/" + name;
      std::optional<Entry> entry_a, entry_b;
      if (in_a) entry_a = Wanted(Look('A', directory_a.get(), name, path));
      if (in_b) entry_b = Wanted(Look('B', directory_b.get(), name, path));
      CompareName(path, entry_a, entry_b);
      if (entry_a && S_ISDIR(entry_a->stat.st_mode)) ++subdirectories;
      x += in_a;
      y += in_b;
    }
    if (!options_.links || a.stat.st_nlink == b.stat.st_nlink) return;
    const nlink_t expected = a.stat.st_nlink == 1 ? 2 + subdirectories : a.stat.st_nlink;
    Compare(a, "nlink", expected, b.stat.st_nlink, Decimal);
  }

  std::optional<Entry> Wanted(Entry entry) const {
    if (S_ISSOCK(entry.stat.st_mode) && !options_.sockets) return std::nullopt;
    return entry;
  }

  void CompareName(const std::string& path, const std::optional<Entry>& a, const std::optional<Entry>& b) {
    if (a && b) return CompareEntry(*a, *b);
    if (a) report_.Difference(path, "name", TypeName(a->stat.st_mode), "absent");
    if (b) report_.Difference(path, "name", "absent", TypeName(b->stat.st_mode));
  }

  const Options& options_;
  Report& report_;
  uint32_t ordinal_ = 0;
  FirstNames first_a_, first_b_;
  std::unordered_map<uint32_t, LinkedEntry> linked_;
  std::vector<char> bytes_a_ = std::vector<char>(kReadSize);
  std::vector<char> bytes_b_ = std::vector<char>(kReadSize);
};

// The walk keeps all directories on its path open, in both trees.
void AllowManyDescriptors() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

Entry OpenRoot(char tree, const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw std::runtime_error(Escaped(path) + ": " + std::strerror(errno));
  return Look(tree, fd, ".", ".");
}

std::optional<Options> ParseArguments(const std::vector<std::string>& words) {
  Options options;
  std::vector<std::string> roots;
  for (const std::string& word : words) {
    if (word == "--ignore-sockets") {
      options.sockets = false;
    } else if (word == "--ignore-trusted") {
      options.trusted = false;
    } else if (word == "--ignore-links") {
      options.links = false;
    } else if (word == "--ignore-holes") {
      options.holes = false;
    } else if (word == "--content=full" || word == "--content=none") {
      options.content = word.ends_with("full");
    } else if (word.starts_with("--")) {
      return std::nullopt;
    } else {
      roots.push_back(word);
    }
  }
  if (roots.size() != 2) return std::nullopt;
  options.a = roots[0];
  options.b = roots[1];
  return options;
}

}  // namespace
}  // namespace rootstream

int main(int argc, char** argv) {
  using namespace rootstream;
  const auto options = ParseArguments({argv + 1, argv + argc});
  if (!options) {
    std::fprintf(stderr,
                 "usage: tree_compare A B [--ignore-sockets] [--ignore-trusted] [--ignore-links]\n"
                 "                    [--ignore-holes] [--content=full|none]\n");
    return 2;
  }
  try {
    AllowManyDescriptors();
    Report report;
    TreeComparison(*options, report).CompareEntry(OpenRoot('A', options->a), OpenRoot('B', options->b));
    return report.Finish() ? 0 : 1;
  } catch (const std::exception& error) {
    std::fflush(stdout);
    std::fprintf(stderr, "tree_compare: %s\n", error.what());
    return 1;
  }
}
