#include "base/plain_text.h"
#include "server-tools/commands/command.h"
#include "server-tools/keys.h"

namespace rootstream {
namespace {

Status RunKeygen(const std::string& path) {
  RS_CHECK(GenerateKeyFiles(path));
  const std::string shown = Printable(path);
  printf("private key %s: keep it; public key %s.pub: give it to clients\n", shown.c_str(), shown.c_str());
  return Ok();
}

}  // namespace

void AddKeygen(CommandLine& verbs) {
  auto path = std::make_shared<std::string>();
  Verb command = verbs.Add("keygen", "make a key pair to sign images with", [=] { return Report(RunKeygen(*path)); });
  command.Argument("KEYFILE", *path, "the private key; the public one is KEYFILE.pub");
}

}  // namespace rootstream
