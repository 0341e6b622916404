#include "cache/ref_memory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

#include "base/file_io.h"
#include "format/bytes.h"
#include "format/id.h"
#include "format/limits.h"

namespace rootstream {
namespace {

constexpr std::string_view kMagic = "RSRM1";
constexpr std::array kFolders = {"/refs", "/refs.copy"};
constexpr int64_t kClockStep = 3600;                     // seconds; smaller steps of the clock are not written
constexpr auto kLockPatience = std::chrono::seconds(5);  // other clients hold the lock for a few writes
constexpr auto kLockEvery = std::chrono::milliseconds(10);

std::string EncodeMemory(const RememberedRef& ref) {
  Encoder out;
  out.Raw(kMagic);
  out.Varint(ref.serial);
  out.Varint(ref.threshold);
  out.Zigzag(ref.clock);
  out.Bytes(ref.ref);
  out.Raw(Sha256(out.bytes()).view());
  return out.Take();
}

std::optional<RememberedRef> DecodeMemory(std::string_view bytes) {
  if (bytes.size() < kIdSize) return std::nullopt;
  const std::string_view body = bytes.substr(0, bytes.size() - kIdSize);
  if (Sha256(body).view() != bytes.substr(body.size())) return std::nullopt;
  Decoder in(body);
  if (in.Raw(kMagic.size()) != kMagic) return std::nullopt;
  RememberedRef ref;
  ref.serial = in.Varint();
  ref.threshold = static_cast<uint32_t>(in.Count(kMaxSignatures));
  ref.clock = in.Zigzag();
  ref.ref = in.Bytes(kMaxRef);
  if (!in.AtEnd()) return std::nullopt;
  return ref;
}

bool SaysTheSame(const RememberedRef& a, const RememberedRef& b) {
  return a.serial == b.serial && a.threshold == b.threshold && a.ref == b.ref;
}

bool HasFiles(const std::string& folder, std::string_view ending) {
  const auto names = NamesIn(folder);
  return names.ok() &&
         std::any_of(names->begin(), names->end(), [&](const std::string& name) { return name.ends_with(ending); });
}

// Holds the lock of all clients of the folder while it lives.
Result<UniqueFd> LockMemory(const std::string& folder) {
  const std::string path = folder + "/refs.lock";
  RS_TRY(UniqueFd lock, OpenFile(path, O_RDWR | O_CREAT | O_NONBLOCK, 0600));
  const auto until = std::chrono::steady_clock::now() + kLockPatience;
  while (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK || std::chrono::steady_clock::now() > until) return ErrnoError("cannot lock", path);
    std::this_thread::sleep_for(kLockEvery);
  }
  return lock;
}

}  // namespace

// The contents of the two files of an image.
struct RefMemory::Copies {
  std::array<std::optional<RememberedRef>, kFolders.size()> refs;  // nullopt: absent or damaged
  std::string problem;                                             // why a file that exists cannot be used

  // The greater serial; for equal serials, the later clock.
  std::optional<RememberedRef> Best() const {
    return *std::max_element(refs.begin(), refs.end(), [](const auto& a, const auto& b) {
      if (!a || !b) return !a && b;
      return std::pair(a->serial, a->clock) < std::pair(b->serial, b->clock);
    });
  }
  bool AllSay(const RememberedRef& ref) const {
    return std::all_of(refs.begin(), refs.end(), [&](const auto& copy) { return copy && SaysTheSame(*copy, ref); });
  }
};

std::string RefMemory::KeyOf(const ImageUrl& url) const {
  return Sha256(url.ToString()).Hex() + (trust_ == RefTrust::kInsecure ? ".insecure" : "");
}

RefMemory::Copies RefMemory::Read(const ImageUrl& url) const {
  Copies copies;
  for (size_t i = 0; i < kFolders.size(); ++i) {
    const std::string path = folder_ + kFolders[i] + "/" + KeyOf(url);
    const auto bytes = ReadWholeFile(path, 2 * kMaxRef);
    if (bytes.ok()) copies.refs[i] = DecodeMemory(*bytes);
    if (!copies.refs[i] && (bytes.ok() || bytes.error().kind != ErrorKind::kMissing))
      copies.problem = bytes.ok() ? path + " is damaged" : bytes.error().message;
  }
  return copies;
}

// The cache has content, but no image is remembered.
bool RefMemory::HasContentOnly() const {
  for (const char* folder : kFolders)
    if (HasFiles(folder_ + folder, "")) return false;
  return HasFiles(folder_ + "/segments", ".seg");
}

Result<std::optional<RememberedRef>> RefMemory::Load(const ImageUrl& url) const {
  if (folder_.empty()) return std::optional<RememberedRef>();
  const Copies copies = Read(url);
  if (auto best = copies.Best()) return best;
  if (!copies.problem.empty()) return Corrupt(copies.problem);
  if (HasContentOnly()) return Corrupt(folder_ + " has content, but no memory of any image");
  return std::optional<RememberedRef>();
}

Status RefMemory::Save(const ImageUrl& url, const RememberedRef& ref) const {
  if (folder_.empty()) return Ok();
  (void)MakeFolders(folder_, 0700);
  const auto lock = LockMemory(folder_);
  const Copies copies = Read(url);
  const auto best = copies.Best();
  if (best && best->serial > ref.serial)
    return Untrusted("serial " + std::to_string(ref.serial) + " is older than " + std::to_string(best->serial) +
                     ", which another client has seen meanwhile");
  RememberedRef merged = ref;
  if (best) merged.clock = std::max(best->clock, ref.clock);
  const bool is_known = best && copies.AllSay(merged);
  if (is_known && merged.clock - best->clock < kClockStep) return Ok();
  const Status written = lock.ok() ? Write(url, merged) : Status(lock.error());
  return is_known ? Ok() : written;  // only the clock would have moved
}

Status RefMemory::Write(const ImageUrl& url, const RememberedRef& ref) const {
  const std::string bytes = EncodeMemory(ref);
  for (size_t i = 0; i < kFolders.size(); ++i) {
    const std::string folder = folder_ + kFolders[i], path = folder + "/" + KeyOf(url);
    Status written = MakeFolders(folder, 0700);
    if (written.ok()) written = WriteFileAtomically(path, bytes, 0600);
    if (written.ok()) continue;
    // The other copy is newer now; if it were damaged, this older one would replace it.
    if (i > 0) unlink(path.c_str());
    return written;
  }
  return Ok();
}

}  // namespace rootstream
