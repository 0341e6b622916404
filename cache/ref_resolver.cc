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

Error MemoryLost(const ImageUrl& url, const std::string& why) {
  return Untrusted(url.ToString() + ": the memory of refs is lost: " + why +
                   " (without --strict-memory the image is taken as the store has it now)");
}

class Resolver {
 public:
  Resolver(const ImageUrl& url, Fetcher& fetcher, const RefMemory& memory,
           std::optional<RememberedRef> remembered, const ResolveOptions& options)
      : url_(url), fetcher_(fetcher), memory_(memory), options_(options),
        remembered_(std::move(remembered)) {}

  const std::string& not_saved() const { return not_saved_; }  // why what was accepted is not remembered

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
      if (ref.ok()) return ResolvedRef{.ref = std::move(*ref)};
      if (!worst || Weight(ref.error()) > Weight(*worst)) worst = ref.error();
    }
    return *worst;
  }

  Result<TrustedRef> AskStore(size_t store) {
    RS_TRY(const std::string bytes, fetcher_.GetFile(store, url_.image.RefPath(), kMaxRef));
    auto ref = CheckRef(bytes, url_.image, Policy());
    if (!ref.ok()) return Of(url_.ToString(), ref.error());
    RS_CHECK(Remember({ref->body.serial, ref->manifest.threshold, Policy().now, bytes}));
    return ref;
  }

  Status Remember(const RememberedRef& ref) {
    const Status saved = memory_.Save(url_, ref);
    if (saved.ok()) return saved;
    if (saved.error().kind == ErrorKind::kUntrusted) return Of(url_.ToString(), saved.error());
    not_saved_ = saved.error().message;
    return options_.strict_memory ? MemoryLost(url_, not_saved_) : Status();
  }

  Result<ResolvedRef> FromMemory() const {
    if (!remembered_) return Unavailable("not seen before");
    RS_TRY(TrustedRef ref, CheckRef(remembered_->ref, url_.image, Policy()));
    return ResolvedRef{.ref = std::move(ref), .from_memory = true};
  }

  const ImageUrl& url_;
  Fetcher& fetcher_;
  const RefMemory& memory_;
  const ResolveOptions& options_;
  const std::optional<RememberedRef> remembered_;
  std::string not_saved_;
};

}  // namespace

Result<ResolvedRef> ResolveRef(const ImageUrl& url, Fetcher& fetcher, const RefMemory& memory,
                               const ResolveOptions& options) {
  auto loaded = memory.Load(url);
  const std::string lost = loaded.ok() ? "" : loaded.error().message;
  if (!loaded.ok() && options.strict_memory) return MemoryLost(url, lost);
  Resolver resolver(url, fetcher, memory, loaded.ok() ? std::move(*loaded) : std::nullopt, options);
  auto resolved = resolver.Resolve();
  if (resolved.ok()) resolved->memory_lost = lost.empty() ? resolver.not_saved() : lost;
  return resolved;
}

}  // namespace rootstream
