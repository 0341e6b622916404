#include "format/tree_check.h"

#include <sys/stat.h>

#include <algorithm>
#include <vector>

namespace rootstream {
namespace {

bool IsEntryName(const std::string& name) {
  return !name.empty() && name.find('/') == std::string::npos && name.find('\0') == std::string::npos && name != "." &&
         name != "..";
}

class Checker {
 public:
  explicit Checker(const Tree& tree)
      : tree_(tree),
        entry_used_(tree.entries.size()),
        range_used_(tree.ranges.size()),
        directory_used_(tree.inodes.size()) {}

  bool Check() {
    bool good = CheckListing(tree_.top, tree_.is_root()) && CheckRoot();
    for (const Inode& n : tree_.inodes) good = good && CheckInode(n);
    for (const TreeEntry& e : tree_.entries) good = good && CheckEntry(e);
    for (const Range& r : tree_.ranges) good = good && r.child < tree_.children.size();
    return good && tree_.publisher.size() == std::max<size_t>(1, tree_.lists.size());
  }

 private:
  bool CheckRoot() const {
    if (!tree_.is_root()) return true;
    const uint32_t row = tree_.entries[tree_.top.begin].row;
    return row < tree_.inodes.size() && S_ISDIR(tree_.inodes[row].mode);
  }

  bool CheckInode(const Inode& n) {
    if (n.xattr_set > tree_.xattr_sets.size()) return false;
    if (S_ISLNK(n.mode)) return CheckTarget(n);
    if (S_ISDIR(n.mode)) return CheckListing(n.listing, false);
    return true;
  }

  bool CheckTarget(const Inode& n) const {
    if (n.target >= tree_.targets.size()) return false;
    const std::string& target = tree_.targets[n.target];
    return n.size == target.size() && target.find('\0') == std::string::npos;
  }

  // A directory has one name, so the entries reachable from the top form a tree.
  bool CheckEntry(const TreeEntry& e) {
    if (e.child != kNoChild) return e.child < tree_.children.size();
    if (e.row >= tree_.inodes.size()) return false;
    if (!S_ISDIR(tree_.inodes[e.row].mode)) return true;
    if (directory_used_[e.row]) return false;
    directory_used_[e.row] = true;
    return true;
  }

  // In bounds, sorted, and each row of the tables in one listing only, so there are no cycles.
  bool CheckListing(const Listing& listing, bool is_root) {
    std::vector<bool>& used = listing.split ? range_used_ : entry_used_;
    if (listing.begin > used.size() || listing.count > used.size() - listing.begin) return false;
    for (uint32_t i = 0; i < listing.count; ++i) {
      const uint32_t row = listing.begin + i;
      if (used[row]) return false;
      used[row] = true;
      const std::string& name = NameOf(listing, row);
      if (!listing.split && !is_root && !IsEntryName(name)) return false;
      if (i > 0 && !(NameOf(listing, row - 1) < name)) return false;
    }
    return true;
  }

  const std::string& NameOf(const Listing& listing, uint32_t row) const {
    return listing.split ? tree_.ranges[row].first_name : tree_.entries[row].name;
  }

  const Tree& tree_;
  std::vector<bool> entry_used_;
  std::vector<bool> range_used_;
  std::vector<bool> directory_used_;
};

}  // namespace

bool IsSound(const Tree& tree) { return Checker(tree).Check(); }

}  // namespace rootstream
