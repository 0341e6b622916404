#include "server-tools/commands/command.h"

#include <fmt/format.h>

#include "base/interrupt.h"
#include "base/unix_time.h"
#include "server-tools/expiry.h"
#include "store/store_lock.h"

namespace rootstream {

std::string MiB(uint64_t bytes) { return fmt::format("{:.2f} MiB", static_cast<double>(bytes) / (1 << 20)); }

void AddStoreArgument(Verb& verb, StoreAddress& store, const std::string& help, const std::string& name) {
  verb.Argument(name, store.text, help.empty() ? "a store: its folder, or s3://BUCKET/PREFIX" : help);
  AddS3Options(verb, store.s3);
}

void AddS3Options(Verb& verb, S3Options& options) {
  verb.Option("--s3-endpoint", "URL", options.endpoint, "of the service with the bucket; if left out, Amazon's");
  verb.Option("--s3-region", "REGION", options.region, "of the bucket");
  verb.Option("--s3-profile", "NAME", options.profile, "section of ~/.aws/credentials and ~/.aws/config");
  verb.Option("--s3-style", "STYLE", options.style,
              "path or virtual: where URLs name the bucket; virtual if there is no endpoint");
}

Result<Store> OpenToChange(const StoreAddress& address) {
  CatchInterrupts();
  RS_TRY(Store store, Store::Open(address));
  RS_CHECK(AwaitLock(store, StoreLock::kShared, std::nullopt));
  return store;
}

void TellExpiry(const Store& store) {
  for (const std::string& warning : ExpiryWarnings(store, UnixTime())) Tell(warning);
}

ImageName ReadImageName(const std::string& text) {
  auto image = ParseImageName(text);
  if (!image.ok()) throw UsageError{image.error().message};
  return *std::move(image);
}

void AddCredentialOptions(Verb& verb, CredentialFiles& files) {
  for (const CredentialOption& option : kCredentialOptions)
    verb.Option(std::string("--") + option.name, "FILE", files.*option.file, option.help);
}

}  // namespace rootstream
