#include "server-tools/commands/publish_steps.h"

#include <sys/wait.h>

#include <cstdlib>

#include "cache/network/curl_transport.h"
#include "server-tools/store_mirror.h"

namespace rootstream {

Status RunHook(const std::string& option, const std::string& command, const StoreAddress& store, const ImageName& image,
               std::optional<uint64_t> serial) {
  setenv("ROOTSTREAM_IMAGE", image.ToString().c_str(), 1);
  setenv("ROOTSTREAM_STORE", store.text.c_str(), 1);
  if (serial) setenv("ROOTSTREAM_SERIAL", std::to_string(*serial).c_str(), 1);
  const int result = system(("exec >&2\n" + command).c_str());
  if (result == 0) return Ok();
  if (WIFSIGNALED(result))
    return Failed(option + " '" + command + "': killed by signal " + std::to_string(WTERMSIG(result)));
  return Failed(option + " '" + command + "': exit code " + std::to_string(WEXITSTATUS(result)));
}

Status CopyImage(const StoreAddress& from, const StoreAddress& to, const ImageName& image,
                 const std::vector<PublicKey>& keys) {
  MirrorOptions options{.to = to, .images = {image}, .keys = keys, .insecure = keys.empty()};
  RS_TRY(options.from, CopySource::Open(from, {}, to));
  CurlTransport transport({}, options.from.credentials);
  RS_TRY(const MirrorReport report, MirrorStore(options, transport));
  const std::string& error = report.images.at(0).error;
  return error.empty() ? Ok() : Failed("--copy " + to.text + ": " + error);
}

}  // namespace rootstream
