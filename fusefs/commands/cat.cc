#include <sys/stat.h>

#include <algorithm>

#include "fusefs/commands/output.h"
#include "fusefs/commands/verbs.h"
#include "fusefs/commands/with_client.h"
#include "fusefs/image/view.h"

namespace rootstream {
namespace {

Status PrintFiles(Client& client, const std::vector<std::string>& paths) {
  View view(client);
  for (const std::string& path : paths) {
    RS_TRY(const Node node, view.Find(path));
    if (!S_ISREG(node.inode().mode)) return Invalid(path + ": not a regular file");
    uint64_t printed = 0;
    const auto zeros_to = [&](uint64_t offset) -> Status {
      static const std::string zeros(64 * 1024, '\0');
      for (; printed < offset; printed += std::min<uint64_t>(offset - printed, zeros.size()))
        RS_CHECK(Print(std::string_view(zeros).substr(0, offset - printed)));
      return Ok();
    };
    const Status read = view.ReadData(node, [&](uint64_t offset, std::string_view bytes) -> Status {
      RS_CHECK(zeros_to(offset));
      printed = offset + bytes.size();
      return Print(bytes);
    });
    if (!read.ok()) return Of(path, read.error());
    RS_CHECK(zeros_to(node.inode().size));
  }
  return Ok();
}

}  // namespace

void AddCat(CommandLine& verbs) {
  auto flags = std::make_shared<ClientFlags>();
  auto paths = std::make_shared<std::vector<std::string>>();
  Verb command = verbs.Add("cat", "print files of an image", [=] {
    flags->options.neighbours = Neighbours::kLeave;
    return WithClient(*flags, [&](Client& client) { return PrintFiles(client, *paths); });
  });
  command.Argument("URL", flags->options.url);
  command.Arguments("PATH", *paths, "in the image");
  flags->AddTo(command);
}

}  // namespace rootstream
