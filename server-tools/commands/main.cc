// libexec/rootstream/publisher: the verbs of who publishes and who keeps a store.
#include <sys/stat.h>

#include "base/program_start.h"
#include "server-tools/commands/command.h"

int main(int argc, char** argv) {
  using namespace rootstream;
  ProgramStart start(argc, argv);
  AllowManyOpenFiles();
  // A web server must be able to read folders and files of the store; private keys have modes of their own.
  umask(022);
  CommandLine verbs("publish images and keep stores", "rootstream");
  AddKeygen(verbs);
  AddPublish(verbs);
  AddServe(verbs);
  AddVerify(verbs);
  AddStats(verbs);
  AddGc(verbs);
  AddMirror(verbs);
  AddProfile(verbs);
  AddHistory(verbs);
  AddTag(verbs);
  AddRollback(verbs);
  AddDelete(verbs);
  AddResign(verbs);
  return verbs.Main(start);
}
