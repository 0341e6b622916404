#include <signal.h>

#include "base/plain_text.h"
#include "server-tools/commands/command.h"
#include "server-tools/http_server.h"
#include "store/objects/folder_store.h"

namespace rootstream {
namespace {

Status RunServe(const std::string& store, const std::string& listen) {
  sigset_t stop;
  sigemptyset(&stop);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&stop, signal);
  sigprocmask(SIG_BLOCK, &stop, nullptr);
  signal(SIGPIPE, SIG_IGN);
  RS_TRY(const auto opened, FolderStore::Open(store));
  const auto started = HttpServer::Start(opened->path(), listen);
  if (!started.ok() && started.error().kind == ErrorKind::kInvalid) throw UsageError{started.error().message};
  if (!started.ok()) return started.error();
  const auto& server = *started;
  printf("serving %s at %s\n", Printable(store).c_str(), server->url().c_str());
  fflush(stdout);
  int signal = 0;
  sigwait(&stop, &signal);
  return Ok();
}

}  // namespace

void AddServe(CommandLine& verbs) {
  auto store = std::make_shared<std::string>();
  auto listen = std::make_shared<std::string>("127.0.0.1:8080");
  Verb command =
      verbs.Add("serve", "serve a store over HTTP, for trials", [=] { return Report(RunServe(*store, *listen)); });
  command.Argument("STORE", *store);
  command.Option("--listen", "ADDR:PORT", *listen,
                 "address or name; :PORT: every address of this machine; port 0 picks one");
}

}  // namespace rootstream
