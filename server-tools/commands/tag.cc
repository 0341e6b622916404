#include "server-tools/commands/command.h"
#include "server-tools/commands/signing_flags.h"

namespace rootstream {
namespace {

struct TagFlags {
  StoreAddress store;
  std::string from, to;
  SigningFlags signing;
};

Status RunTag(const TagFlags& flags) {
  const ImageName from = ReadImageName(flags.from), to = ReadImageName(flags.to);
  RS_TRY(const Signing signing, flags.signing.Read());
  RS_TRY(const Store store, OpenToChange(flags.store));
  RS_TRY(const Republished done, TagImage(store, from, to, signing));
  puts(RepublishedText(done).c_str());
  return Ok();
}

}  // namespace

void AddTag(CommandLine& verbs) {
  auto flags = std::make_shared<TagFlags>();
  Verb command =
      verbs.Add("tag", "publish an image under another name or tag, too", [=] { return Report(RunTag(*flags)); });
  command.Footer(
      "Nothing is copied but the signed ref: debian:testing becomes debian:12 without its source. An\n"
      "image that has the new name is replaced, and kept as a version.");
  AddStoreArgument(command, flags->store);
  command.Argument("NAME:OLD", flags->from, "the image as it is now");
  command.Argument("NAME:NEW", flags->to, "what it is called, too");
  flags->signing.AddTo(command);
}

}  // namespace rootstream
