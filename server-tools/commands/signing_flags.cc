#include "server-tools/commands/signing_flags.h"

#include <fmt/format.h>

#include "base/unix_time.h"
#include "server-tools/keys.h"

namespace rootstream {

void SigningFlags::AddTo(Verb& verb) {
  verb.RepeatableOption("--key", "FILE", keys_, "private key to sign with, one that signed it before (repeatable)");
  verb.NumberOption("--expires", "DAYS", expires_days_, 1, 40'000,
                    "the image is refused after so many days; if left out, as many as before");
  verb.Flag("--never-expires", never_expires_, "the image is never refused for its age");
}

Result<Signing> SigningFlags::Read() const {
  if (never_expires_ && expires_days_ > 0) throw UsageError{"--expires and --never-expires exclude each other"};
  Signing signing;
  if (never_expires_ || expires_days_ > 0) signing.lifetime = std::chrono::hours(24) * expires_days_;
  for (const std::string& file : keys_) {
    RS_TRY(SigningKey key, ReadSigningKey(file));
    signing.keys.push_back(std::move(key));
  }
  return signing;
}

std::string RepublishedText(const Republished& done) {
  return fmt::format("{} serial {}, manifest {}, expires {}", done.image.ToString(), done.serial,
                     done.manifest.Hex().substr(0, 12), done.expires == 0 ? "never" : TimeText(done.expires) + " UTC");
}

}  // namespace rootstream
