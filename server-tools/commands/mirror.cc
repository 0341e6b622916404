#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/interrupt.h"
#include "cache/network/curl_transport.h"
#include "server-tools/commands/command.h"
#include "server-tools/keys.h"
#include "server-tools/store_mirror.h"

namespace rootstream {
namespace {

using nlohmann::ordered_json;

struct MirrorFlags {
  StoreAddress from, to;
  S3Options s3;
  std::vector<std::string> images, keys;
  CredentialFiles credentials;
  bool insecure = false, json = false;
};

Result<MirrorOptions> OptionsOf(const MirrorFlags& flags) {
  MirrorOptions options{.to = flags.to, .insecure = flags.insecure};
  for (const std::string& text : flags.images) options.images.push_back(ReadImageName(text));
  if (flags.keys.empty() && !flags.insecure)
    throw UsageError{"give --pubkey FILE, or --insecure to take images as they come"};
  for (const std::string& file : flags.keys) {
    RS_TRY(const PublicKey key, ReadPublicKey(file));
    options.keys.push_back(key);
  }
  StoreAddress from = flags.from;
  from.s3 = options.to.s3 = flags.s3;
  RS_TRY(options.from, CopySource::Open(from, flags.credentials, options.to));
  return options;
}

const char* Word(MirroredImage::State state) {
  switch (state) {
    case MirroredImage::State::kCopied:
      return "copied";
    case MirroredImage::State::kUnchanged:
      return "unchanged";
    case MirroredImage::State::kRefused:
      break;
  }
  return "refused";
}

ordered_json MirrorJson(const MirrorReport& r) {
  ordered_json images = ordered_json::array();
  for (const MirroredImage& image : r.images)
    images.push_back({{"image", image.name.ToString()},
                      {"serial", image.serial},
                      {"state", Word(image.state)},
                      {"error", image.error}});
  return {{"images", images},
          {"packs_there", r.packs_there},
          {"packs_fetched", r.packs_fetched},
          {"bytes_fetched", r.bytes_fetched}};
}

std::string MirrorText(const MirrorReport& r) {
  std::string text;
  for (const MirroredImage& image : r.images)
    text += fmt::format("{:<30} serial {:<5} {}\n", image.name.ToString(), image.serial, Word(image.state));
  return text + fmt::format("{} packs fetched, {} were there; {} received\n", r.packs_fetched, r.packs_there,
                            MiB(r.bytes_fetched));
}

Status RunMirror(const MirrorFlags& flags) {
  CatchInterrupts();
  RS_TRY(const MirrorOptions options, OptionsOf(flags));
  CurlTransport transport({}, options.from.credentials);
  RS_TRY(const MirrorReport report, MirrorStore(options, transport));
  fputs(flags.json ? Dump(MirrorJson(report)).c_str() : MirrorText(report).c_str(), stdout);
  Status last;
  for (const MirroredImage& image : report.images) {
    if (image.error.empty()) continue;
    if (!last.ok()) Tell(last.error().message);
    last = Failed(image.error);
  }
  return last;
}

}  // namespace

void AddMirror(CommandLine& verbs) {
  auto flags = std::make_shared<MirrorFlags>();
  Verb command =
      verbs.Add("mirror", "copy images from one store to another", [=] { return Report(RunMirror(*flags)); });
  command.Footer(
      "Packs that are there already are not fetched again. It may be stopped at any moment; the next\n"
      "run goes on. An image whose serial is lower than that of the copy is refused.");
  command.Argument("FROM", flags->from.text, "a store: its URL (without an image), folder, or s3://BUCKET/PREFIX");
  command.Argument("TO", flags->to.text, "folder of the copy, or s3://BUCKET/PREFIX; made if it is missing");
  command.OptionalArguments("NAME[:TAG]", flags->images, "what to copy; all if left out");
  AddS3Options(command, flags->s3);
  command.RepeatableOption("--pubkey", "FILE", flags->keys, "public key that must have signed (repeatable)");
  AddCredentialOptions(command, flags->credentials);
  command.Flag("--insecure", flags->insecure, "copy images whoever signed them");
  command.Flag("--json", flags->json, "for scripts");
}

}  // namespace rootstream
