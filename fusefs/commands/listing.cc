#include "fusefs/commands/listing.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/file_io.h"
#include "base/message.h"
#include "base/plain_text.h"
#include "format/match_rule.h"
#include "fusefs/image/view.h"
#include "fusefs/mount/status.h"

namespace rootstream {
namespace {

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

std::string TimeText(int64_t seconds) {
  const time_t time = seconds;
  std::tm utc = {};
  if (gmtime_r(&time, &utc) == nullptr) return fmt::format("@{}", seconds);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", utc);
}

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

Status Print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(1, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoError("cannot write to", "standard output");
    text.remove_prefix(n);
  }
  return Ok();
}

nlohmann::ordered_json BootEntryJson(const BootEntry& entry) {
  nlohmann::ordered_json rules = nlohmann::ordered_json::array();
  for (const MatchRule& rule : entry.rules) rules.push_back(MatchRuleText(rule));
  return {{"title", entry.title},     {"kernel", entry.kernel},      {"initrds", entry.initrds},
          {"cmdline", entry.cmdline}, {"default", entry.is_default}, {"rules", rules}};
}

nlohmann::ordered_json ImageJson(const TrustedRef& ref) {
  using nlohmann::ordered_json;
  ordered_json keys = ordered_json::array();
  for (const PublicKey& key : ref.manifest.keys) keys.push_back(Hex(key.view()));
  ordered_json boot = ordered_json::array();
  for (const BootEntry& entry : ref.manifest.boot_entries) boot.push_back(BootEntryJson(entry));
  return {{"image", ref.body.image.ToString()},
          {"serial", ref.body.serial},
          {"issued", ref.body.issued},
          {"expires", ref.body.expires},
          {"minimum_serial", ref.body.minimum_serial},
          {"mirrors", ref.body.mirrors},
          {"manifest", ref.manifest_id.Hex()},
          {"root", ref.manifest.root.id.Hex()},
          {"entries", ref.manifest.totals.entries},
          {"inodes", ref.manifest.totals.inodes},
          {"plain_bytes", ref.manifest.totals.plain_bytes},
          {"data_bytes", ref.manifest.totals.data_bytes},
          {"has_xattr", (ref.manifest.features & kHasXattr) != 0},
          {"has_acl", (ref.manifest.features & kHasAcl) != 0},
          {"keys", keys},
          {"threshold", ref.manifest.threshold},
          {"boot_entries", boot}};
}

std::string BootEntryText(const BootEntry& entry) {
  std::string out = fmt::format("boots       {}{}\n  kernel    {}\n", Printable(entry.title),
                                entry.is_default ? " (default)" : "", Printable(entry.kernel));
  for (const std::string& initrd : entry.initrds) out += "  initrd    " + Printable(initrd) + "\n";
  if (!entry.cmdline.empty()) out += "  cmdline   " + Printable(entry.cmdline) + "\n";
  for (const MatchRule& rule : entry.rules) out += "  fits      " + Printable(MatchRuleText(rule)) + "\n";
  return out;
}

std::string ImageText(const TrustedRef& ref) {
  const Manifest& m = ref.manifest;
  std::string out = fmt::format("image       {}\nserial      {}\nissued      {} UTC\n", ref.body.image.ToString(),
                                ref.body.serial, TimeText(ref.body.issued));
  out += "expires     " + (ref.body.expires == 0 ? std::string("never") : TimeText(ref.body.expires) + " UTC") + "\n";
  out += fmt::format("manifest    {}\nroot shard  {}\n", ref.manifest_id.Hex(), m.root.id.Hex());
  out += fmt::format("entries     {} names of {} inodes\n", m.totals.entries, m.totals.inodes);
  out += fmt::format("size        {} ({} without holes)\n", HumanBytes(m.totals.plain_bytes),
                     HumanBytes(m.totals.data_bytes));
  out += fmt::format("signed by   {} of {} keys\n", m.threshold, m.keys.size());
  for (const PublicKey& key : m.keys) out += "            " + Hex(key.view()) + "\n";
  for (const std::string& mirror : ref.body.mirrors) out += "mirror      " + ShownMessage(mirror) + "\n";
  for (const BootEntry& entry : m.boot_entries) out += BootEntryText(entry);
  return out;
}

}  // namespace

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

Status PrintFiles(Client& client, const std::vector<std::string>& paths) {
  View view(client);
  for (const std::string& path : paths) {
    RS_TRY(const Node node, view.Find(path));
    if (!S_ISREG(node.inode().mode)) return Invalid(path + ": not a regular file");
    uint64_t printed = 0;
    const auto zeros_to = [&](uint64_t offset) -> Status {
      static const std::string zeros(64 * 1024, '\0');
      for (; printed < offset; printed += std::min<uint64_t>(offset - printed, zeros.size()))
        RS_CHECK(Print(std::string_view(zeros).substr(0, offset - printed)));
      return Ok();
    };
    const Status read = view.ReadData(node, [&](uint64_t offset, std::string_view bytes) -> Status {
      RS_CHECK(zeros_to(offset));
      printed = offset + bytes.size();
      return Print(bytes);
    });
    if (!read.ok()) return Of(path, read.error());
    RS_CHECK(zeros_to(node.inode().size));
  }
  return Ok();
}

Status InspectImage(Client& client, InspectStyle style) {
  const TrustedRef& ref = client.ref();
  if (style == InspectStyle::kText) return Print(ImageText(ref));
  using nlohmann::ordered_json;
  return Print(ImageJson(ref).dump(2, ' ', true, ordered_json::error_handler_t::replace) + "\n");
}

}  // namespace rootstream
