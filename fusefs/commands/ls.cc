#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/plain_text.h"
#include "base/unix_time.h"
#include "fusefs/commands/output.h"
#include "fusefs/commands/verbs.h"
#include "fusefs/commands/with_client.h"
#include "fusefs/image/view.h"

namespace rootstream {
namespace {

enum class ListStyle { kNames, kLong };

char TypeLetter(uint32_t mode) {
  if (S_ISDIR(mode)) return 'd';
  if (S_ISLNK(mode)) return 'l';
  if (S_ISCHR(mode)) return 'c';
  if (S_ISBLK(mode)) return 'b';
  if (S_ISFIFO(mode)) return 'p';
  return S_ISSOCK(mode) ? 's' : '-';
}

std::string ModeText(uint32_t mode) {
  std::string text(1, TypeLetter(mode));
  for (int shift = 6; shift >= 0; shift -= 3) {
    const uint32_t bits = mode >> shift;
    text += (bits & 4) != 0 ? 'r' : '-';
    text += (bits & 2) != 0 ? 'w' : '-';
    text += (bits & 1) != 0 ? 'x' : '-';
  }
  const auto mark = [&](uint32_t bit, size_t at, char with_x, char without) {
    if ((mode & bit) != 0) text[at] = text[at] == 'x' ? with_x : without;
  };
  mark(S_ISUID, 3, 's', 'S');
  mark(S_ISGID, 6, 's', 'S');
  mark(S_ISVTX, 9, 't', 'T');
  return text;
}

// On a terminal no name gives orders; a program that reads a list gets the names as they are.
std::string Shown(const std::string& name) { return isatty(1) == 0 ? name : Printable(name); }

std::string LongLine(const std::string& name, const Node& node) {
  const Inode& inode = node.inode();
  const bool device = S_ISCHR(inode.mode) || S_ISBLK(inode.mode);
  const std::string size = device ? fmt::format("{},{}", inode.device_major, inode.device_minor)
                                  : fmt::format("{}", S_ISDIR(inode.mode) ? 0 : inode.size);
  std::string line = fmt::format("{} {:>3} {:>5} {:>5} {:>12} {} {}", ModeText(inode.mode), inode.nlink, inode.uid,
                                 inode.gid, size, TimeText(inode.mtime_seconds), Shown(name));
  if (S_ISLNK(inode.mode)) line += " -> " + Shown(node.shard->tree.targets[inode.target]);
  return line;
}

// A directory's entries, or the path itself if it is something else, a line each.
Status ListPath(Client& client, const std::string& path, ListStyle style) {
  View view(client);
  const auto print = [&](const std::string& name, const Node& node) {
    return Print((style == ListStyle::kLong ? LongLine(name, node) : Shown(name)) + "\n");
  };
  RS_TRY(const Node node, view.Find(path));
  if (!S_ISDIR(node.inode().mode)) return print(path, node);
  const Status listed = view.ForEachEntry(node, print);
  return listed.ok() ? Ok() : Status(Of(path, listed.error()));
}

}  // namespace

void AddLs(CommandLine& verbs) {
  auto flags = std::make_shared<ClientFlags>();
  auto path = std::make_shared<std::string>("/");
  auto is_long = std::make_shared<bool>(false);
  Verb command = verbs.Add("ls", "list a directory of an image", [=] {
    return WithClient(*flags, [&](Client& client) {
      return ListPath(client, *path, *is_long ? ListStyle::kLong : ListStyle::kNames);
    });
  });
  command.Argument("URL", flags->options.url);
  command.OptionalArgument("PATH", *path, "in the image");
  command.Flag("-l,--long", *is_long, "with modes, owners, sizes and times (UTC)");
  flags->AddTo(command);
}

}  // namespace rootstream
