#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/file_io.h"
#include "base/message.h"
#include "base/plain_text.h"
#include "base/unix_time.h"
#include "format/match_rule.h"
#include "fusefs/commands/output.h"
#include "fusefs/commands/verbs.h"
#include "fusefs/commands/with_client.h"
#include "fusefs/mount/status.h"

namespace rootstream {
namespace {

enum class InspectStyle { kText, kJson };

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

Status InspectImage(Client& client, InspectStyle style, const std::string& ref_file) {
  const TrustedRef& ref = client.ref();
  if (!ref_file.empty()) RS_CHECK(WriteFileAtomically(ref_file, ref.encoded));
  if (style == InspectStyle::kText) return Print(ImageText(ref));
  using nlohmann::ordered_json;
  return Print(ImageJson(ref).dump(2, ' ', true, ordered_json::error_handler_t::replace) + "\n");
}

}  // namespace

void AddInspect(CommandLine& verbs) {
  auto flags = std::make_shared<ClientFlags>();
  auto json = std::make_shared<bool>(false);
  auto ref_file = std::make_shared<std::string>();
  Verb command = verbs.Add("inspect", "tell what an image says of itself", [=] {
    return WithClient(*flags, [&](Client& client) {
      return InspectImage(client, *json ? InspectStyle::kJson : InspectStyle::kText, *ref_file);
    });
  });
  command.Argument("URL", flags->options.url);
  command.Flag("--json", *json, "for scripts");
  command.Option("--save-ref", "FILE", *ref_file, "write the ref of this version, for --ref");
  flags->AddTo(command);
}

}  // namespace rootstream
