#include "fusefs/mount/mount.h"
#include "base/tell.h"
#include "fusefs/commands/client_flags.h"
#include "fusefs/commands/verbs.h"
#include "fusefs/image/machine_settings.h"

namespace rootstream {
namespace {

Status CheckUrls(const ClientOptions& options) {
  RS_CHECK(ParseLayersUrl(options.url));
  for (const std::string& mirror : options.mirrors)
    if (!IsStoreUrl(mirror)) return Invalid("mirror '" + mirror + "' is not a URL");
  return Ok();
}

}  // namespace

void AddMount(CommandLine& verbs, MountCaller caller) {
  auto options = std::make_shared<MountOptions>();
  auto flags = std::make_shared<ClientFlags>();
  auto lists = std::make_shared<std::vector<std::string>>();
  auto fill = std::make_shared<std::string>();
  auto fake = std::make_shared<bool>(false);
  const bool of_mount8 = caller == MountCaller::kMount8;
  if (of_mount8) options->action = MountAction::kMountOnce;
  Verb command = verbs.Add("mount", "mount an image; it is there at once", [=] {
    if (const Status status = flags->Apply(); !status.ok()) return ReportUsage(status.error().message);
    options->client = flags->options;
    options->record = flags->record;
    if (!fill->empty()) {
      const auto rate = ParseFillRate(*fill);
      if (!rate.ok()) return ReportUsage(rate.error().message);
      options->client.fill = *rate;
    }
    for (const std::string& list : *lists)
      if (const Status status = AddOptionList(list, *options); !status.ok()) return ReportUsage(status.error().message);
    if (options->action == MountAction::kRemount) return *fake ? 0 : Report(MountImage(*options));
    if (const Status added = AddMachineSettings(SettingsFolder(), options->client); !added.ok())
      return ReportFailure(added.error());
    if (!NamesTrust(options->client)) return ReportUsage(kTrustMissing);
    return *fake ? Report(CheckUrls(options->client)) : Report(MountImage(*options));
  });
  command.Argument("URL", flags->options.url, "http(s)://… or file://STORE/NAME[:TAG]; several layers: NAME,NAME,…");
  command.Argument("MOUNTPOINT", options->mountpoint, "an empty directory");
  flags->AddTo(command);
  command.Flag(of_mount8 ? "--foreground" : "-f,--foreground", options->foreground, "stay in the foreground");
  command.Flag(of_mount8 ? "-f,--fake" : "--fake", *fake, "check what was given, and mount nothing");
  command.Flag("--rootfs", options->is_root,
               "this machine runs from it: never give up, never be killed, log to the kernel");
  command.Option("--fill", "RATE", *fill,
                 "bring all of the image into the cache, behind all else: bytes a second, or max");
  command.RepeatableOption("-o", "OPT,OPT", *lists, "the options above as keys, and those of mount(8)");
  // Options that mount(8) passes to its helpers.
  command.IgnoredFlags("-s,-n,-v,--verbose,-w,-r");
  command.IgnoredOptions("-t,-N");
  verbs.TakeSettingsFile(command, {"url", "mountpoint"});
}

}  // namespace rootstream
