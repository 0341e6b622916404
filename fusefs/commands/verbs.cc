#include "fusefs/commands/verbs.h"

#include <filesystem>

#include "base/program_start.h"
#include "base/tell.h"
#include "base/url_text.h"
#include "format/image_name.h"
#include "fusefs/commands/other_programs.h"

namespace rootstream {
namespace {

// mount -t fuse.rootstream URL DIR calls "mount.fuse.rootstream URL DIR -o …"; libfuse's own helper
// calls "rootstream URL DIR -o …".
MountCaller AddMountVerb(ProgramStart& start) {
  const std::string called = std::filesystem::path(start.argv()[0]).filename();
  const bool helper = called.starts_with("mount.");
  const bool url_first = start.argc() > 1 && IsStoreUrl(start.argv()[1]);
  if (helper || url_first) start.InsertArgument(1, "mount");
  return helper ? MountCaller::kMount8 : MountCaller::kPerson;
}

}  // namespace

int RunClientCommand(ProgramStart& start) {
  const MountCaller caller = AddMountVerb(start);
  if (const auto ours = IsOurVerb(start); !ours.ok()) return ReportFailure(ours.error());
  CommandLine verbs("Linux from any web server: publish root filesystems as static files, mount them lazily",
                    "rootstream");
  verbs.SetVersion("rootstream " ROOTSTREAM_VERSION);
  verbs.SetFooter("Publisher's and other commands:\n" + OtherVerbs() +
                  "\nrootstream COMMAND --help tells more of each.");
  AddMount(verbs, caller);
  AddUmount(verbs);
  AddMounts(verbs);
  AddStatus(verbs);
  AddLs(verbs);
  AddCat(verbs);
  AddInspect(verbs);
  AddPrefetch(verbs);
  AddProfile(verbs);
  AddDoctor(verbs);
  return verbs.Main(start);
}

}  // namespace rootstream
