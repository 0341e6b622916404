#include <fmt/format.h>

#include "server-tools/commands/command.h"
#include "server-tools/commands/signing_flags.h"

namespace rootstream {
namespace {

struct RollbackFlags {
  StoreAddress store;
  std::string image;
  uint64_t serial = 0;
  SigningFlags signing;
};

Status RunRollback(const RollbackFlags& flags) {
  const ImageName image = ReadImageName(flags.image);
  RS_TRY(const Signing signing, flags.signing.Read());
  RS_TRY(const Store store, OpenToChange(flags.store));
  const auto serial = flags.serial > 0 ? std::optional(flags.serial) : std::nullopt;
  RS_TRY(const Republished done, RollBack(store, image, serial, signing));
  puts(fmt::format("{}; as it was with serial {}", RepublishedText(done), done.from_serial).c_str());
  return Ok();
}

}  // namespace

void AddRollback(CommandLine& verbs) {
  auto flags = std::make_shared<RollbackFlags>();
  Verb command = verbs.Add("rollback", "publish an earlier version of an image again",
                           [=] { return Report(RunRollback(*flags)); });
  command.Footer(
      "The version before the present one, or that of --to, gets a new serial, so every machine takes\n"
      "it as the newest. Asked again, it goes back one more. It also brings back an image that was\n"
      "deleted. gc removes versions after a time (gc --keep); history shows those that are there.");
  AddStoreArgument(command, flags->store);
  command.Argument("NAME[:TAG]", flags->image, "the tag is latest if left out");
  command.NumberOption("--to", "SERIAL", flags->serial, 1, UINT64_MAX, "the version with this serial");
  flags->signing.AddTo(command);
}

}  // namespace rootstream
