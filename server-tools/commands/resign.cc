#include "base/unix_time.h"
#include "format/limits.h"
#include "server-tools/commands/command.h"
#include "server-tools/commands/signing_flags.h"

namespace rootstream {
namespace {

struct ResignFlags {
  StoreAddress store;
  std::vector<std::string> images;
  uint64_t within_days = 0;
  SigningFlags signing;
};

// Whether a timer is to renew it: it expires, and soon enough.
Result<bool> IsDue(const Store& store, const ImageName& image, uint64_t within_days) {
  RS_TRY(const std::string bytes, store.ReadRef(image));
  const auto ref = CheckRef(bytes, image, {.insecure = true});
  if (!ref.ok()) return Of("image " + image.ToString(), ref.error());
  if (ref->body.expires == 0) return false;
  return within_days == 0 || ref->body.expires - UnixTime() < static_cast<int64_t>(within_days) * 86'400;
}

// The failure of one image is told, and does not keep the others from being renewed.
Status ResignAll(const Store& store, const std::vector<ImageName>& images, bool are_named, const ResignFlags& flags,
                 const Signing& signing) {
  size_t failed = 0, signed_again = 0;
  for (const ImageName& image : images) {
    auto is_due = are_named && flags.within_days == 0 ? Result<bool>(true) : IsDue(store, image, flags.within_days);
    if (is_due.ok() && !*is_due) continue;
    const auto done = is_due.ok() ? Resign(store, image, signing) : Result<Republished>(is_due.error());
    if (done.ok()) {
      puts(RepublishedText(*done).c_str());
      ++signed_again;
    } else {
      Tell(done.error().message);
      ++failed;
    }
  }
  if (failed + signed_again == 0) fputs("no image expires in this time\n", stdout);
  if (failed == 0) return Ok();
  return Failed(std::to_string(failed) + " of " + std::to_string(images.size()) + " images were not signed again");
}

Status RunResign(const ResignFlags& flags) {
  std::vector<ImageName> images;
  for (const std::string& image : flags.images) images.push_back(ReadImageName(image));
  RS_TRY(const Signing signing, flags.signing.Read());
  if (signing.keys.empty()) throw UsageError{"--key is missing"};
  RS_TRY(const Store store, OpenToChange(flags.store));
  const bool are_named = !images.empty();
  if (!are_named) {
    RS_TRY(images, store.ListImages());
  }
  return ResignAll(store, images, are_named, flags, signing);
}

}  // namespace

void AddResign(CommandLine& verbs) {
  auto flags = std::make_shared<ResignFlags>();
  Verb command =
      verbs.Add("resign", "sign images again, so that they expire later", [=] { return Report(RunResign(*flags)); });
  command.Footer(
      "For a timer: rootstream resign STORE --key FILE --within 14 renews every image that expires in\n"
      "the next 14 days. Without names, images that never expire are left as they are.");
  AddStoreArgument(command, flags->store);
  command.OptionalArguments("NAME[:TAG]", flags->images, "which images; if left out, all that expire");
  command.NumberOption("--within", "DAYS", flags->within_days, 1, 40'000, "only those that expire within so many days");
  flags->signing.AddTo(command);
}

}  // namespace rootstream
