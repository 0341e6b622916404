#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file_io.h"
#include "base/message.h"
#include "base/tell.h"
#include "base/unix_time.h"
#include "base/url_text.h"
#include "format/chunk.h"
#include "format/limits.h"
#include "format/object_ref.h"
#include "fusefs/commands/client_flags.h"
#include "fusefs/commands/probe.h"
#include "fusefs/commands/verbs.h"
#include "fusefs/image/machine_settings.h"
#include "fusefs/mount/status.h"

namespace rootstream {
namespace {

constexpr int64_t kSlightlyOff = 60, kFarOff = 3600;  // seconds that clocks may differ
constexpr int64_t kDay = 24 * 3600, kSoon = 7 * kDay;
constexpr uint64_t kLittleRoom = 64 << 20;  // bytes

enum class Mark { kGood, kNote, kBad };

// A line for each thing that is looked at, and one below it for what to do.
class Doctor {
 public:
  Doctor(const ClientOptions& options, LayersUrl url, Credentials credentials)
      : options_(options), url_(std::move(url)), probe_(std::move(credentials)) {}

  Status Run() {
    LookAtKernel();
    LookAtCache();
    const bool is_reached = LookAtName() && LookAtLine();
    if (is_reached) {
      LookAtClock();
      for (size_t i = 0; i < url_.images.size(); ++i) LookAtImage(url_.Layer(i));
    }
    if (bad_ == 0) return Ok();
    return Failed(fmt::format("{}: {} of these keep it from working", url_.ToString(), bad_));
  }

 private:
  void Say(Mark mark, const char* what, const std::string& text, const std::string& advice = "") {
    if (mark == Mark::kBad) ++bad_;
    const char* const word = mark == Mark::kGood ? "good" : mark == Mark::kNote ? "note" : "BAD ";
    fputs(fmt::format("{}  {:<9} {}\n", word, what, ShownMessage(text)).c_str(), stdout);
    if (mark != Mark::kGood && !advice.empty()) fputs(fmt::format("                 -> {}\n", advice).c_str(), stdout);
    fflush(stdout);
  }

  void LookAtKernel() {
    if (access("/dev/fuse", R_OK | W_OK) == 0) {
      Say(Mark::kGood, "kernel", "FUSE is there");
    } else if (access("/dev/fuse", F_OK) == 0) {
      Say(Mark::kBad, "kernel", "/dev/fuse may not be opened", "run it as root, or let this user open /dev/fuse");
    } else {
      Say(Mark::kBad, "kernel", "there is no /dev/fuse: nothing can be mounted", "modprobe fuse");
    }
    if (geteuid() != 0 && access("/usr/bin/fusermount3", X_OK) != 0 && access("/bin/fusermount3", X_OK) != 0)
      Say(Mark::kBad, "kernel", "there is no fusermount3, which mounts for users who are not root",
          "install the package fuse3");
  }

  void LookAtCache() {
    const std::string folder = CacheFolder(options_);
    if (folder.empty()) return Say(Mark::kNote, "cache", "none: what is read is fetched again each time");
    if (const Status made = MakeFolders(folder, 0700); !made.ok())
      return Say(Mark::kBad, "cache", made.error().message, "--cache DIR names another folder");
    if (access(folder.c_str(), W_OK) != 0)
      return Say(Mark::kBad, "cache", folder + ": it cannot be written", "--cache DIR names another folder");
    struct statvfs st = {};
    if (statvfs(folder.c_str(), &st) != 0)
      return Say(Mark::kBad, "cache", ErrnoError("cannot look at", folder).message);
    const uint64_t room = uint64_t{st.f_bavail} * st.f_frsize;
    Say(room < kLittleRoom ? Mark::kNote : Mark::kGood, "cache",
        fmt::format("{}, {} free there", folder, HumanBytes(room)), "a cache needs more room to be of use");
  }

