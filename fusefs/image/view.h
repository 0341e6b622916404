// View: an opened image for commands, with blocking calls instead of callbacks, and a walk of the tree. Not
// thread-safe. Must not be used on a thread that calls callbacks.
#pragma once

#include <functional>
#include <string>

#include "fusefs/image/client.h"

namespace rootstream {

class View {
 public:
  explicit View(Client& client) : client_(client) {}

  // Finds a path from the root, with or without a leading slash. Symlinks are not followed. kInvalid: it does not
  // exist.
  Result<Node> Find(const std::string& path);

  using EntryUse = std::function<Status(const std::string& name, const Node& node)>;
  Status ForEachEntry(const Node& directory, const EntryUse& use);

  // Visits everything below `top`, depth first, each directory by name. It does not recurse, since the publisher
  // chooses the depth.
  struct Visitor {
    using Use = std::function<Status(const std::string& path, const std::string& name, const Node& node)>;
    Use enter;  // called for each entry, for a directory before its entries. `path` begins with a slash, at `top`
    Use leave = [](const auto&, const auto&, const auto&) { return Ok(); };  // called for a directory after its entries
  };
  Status Walk(const Node& top, const Visitor& visitor);

  // Reads all data of a regular file in order, without holes. `use` gets offsets and bytes.
  using DataUse = std::function<Status(uint64_t offset, std::string_view bytes)>;
  Status ReadData(const Node& file, const DataUse& use);

 private:
  Result<std::optional<Node>> Lookup(const Node& directory, const std::string& name);
  Result<Node> NodeOf(const Node& directory, const EntryRun& run, const TreeEntry& entry);
  Result<std::optional<EntryRun>> ReadRun(const Node& directory, uint64_t position);

  Client& client_;
};

}  // namespace rootstream
