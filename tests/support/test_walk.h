// Reads an image back from its store with nothing but the format: an independent, simple reader.
#pragma once

#include <sys/stat.h>

#include <map>
#include <string>
#include <vector>

#include "format/chunk_list.h"
#include "format/tree.h"
#include "store/store.h"
#include "tests/support/test_result.h"

namespace rootstream {

struct WalkedInode {
  Inode inode;
  std::string target;
  XattrSet xattrs;
  std::string content;  // of a regular file of at most kMaxContent bytes
  Id shard;             // the shard that holds it, and its row there: the same for hard links
  uint32_t row = 0;
};

class ImageWalk {
 public:
  static constexpr uint64_t kMaxContent = 8 << 20;

  explicit ImageWalk(const Store& store) : store_(store) {}

  // All names of an image by path; the root is "".
  std::map<std::string, WalkedInode> Walk(const ObjectRef& root) {
    const Tree& tree = Load(root);
    EXPECT_TRUE(tree.is_root());
    const uint32_t row = tree.entries[tree.top.begin].row;
    Visit(tree, root.id, row, "");
    return std::move(found_);
  }

  size_t shards() const { return trees_.size(); }
  size_t largest() const { return largest_; }  // entries of the largest shard

 private:
  const Tree& Load(const ObjectRef& ref) {
    const auto known = trees_.find(ref.id);
    if (known != trees_.end()) return known->second;
    const auto plain = store_.ReadObject(ref);
    if (!plain.ok()) throw std::runtime_error(plain.error().message);
    auto tree = Tree::Decode(*plain, ref.pack);
    if (!tree.ok()) throw std::runtime_error(tree.error().message);
    largest_ = std::max(largest_, tree->entries.size());
    return trees_.emplace(ref.id, std::move(*tree)).first->second;
  }

  void Visit(const Tree& tree, const Id& shard, uint32_t row, const std::string& path) {
    const Inode& inode = tree.inodes.at(row);
    WalkedInode walked{.inode = inode, .shard = shard, .row = row};
    if (S_ISLNK(inode.mode)) walked.target = tree.targets.at(inode.target);
    if (inode.xattr_set > 0) walked.xattrs = tree.xattr_sets.at(inode.xattr_set - 1);
    if (S_ISREG(inode.mode) && inode.size <= kMaxContent) walked.content = Content(tree, shard, inode);
    EXPECT_TRUE(found_.emplace(path, std::move(walked)).second) << path;
    if (S_ISDIR(inode.mode)) List(tree, shard, inode.listing, path.empty() ? "" : path + "/");
  }

  void List(const Tree& tree, const Id& shard, const Listing& listing, const std::string& prefix) {
    for (uint32_t i = listing.begin; i < listing.begin + listing.count; ++i) {
      if (listing.split) {
        const ObjectRef& child = tree.children.at(tree.ranges[i].child);
        const Tree& next = Load(child);
        ExpectWithin(next, tree, listing, i);
        List(next, child.id, next.top, prefix);
        continue;
      }
      const TreeEntry& entry = tree.entries[i];
      if (entry.child == kNoChild) {
        Visit(tree, shard, entry.row, prefix + entry.name);
      } else {
        const ObjectRef& child = tree.children.at(entry.child);
        Visit(Load(child), child.id, entry.row, prefix + entry.name);
      }
    }
  }

  // A range's names lie between its first name and the next range's.
  static void ExpectWithin(const Tree& child, const Tree& tree, const Listing& listing, uint32_t i) {
    for (uint32_t n = child.top.begin; n < child.top.begin + child.top.count; ++n) {
      const std::string& name = child.top.split ? child.ranges[n].first_name : child.entries[n].name;
      if (!child.top.split) {
        EXPECT_GE(name, tree.ranges[i].first_name);
      }
      if (i + 1 < listing.begin + listing.count) {
        EXPECT_LT(name, tree.ranges[i + 1].first_name);
      }
    }
  }

  std::string Content(const Tree& tree, const Id& shard, const Inode& inode) {
    std::string file(inode.size, '\0');
    for (uint32_t i = 0; i < inode.extent_count; ++i) {
      const Extent& extent = tree.extents[inode.extent_begin + i];
      file.replace(extent.file_offset, extent.length,
                   StreamOf(tree, shard).substr(extent.stream_offset, extent.length));
    }
    EXPECT_EQ(file.size(), inode.size);
    return file;
  }

  const std::string& StreamOf(const Tree& tree, const Id& shard) {
    const auto [stream, is_new] = streams_.try_emplace(shard);
    if (!is_new) return stream->second;
    for (const ListRef& list_ref : tree.lists) {
      const auto plain = store_.ReadObject(list_ref.ref);
      if (!plain.ok()) throw std::runtime_error(plain.error().message);
      const auto list = ChunkList::Decode(*plain, list_ref.ref.pack);
      if (!list.ok()) throw std::runtime_error(list.error().message);
      EXPECT_EQ(list->plain_size(), list_ref.stream_size);
      for (const ObjectRef& chunk : list->chunks) {
        const auto bytes = store_.ReadObject(chunk);
        if (!bytes.ok()) throw std::runtime_error(bytes.error().message);
        stream->second += *bytes;
      }
    }
    return stream->second;
  }

  const Store& store_;
  std::map<Id, Tree> trees_;
  std::map<Id, std::string> streams_;
  std::map<std::string, WalkedInode> found_;
  size_t largest_ = 0;
};

}  // namespace rootstream
