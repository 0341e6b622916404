#include "fusefs/commands/with_client.h"

#include "base/tell.h"
#include "fusefs/image/machine_settings.h"
#include "fusefs/image/profile_file.h"

namespace rootstream {
namespace {

Result<std::unique_ptr<Client>> OpenClient(const ClientFlags& flags) {
  return Client::Open(flags.options, [](const Error& error) { Tell("waiting for the network: " + error.message); });
}

}  // namespace

int WithClient(ClientFlags& flags, const std::function<Status(Client&)>& use) {
  if (const Status status = flags.Apply(); !status.ok()) return ReportUsage(status.error().message);
  if (const Status added = AddMachineSettings(SettingsFolder(), flags.options); !added.ok())
    return ReportFailure(added.error());
  if (!NamesTrust(flags.options)) return ReportUsage(kTrustMissing);
  const auto client = OpenClient(flags);
  if (!client.ok()) return ReportFailure(client.error());
  TellLostMemory(**client);
  if (flags.record.empty()) return Report(use(**client));
  auto profile = ProfileFile::Open(flags.record, (*client)->url().image);
  if (!profile.ok()) return ReportFailure(profile.error());
  const int code = Report(use(**client));
  const int saved = Report(profile->Save(**client));
  return code != 0 ? code : saved;
}

}  // namespace rootstream
