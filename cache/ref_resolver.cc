#include "cache/ref_resolver.h"

#include <chrono>
#include <deque>
#include <optional>
#include <thread>

#include "base/mutex.h"
#include "base/unix_time.h"
#include "cache/network/patience.h"
#include "format/limits.h"

namespace rootstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds kNextStoreAfter{1000};  // without an answer
constexpr milliseconds kLeastTime{1000};       // for one answer, however soon opening is to fail
constexpr milliseconds kMostTime{60'000};      // for one answer, if Open() may wait for ever
constexpr milliseconds kMemoryAfter{500};      // a store may have trouble for a moment only
constexpr milliseconds kSayAfter{3000};        // of failures, if Open() does not wait for ever
constexpr milliseconds kSayAgainAfter{10'000};

// Errors by what a person can act on first: a refusal of trust, then an answer, then silence.
int Weight(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kUntrusted:
      return 5;
    case ErrorKind::kInvalid:
      return 4;
    case ErrorKind::kRefused:
      return 3;
    case ErrorKind::kMissing:
      return 2;
    case ErrorKind::kCorrupt:
      return 1;
    default:
      return 0;
  }
}

Error MemoryLost(const ImageUrl& url, const std::string& why) {
  return Untrusted(url.ToString() + ": the memory of refs is lost: " + why +
                   " (without --strict-memory the image is taken as the store has it now)");
}

// True if asking again may help.
bool MayPass(const Error& error) { return error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kCorrupt; }

// The answers of the stores. Shared with the network thread, which may deliver late.
class Answers {
 public:
  struct Answer {
    size_t store;
    Result<std::string> bytes;
  };
  void Add(size_t store, Result<std::string> bytes) {
    const MutexLock lock(mutex_);
    came_.push_back({store, std::move(bytes)});
    changed_.NotifyAll();
  }
  // nullopt: no answer in this time.
  std::optional<Answer> Next(milliseconds time) {
    const SteadyTime end = steady_clock::now() + time;
    const MutexLock lock(mutex_);
    while (came_.empty()) {
      if (steady_clock::now() >= end) return std::nullopt;
      changed_.WaitUntil(mutex_, end);
    }
    Answer answer = std::move(came_.front());
    came_.pop_front();
    return answer;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::deque<Answer> came_ RS_GUARDED_BY(mutex_);
};

class Resolver {
 public:
  Resolver(const ImageUrl& url, StoreFiles& stores, const RefMemory& memory, std::optional<RememberedRef> remembered,
           const ResolveOptions& options)
      : url_(url),
        stores_(stores),
        memory_(memory),
        options_(options),
        remembered_(std::move(remembered)),
        patience_(options.give_up_after, began_) {}

  const std::string& not_saved() const { return not_saved_; }  // why the accepted ref could not be remembered

  Result<ResolvedRef> Resolve() {
    if (!options_.given.empty()) return Given();
    while (true) {
      auto asked = AskStores();
      const bool final = asked.ok() || !(MayPass(asked.error()) || asked.error().kind == ErrorKind::kRefused);
      if (final) return asked;
      const auto now = steady_clock::now();
      const bool for_memory = now - began_ >= kMemoryAfter || patience_.IsOver(now) || !MayPass(asked.error());
      if (for_memory)
        if (auto kept = FromMemory(); kept.ok()) return kept;
      patience_.NoteFailure(now, seconds(0));
      const bool damaged = asked.error().kind == ErrorKind::kCorrupt && options_.give_up_after;
      if (patience_.IsOver(now) || damaged || !MayPass(asked.error())) return asked;
      TellOf(asked.error(), now);
      const auto left = patience_.Left(now);
      std::this_thread::sleep_until(std::min(patience_.next_try(), now + left.value_or(kMostTime)));
    }
  }

 private:
  TrustPolicy Policy() const {
    TrustPolicy policy{.keys = options_.keys, .insecure = options_.insecure, .now = UnixTime()};
    if (remembered_) {
      policy.minimum_serial = remembered_->serial;
      policy.minimum_threshold = remembered_->threshold;
      policy.now = std::max(policy.now, remembered_->clock);
    }
    return policy;
  }

  void TellOf(const Error& error, SteadyTime now) {
    if (options_.give_up_after && now - began_ < kSayAfter) return;
    if (error.message == told_ && now - told_at_ < kSayAgainAfter) return;
    told_ = error.message;
    told_at_ = now;
    options_.waiting(error);
  }

  // One round: asks each store once, until one has the ref. kMissing only if all stores answered.
  Result<ResolvedRef> AskStores() {
    const auto answers = std::make_shared<Answers>();
    std::optional<Error> worst, may_pass;
    size_t asked = 0, failed = 0;
    while (true) {
      const size_t stores = stores_.store_count();
      if (asked < stores) Ask(asked++, answers);
      const auto answer = answers->Next(asked < stores ? kNextStoreAfter : TimeForAnswer() + kLeastTime);
      if (!answer && asked < stores) continue;
      if (!answer) return Unavailable(url_.ToString() + ": no answer");
      auto ref = CheckAnswer(answer->bytes);
      if (ref.ok()) return ResolvedRef{.ref = std::move(*ref)};
      if (!worst || Weight(ref.error()) > Weight(*worst)) worst = ref.error();
      if (MayPass(ref.error())) may_pass = ref.error();
      if (++failed < stores) continue;
      return worst->kind == ErrorKind::kMissing && may_pass ? *may_pass : *worst;
    }
  }

  milliseconds TimeForAnswer() const {
    return std::max(kLeastTime, patience_.Left(steady_clock::now()).value_or(kMostTime));
  }

  void Ask(size_t store, const std::shared_ptr<Answers>& answers) {
    stores_.AskForFile(store, {url_.image.RefPath(), kMaxRef, TimeForAnswer()},
                       [answers, store](Result<std::string> bytes) { answers->Add(store, std::move(bytes)); });
  }

  Result<TrustedRef> CheckAnswer(const Result<std::string>& bytes) {
    if (!bytes.ok()) return bytes.error();
    if (*bytes == kDeletedRef) return Missing(url_.ToString() + ": this image was deleted");
    auto ref = CheckRef(*bytes, url_.image, Policy());
    if (!ref.ok()) return Of(url_.ToString(), ref.error());
    RS_CHECK(Remember({ref->body.serial, ref->manifest.threshold, Policy().now, *bytes}));
    return ref;
  }

  Status Remember(const RememberedRef& ref) {
    const Status saved = memory_.Save(url_, ref);
    if (saved.ok()) return saved;
    if (saved.error().kind == ErrorKind::kUntrusted) return Of(url_.ToString(), saved.error());
    not_saved_ = saved.error().message;
    return options_.strict_memory ? MemoryLost(url_, not_saved_) : Status();
  }

  // What was remembered was checked before, so its body decodes.
  Result<ResolvedRef> Given() const {
    TrustPolicy policy = Policy();
    if (remembered_) {
      RS_TRY(const RefBody body, BodyOfRef(remembered_->ref));
      policy.minimum_serial = body.minimum_serial;
    }
    auto ref = CheckRef(options_.given, url_.image, policy);
    if (!ref.ok()) return Of("the given ref of " + url_.ToString(), ref.error());
    return ResolvedRef{.ref = std::move(*ref)};
  }

  Result<ResolvedRef> FromMemory() const {
    if (!remembered_) return Unavailable("not seen before");
    RS_TRY(TrustedRef ref, CheckRef(remembered_->ref, url_.image, Policy()));
    return ResolvedRef{.ref = std::move(ref), .from_memory = true};
  }

  const ImageUrl& url_;
  StoreFiles& stores_;
  const RefMemory& memory_;
  const ResolveOptions& options_;
  const SteadyTime began_ = steady_clock::now();
  const std::optional<RememberedRef> remembered_;
  std::string not_saved_;
  Patience patience_;
  std::string told_;
  SteadyTime told_at_{};
};

}  // namespace

Result<ResolvedRef> ResolveRef(const ImageUrl& url, StoreFiles& stores, const RefMemory& memory,
                               const ResolveOptions& options) {
  auto loaded = memory.Load(url);
  const std::string lost = loaded.ok() ? "" : loaded.error().message;
  if (!loaded.ok() && options.strict_memory) return MemoryLost(url, lost);
  Resolver resolver(url, stores, memory, loaded.ok() ? std::move(*loaded) : std::nullopt, options);
  auto resolved = resolver.Resolve();
  if (resolved.ok()) resolved->memory_lost = lost.empty() ? resolver.not_saved() : lost;
  return resolved;
}

}  // namespace rootstream
