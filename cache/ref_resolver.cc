#include "cache/ref_resolver.h"

#include <chrono>
#include <optional>
#include <thread>

#include "format/limits.h"

namespace rootstream {
namespace {

constexpr auto kRetryEvery = std::chrono::seconds(3);

int64_t Now() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch())
      .count();
}

// What a person can act on first: a refusal of trust, then an answer, then silence.
int Weight(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kUntrusted: return 4;
    case ErrorKind::kInvalid: return 3;
    case ErrorKind::kMissing: return 2;
    case ErrorKind::kCorrupt: return 1;
    default: return 0;
  }
}

class Resolver {
 public:
  Resolver(const ImageUrl& url, Fetcher& fetcher, const RefMemory& memory,
           const ResolveOptions& options)
      : url_(url), fetcher_(fetcher), memory_(memory), options_(options),
        remembered_(memory.Load(url)) {}

  Result<ResolvedRef> Resolve() {
    while (true) {
      auto asked = AskStores();
      if (asked.ok()) return asked;
      const ErrorKind kind = asked.error().kind;
      const bool answered = kind != ErrorKind::kUnavailable && kind != ErrorKind::kCorrupt;
      if (answered) return asked;
      auto kept = FromMemory();
      if (kept.ok() || !options_.wait_for_network) return kept.ok() ? std::move(kept) : std::move(asked);
      options_.waiting(asked.error());
      std::this_thread::sleep_for(kRetryEvery);
    }
  }

 private:
  TrustPolicy Policy() const {
    TrustPolicy policy{.keys = options_.keys, .insecure = options_.insecure, .now = Now()};
    if (remembered_) {
      policy.minimum_serial = remembered_->serial;
      policy.minimum_threshold = remembered_->threshold;
      policy.now = std::max(policy.now, remembered_->clock);
    }
    return policy;
  }

  Result<ResolvedRef> AskStores() {
    std::optional<Error> worst;
    for (size_t store = 0; store < fetcher_.store_count(); ++store) {
      auto ref = AskStore(store);
      if (ref.ok()) return ResolvedRef{std::move(*ref), false};
      if (!worst || Weight(ref.error()) > Weight(*worst)) worst = ref.error();
    }
    return *worst;
  }

  Result<TrustedRef> AskStore(size_t store) {
    RS_TRY(const std::string bytes, fetcher_.GetFile(store, url_.image.RefPath(), kMaxRef));
    auto ref = CheckRef(bytes, url_.image, Policy());
    if (!ref.ok()) return Of(url_.ToString(), ref.error());
    memory_.Save(url_, {ref->body.serial, ref->manifest.threshold, Policy().now, bytes});
    return ref;
  }

  Result<ResolvedRef> FromMemory() const {
    if (!remembered_) return Unavailable("not seen before");
    RS_TRY(TrustedRef ref, CheckRef(remembered_->ref, url_.image, Policy()));
    return ResolvedRef{std::move(ref), true};
  }

  const ImageUrl& url_;
  Fetcher& fetcher_;
  const RefMemory& memory_;
  const ResolveOptions& options_;
  const std::optional<RememberedRef> remembered_;
};

}  // namespace

Result<ResolvedRef> ResolveRef(const ImageUrl& url, Fetcher& fetcher, const RefMemory& memory,
                               const ResolveOptions& options) {
  return Resolver(url, fetcher, memory, options).Resolve();
}

}  // namespace rootstream
