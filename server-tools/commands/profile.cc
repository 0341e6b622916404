#include <CLI/CLI.hpp>

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

void AddProfile(CLI::App& app, Run& run) {
  auto files = std::make_shared<std::vector<std::string>>();
  auto file = std::make_shared<std::string>();
  auto out = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("profile", "what was read of an image, and when");
  command->require_subcommand(1);
  CLI::App* show = command->add_subcommand("show", "print a profile as a table, or draw it as a timeline");
  show->add_option("FILE", *file)->required();
  show->add_option("--svg", *out, "draw it into this file instead")->type_name("FILE");
  show->callback([=, &run] { run = [=] { return RunShow(*file, *out); }; });
  CLI::App* merge = command->add_subcommand("merge", "make one profile of several");
  merge->add_option("FILES", *files)->required();
  merge->add_option("-o,--output", *out, "where it goes (default: standard output)")->type_name("FILE");
  merge->callback([=, &run] { run = [=] { return RunMerge(*files, *out); }; });
}

}  // namespace rootstream