  bool LookAtName() {
    const std::string host = HostOf(url_.store);
    if (host.empty()) return true;  // file://
    const addrinfo wanted = {.ai_socktype = SOCK_STREAM};
    addrinfo* found = nullptr;
    const int code = getaddrinfo(host.c_str(), nullptr, &wanted, &found);
    if (code != 0) {
      Say(Mark::kBad, "name", host + ": " + gai_strerror(code),
          "check how the name is written; then the name servers in /etc/resolv.conf, and the line itself");
      return false;
    }
    std::string addresses;
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
      char text[NI_MAXHOST] = "";
      (void)getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
      addresses += (addresses.empty() ? "" : ", ") + std::string(text);
    }
    freeaddrinfo(found);
    Say(Mark::kGood, "name", host == addresses ? host : host + " is " + addresses);
    return true;
  }

  // What helps against a transfer that failed.
  static std::string AdviceFor(const TransferOutcome& outcome) {
    if (outcome.kind == ErrorKind::kMissing)
      return "is it STORE-URL/NAME[:TAG]? The store's images.list says what there is";
    if (outcome.kind == ErrorKind::kRefused)
      return "the server wants a login: --netrc, --auth-file, --client-cert, --s3-credentials";
    if (outcome.status == 407) return "the proxy wants a login: http_proxy=http://USER:PASSWORD@HOST:PORT";
    if (outcome.status != 0) return "ask who runs the server";
    if (outcome.reason.find("certificate") != std::string::npos)
      return "is this machine's clock right? --cacert FILE for a server with certificates of your own";
    return "is the server on, and is a firewall or a login page on the way? A proxy is given by http_proxy";
  }

  ProbeAnswer GetRef(const std::string& store, const ImageName& image) {
    return probe_.Ask({.url = UrlBelow(store, image.RefPath())}, kMaxRef);
  }

  // Any answer of a server will do.
  bool LookAtLine() {
    const ProbeAnswer answer = GetRef(url_.store, url_.images[0]);
    const TransferOutcome& outcome = answer.outcome;
    if (!outcome.complete && outcome.status == 0 && outcome.kind != ErrorKind::kMissing) {
      Say(Mark::kBad, "line", WithoutSecrets(url_.store) + ": " + outcome.reason, AdviceFor(outcome));
      return false;
    }
    if (HostOf(url_.store).empty()) return true;
    const double first = static_cast<double>(GetRef(url_.store, url_.images[0]).outcome.first_byte.count()) / 1000;
    Say(Mark::kGood, "line", fmt::format("an answer after {:.1f} ms", first));
    return true;
  }

  void LookAtClock() {
    if (HostOf(url_.store).empty()) return;
    const TransferOutcome outcome =
        probe_.Ask({.url = UrlBelow(url_.store, url_.images[0].RefPath()), .date_only = true}, 1).outcome;
    if (outcome.date == 0) return Say(Mark::kNote, "clock", "the server does not tell its time");
    const int64_t ahead = UnixTime() - outcome.date, apart = std::abs(ahead);
    const std::string text =
        fmt::format("this machine's is {} s {} the server's", apart, ahead > 0 ? "ahead of" : "behind");
    Say(apart > kFarOff        ? Mark::kBad
        : apart > kSlightlyOff ? Mark::kNote
                               : Mark::kGood,
        "clock", text, "set it: certificates and the expiry of images are checked by it");
  }

  void LookAtImage(const ImageUrl& url) {
    const ProbeAnswer answer = GetRef(url.store, url.image);
    const std::string name = url.image.ToString();
    if (!answer.outcome.complete)
      return Say(Mark::kBad, "image", name + ": " + answer.outcome.reason, AdviceFor(answer.outcome));
    const auto keys = ReadPublicKeys(options_.public_keys);
    if (!keys.ok()) return Say(Mark::kBad, "keys", keys.error().message, "give the .pub file that keygen wrote");
    const auto ref =
        CheckRef(answer.body, url.image, {.keys = *keys, .insecure = options_.insecure, .now = UnixTime()});
    if (!ref.ok())
      return Say(
          Mark::kBad, "image", name + ": " + ref.error().message,
          "is --pubkey, or the key in keys.d, its publisher's? operations.md, Messages, says more of each message");
    Say(Mark::kGood, "image", fmt::format("{}, serial {}{}", name, ref->body.serial, SignedText(*keys)));
    LookAtExpiry(name, ref->body.expires);
    LookAtData(*ref, url.store);
    for (const std::string& mirror : options_.mirrors) LookAtMirror(mirror, *ref);
    for (const std::string& mirror : ref->body.mirrors) LookAtMirror(mirror, *ref);
  }

