#include "server-tools/commands/command.h"

#include <fmt/format.h>

#include "base/interrupt.h"
#include "base/unix_time.h"
#include "server-tools/expiry.h"
#include "store/store_lock.h"

namespace rootstream {

std::string MiB(uint64_t bytes) { return fmt::format("{:.2f} MiB", static_cast<double>(bytes) / (1 << 20)); }

Result<Store> OpenToChange(const std::string& path) {
  CatchInterrupts();
  RS_TRY(Store store, Store::Open(path));
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
