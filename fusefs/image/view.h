// View: an opened image for commands that may wait. Turns the callbacks of Image and FileReader into plain calls, and
// walks. Not thread-safe, and must not run on a thread that answers.
#pragma once

#include <functional>
#include <string>

#include "fusefs/image/client.h"

namespace rootstream {

class View {
 public:
  explicit View(Client& client) : client_(client) {}

  // `path` is taken from the root, with or without a leading slash; symlinks are not followed.
  // kInvalid: there is no such path.
  Result<Node> Find(const std::string& path);

  using EntryUse = std::function<Status(const std::string& name, const Node& node)>;
  Status ForEachEntry(const Node& directory, const EntryUse& use);

  // Everything below `top`, depth first and in each directory by name; not a recursion, since the depth is the
  // publisher's choice.
  struct Visitor {
    using Use = std::function<Status(const std::string& path, const std::string& name, const Node& node)>;
    Use enter;  // of each; of a directory, before what is in it. Paths begin with a slash, at `top`
    Use leave = [](const auto&, const auto&, const auto&) { return Ok(); };  // of a directory, after it
  };
  Status Walk(const Node& top, const Visitor& visitor);

  // All data of a regular file in order, holes left out: `use` gets the file offset and the bytes.
  using DataUse = std::function<Status(uint64_t offset, std::string_view bytes)>;
  Status ReadData(const Node& file, const DataUse& use);

 private:
  Result<std::optional<Node>> Lookup(const Node& directory, const std::string& name);
  Result<Node> NodeOf(const Node& directory, const EntryRun& run, const TreeEntry& entry);
  Result<std::optional<EntryRun>> ReadRun(const Node& directory, uint64_t position);

  Client& client_;
};

}  // namespace rootstream
