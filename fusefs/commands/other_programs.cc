#include "fusefs/commands/other_programs.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/file_io.h"

namespace rootstream {
namespace {

enum class VerbForm { kProgram, kScript };
struct Verb {
  const char* name;
  const char* executable;
  const char* help;
  VerbForm form = VerbForm::kProgram;
};
constexpr std::array kOtherVerbs = {
    Verb{"export", "export", "write an image to a directory, or as a tar to standard output"},
    Verb{"keygen", "publisher", "make a key pair to sign images with"},
    Verb{"publish", "publisher", "put a root filesystem into a store"},
    Verb{"serve", "publisher", "serve a store over HTTP, for trials"},
    Verb{"verify", "publisher", "check every byte of a store"},
    Verb{"stats", "publisher", "tell what a store holds"},
    Verb{"gc", "publisher", "remove from a store what no image needs"},
    Verb{"mirror", "publisher", "copy images from one store to another"},
    Verb{"history", "publisher", "tell which versions of an image a store keeps"},
    Verb{"tag", "publisher", "publish an image under another name or tag, too"},
    Verb{"rollback", "publisher", "publish an earlier version of an image again"},
    Verb{"delete", "publisher", "remove an image from a store"},
    Verb{"resign", "publisher", "sign images again, so that they expire later"},
    Verb{"kboot", "kboot-build", "make a kernel and an initramfs that boot from a URL", VerbForm::kScript},
    Verb{"boot", "boot", "boot this machine from an image, inside kboot", VerbForm::kScript},
};

const Verb* FindOtherVerb(const std::string& name) {
  const auto found =
      std::find_if(kOtherVerbs.begin(), kOtherVerbs.end(), [&](const Verb& verb) { return name == verb.name; });
  return found == kOtherVerbs.end() ? nullptr : &*found;
}

Error RunBeside(const char* name, char** argv) {
  std::error_code ignored;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const std::string path = self.parent_path().parent_path() / "libexec" / "rootstream" / name;
  execv(path.c_str(), argv);
  return ErrnoError("cannot run", path);
}

}  // namespace

Result<bool> IsOurVerb(ProgramStart& start) {
  const std::string first = start.argc() > 1 ? start.argv()[1] : "";
  if (const Verb* verb = FindOtherVerb(first)) {
    if (verb->form == VerbForm::kScript) start.MoveSecretsToEnvironment();
    return RunBeside(verb->executable, start.argv());
  }
  // The subcommands that only read profiles belong to the publisher.
  const std::string second = start.argc() > 2 ? start.argv()[2] : "";
  if (first == "profile" && (second == "show" || second == "merge")) return RunBeside("publisher", start.argv());
  return true;
}

std::string OtherVerbs() {
  std::string text;
  for (const Verb& verb : kOtherVerbs) {
    std::string name = verb.name;
    name.resize(28, ' ');
    text += "  " + name + verb.help + "\n";
  }
  return text;
}

}  // namespace rootstream