  std::string SignedText(const std::vector<PublicKey>& keys) const {
    return options_.insecure || keys.empty() ? ", whose signature was not checked" : ", its signature is good";
  }

  void LookAtExpiry(const std::string& name, int64_t expires) {
    if (expires == 0) return;
    const int64_t left = expires - UnixTime();
    Say(left < kSoon ? Mark::kNote : Mark::kGood, "expiry", fmt::format("{}: in {} days", name, left / kDay),
        "its publisher signs it again: rootstream resign");
  }

  // The root directory, as a reader asks for it: a part of a pack.
  void LookAtData(const TrustedRef& ref, const std::string& store) {
    const ObjectRef& root = ref.manifest.root;
    const ProbeAnswer answer =
        probe_.Ask({.url = UrlBelow(store, PackPath(root.pack)), .first = root.offset, .size = root.stored_size},
                   root.stored_size);
    const std::string shown = WithoutSecrets(store) + "/" + PackPath(root.pack);
    if (!answer.outcome.complete && !answer.outcome.broken_off)
      return Say(Mark::kBad, "data", shown + ": " + answer.outcome.reason, AdviceFor(answer.outcome));
    const bool is_file = HostOf(store).empty();
    if (!is_file && !answer.is_part)
      return Say(Mark::kNote, "data", "the server sends whole packs where parts are asked for",
                 "turn on range requests (RFC 9110, 14) at the server, or at the proxy before it");
    if (const auto verified = Verify(answer.body, root.id); !verified.ok())
      return Say(Mark::kBad, "data", shown + ": " + verified.error().message,
                 "rootstream verify finds what else is damaged; verify --repair mends it");
    Say(Mark::kGood, "data", fmt::format("the root directory came, {}", HumanBytes(answer.body.size())));
  }

  void LookAtMirror(const std::string& mirror, const TrustedRef& ref) {
    const ProbeAnswer answer = GetRef(mirror, ref.body.image);
    const std::string shown = WithoutSecrets(mirror);
    if (!answer.outcome.complete)
      return Say(Mark::kNote, "mirror", shown + ": " + answer.outcome.reason, AdviceFor(answer.outcome));
    const auto body = BodyOfRef(answer.body);
    if (!body.ok())
      return Say(Mark::kNote, "mirror", shown + ": " + body.error().message, "run rootstream mirror again");
    const bool is_same = body->serial == ref.body.serial;
    Say(is_same ? Mark::kGood : Mark::kNote, "mirror",
        fmt::format("{}: serial {}, first byte after {:.1f} ms", shown, body->serial,
                    static_cast<double>(answer.outcome.first_byte.count()) / 1000),
        "it is not up to date: run rootstream mirror");
  }

  const ClientOptions& options_;
  const LayersUrl url_;
  Probe probe_;
  int bad_ = 0;
};

Status Examine(const ClientOptions& options) {
  RS_TRY(LayersUrl url, ParseLayersUrl(options.url));
  RS_TRY(Credentials credentials, Credentials::Read(options.credentials, url.store));
  return Doctor(options, std::move(url), std::move(credentials)).Run();
}

int RunDoctor(ClientFlags& flags) {
  if (const Status status = flags.Apply(); !status.ok()) return ReportUsage(status.error().message);
  if (const Status added = AddMachineSettings(SettingsFolder(), flags.options); !added.ok())
    return ReportFailure(added.error());
  if (!NamesTrust(flags.options)) return ReportUsage(kTrustMissing);
  return Report(Examine(flags.options));
}

}  // namespace

void AddDoctor(CommandLine& verbs) {
  auto flags = std::make_shared<ClientFlags>();
  Verb command = verbs.Add("doctor", "look for what keeps an image from being mounted, and say what to do",
                           [=] { return RunDoctor(*flags); });
  command.Argument("URL", flags->options.url);
  flags->AddTo(command);
}

}  // namespace rootstream
