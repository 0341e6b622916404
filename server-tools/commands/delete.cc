#include <fmt/format.h>

#include "server-tools/commands/command.h"

namespace rootstream {
namespace {

Status RunDelete(const StoreAddress& path, const std::string& text) {
  const ImageName image = ReadImageName(text);
  if (text.find(':') == std::string::npos) throw UsageError{"the tag must be named: " + image.ToString()};
  RS_TRY(const Store store, OpenToChange(path));
  RS_CHECK(store.DeleteRef(image));
  fputs(fmt::format("deleted {}; until gc removes its files, rollback brings it back\n", image.ToString()).c_str(),
        stdout);
  return Ok();
}

}  // namespace

void AddDelete(CommandLine& verbs) {
  auto store = std::make_shared<StoreAddress>();
  auto image = std::make_shared<std::string>();
  Verb command = verbs.Add("delete", "remove an image from a store", [=] { return Report(RunDelete(*store, *image)); });
  command.Footer(
      "Machines that have it open go on, and others find nothing. Its files stay until gc, which\n"
      "keeps them for a time (gc --keep).");
  AddStoreArgument(command, *store);
  command.Argument("NAME:TAG", *image);
}

}  // namespace rootstream
