#include "base/file_io.h"
#include "cache/profile_io.h"
#include "server-tools/commands/command.h"
#include "server-tools/profile_picture.h"
#include "server-tools/profile_table.h"

namespace rootstream {
namespace {

Status RunShow(const std::string& path, const std::string& picture) {
  RS_TRY(const Profile profile, ReadProfile(path));
  if (!picture.empty()) return WriteFileAtomically(picture, ProfilePicture(profile));
  fputs(ProfileTable(profile).c_str(), stdout);
  return Ok();
}

Status RunMerge(const std::vector<std::string>& files, const std::string& out) {
  std::vector<Profile> profiles;
  for (const std::string& file : files) {
    RS_TRY(Profile profile, ReadProfile(file));
    profiles.push_back(std::move(profile));
  }
  RS_TRY(const Profile merged, MergeProfiles(profiles));
  if (!out.empty()) return WriteProfile(out, merged);
  fputs(merged.Encode().c_str(), stdout);
  return Ok();
}

}  // namespace

void AddProfile(CommandLine& verbs) {
  auto files = std::make_shared<std::vector<std::string>>();
  auto file = std::make_shared<std::string>();
  auto out = std::make_shared<std::string>();
  const Verb group = verbs.AddGroup("profile", "what was read of an image, and when");
  Verb show = verbs.AddTo(group, "show", "print a profile as a table, or draw it as a timeline",
                          [=] { return Report(RunShow(*file, *out)); });
  show.Argument("FILE", *file);
  show.Option("--svg", "FILE", *out, "draw it into this file instead");
  Verb merge =
      verbs.AddTo(group, "merge", "make one profile of several", [=] { return Report(RunMerge(*files, *out)); });
  merge.Arguments("FILES", *files);
  merge.Option("-o,--output", "FILE", *out, "where it goes (default: standard output)");
}

}  // namespace rootstream
