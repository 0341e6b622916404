#include "store/s3/leases.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <random>

#include "base/mutex.h"
#include "base/pause.h"
#include "base/thread.h"
#include "base/unix_time.h"
#include "format/id.h"

namespace rootstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr auto kMargin = std::chrono::seconds(15);  // between the end of a lease and of what is done under it
constexpr auto kPatience = kLease + std::chrono::seconds(60);
constexpr milliseconds kTurnPause{500};
constexpr std::string_view kFolder = "leases/";

const char* Word(LeaseKind kind) {
  return kind == LeaseKind::kShared ? "shared-" : kind == LeaseKind::kExclusive ? "exclusive-" : "turn-";
}

// By the name of the other's object.
bool Conflicts(LeaseKind kind, std::string_view other) {
  if (kind == LeaseKind::kTurn) return other.starts_with(Word(LeaseKind::kTurn));
  return other.starts_with(Word(LeaseKind::kExclusive)) ||
         (kind == LeaseKind::kExclusive && other.starts_with(Word(LeaseKind::kShared)));
}

std::string RandomHex() {
  std::random_device random;
  std::string bytes;
  for (int i = 0; i < 4; ++i) {
    const uint32_t word = random();
    bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  return Hex(bytes);
}

// For people who look into the bucket.
std::string Holder() {
  struct utsname name = {};
  (void)uname(&name);
  return std::string(name.nodename) + ", process " + std::to_string(getpid()) + "\n";
}

}  // namespace

struct Lease::State {
  State(const S3Client& c, std::string n) : client(c), name(std::move(n)) {}

  Status Write() {
    const auto begin = steady_clock::now();
    const std::string text = Holder();
    RS_TRY(const S3Answer answer, client.Do({.method = "PUT", .name = name, .body = text}));
    if (!answer.ok()) return client.ErrorOf(answer, name);
    const MutexLock lock(mutex);
    good_until = begin + kLease - kMargin;
    return Ok();
  }

  // What was lost once is not written again: another may have taken its place.
  void Renew() {
    mutex.Lock();
    while (!is_ending) {
      const auto next = steady_clock::now() + kLeaseRenewal;
      while (!is_ending && steady_clock::now() < next) changed.WaitUntil(mutex, next);
      if (is_ending || steady_clock::now() >= good_until) break;
      mutex.Unlock();
      (void)Write();
      mutex.Lock();
    }
    mutex.Unlock();
  }

  void Remove() const { (void)client.Do({.method = "DELETE", .name = name, .is_farewell = true}); }

  const S3Client& client;
  const std::string name;
  Mutex mutex;
  CondVar changed;
  bool is_ending RS_GUARDED_BY(mutex) = false;
  steady_clock::time_point good_until RS_GUARDED_BY(mutex);
  Thread renewal;
};

namespace {

// Whether there is a lease, other than `own`, that conflicts; removes those that have ended.
Result<bool> HasConflict(const S3Client& client, LeaseKind kind, const std::string& own) {
  bool has_conflict = false;
  RS_TRY(const S3Client::Objects leases, client.List(std::string(kFolder)));
  for (const ObjectInfo& lease : leases.objects) {
    if (lease.name == own) continue;
    if (leases.date != 0 && TimePointOf(leases.date) - lease.time > kLease) {
      (void)client.Do({.method = "DELETE", .name = lease.name});
    } else if (Conflicts(kind, std::string_view(lease.name).substr(kFolder.size()))) {
      has_conflict = true;
    }
  }
  return has_conflict;
}

}  // namespace

Lease::Lease(std::unique_ptr<State> state) : state_(std::move(state)) {
  state_->renewal = Thread("lease", [s = state_.get()] { s->Renew(); });
}

Lease::~Lease() {
  {
    const MutexLock lock(state_->mutex);
    state_->is_ending = true;
    state_->changed.NotifyAll();
  }
  state_->renewal.Join();
  state_->Remove();
}

Status Lease::Check() const {
  const MutexLock lock(state_->mutex);
  if (steady_clock::now() < state_->good_until) return Ok();
  return Failed(state_->client.location().Shown() +
                ": the service could not be reached for so long that others may be " + "at work; try again");
}

Result<std::unique_ptr<Lease>> Lease::TryTake(const S3Client& client, LeaseKind kind) {
  RS_TRY(const bool is_taken, HasConflict(client, kind, ""));
  if (is_taken) return std::unique_ptr<Lease>();
  auto state = std::make_unique<State>(client, std::string(kFolder) + Word(kind) + RandomHex());
  const Status written = state->Write();
  const auto conflict = written.ok() ? HasConflict(client, kind, state->name) : Result<bool>(written.error());
  if (conflict.ok() && !*conflict) return std::unique_ptr<Lease>(new Lease(std::move(state)));
  state->Remove();
  if (!conflict.ok()) return conflict.error();
  SleepUnlessInterrupted(Jittered(kTurnPause));  // so that of two that stepped back one comes first
  return std::unique_ptr<Lease>();
}

Result<std::unique_ptr<Lease>> Lease::Take(const S3Client& client, LeaseKind kind) {
  const auto end = steady_clock::now() + kPatience;
  GrowingPause pause(kTurnPause, 8 * kTurnPause);
  while (true) {
    RS_TRY(auto lease, TryTake(client, kind));
    if (lease != nullptr) return lease;
    if (steady_clock::now() > end) return Failed(client.location().Shown() + ": others do not stop replacing objects");
    if (!pause.Sleep()) return Failed("interrupted");
  }
}

}  // namespace rootstream
