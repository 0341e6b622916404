// The command-line options that every command which opens an image has. Used by the main thread.
#pragma once

#include <string>
#include <vector>

#include "fusefs/image/client.h"

namespace CLI {
class App;
}

namespace rootstream {

// Where the parser puts what was given; Apply() makes sense of it.
struct ClientFlags {
  ClientOptions options;
  std::string cache_size;
  std::string network_loss;
  std::string record;  // file for a profile of what the command reads

  void AddTo(CLI::App& app);
  Status Apply();  // kInvalid
};

// On standard error, if it is so.
void TellLostMemory(const Client& client);

// Neither a key nor --insecure: the command is used wrongly.
bool NamesTrust(const ClientOptions& options);
inline constexpr const char* kTrustMissing = "give --pubkey FILE, or --insecure to take the image as it comes";

}  // namespace rootstream
