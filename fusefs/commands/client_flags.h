// The options of all commands that open an image. Used by the main thread.
#pragma once

#include <string>
#include <vector>

#include "base/command_line.h"
#include "fusefs/image/client.h"

namespace rootstream {

// Filled by the parser; Apply() then converts the values into `options`.
struct ClientFlags {
  ClientOptions options;
  std::string cache;  // folder, or "none"; empty: the default
  std::string cache_size;
  std::string network_loss;
  std::string record;  // file for a profile of the reads; empty: none

  void AddTo(Verb& verb);
  Status Apply();  // kInvalid

 private:
  void NoteGiven();
};

// Prints a warning on standard error if the memory of refs is lost.
void TellLostMemory(const Client& client);

// False if neither a key nor --insecure is given, which is wrong usage.
bool NamesTrust(const ClientOptions& options);
inline constexpr const char* kTrustMissing = "give --pubkey FILE, or --insecure to take the image as it comes";

}  // namespace rootstream
