// The verbs of libexec/rootstream/publisher, a file each here, and what they share.
#pragma once

#include <cstdint>
#include <string>

#include "base/command_line.h"
#include "base/tell.h"
#include "cache/network/credentials.h"
#include "format/image_name.h"
#include "store/store.h"

namespace rootstream {

void AddKeygen(CommandLine& verbs);
void AddPublish(CommandLine& verbs);
void AddServe(CommandLine& verbs);
void AddVerify(CommandLine& verbs);
void AddStats(CommandLine& verbs);
void AddGc(CommandLine& verbs);
void AddMirror(CommandLine& verbs);
void AddProfile(CommandLine& verbs);
void AddHistory(CommandLine& verbs);
void AddTag(CommandLine& verbs);
void AddRollback(CommandLine& verbs);
void AddDelete(CommandLine& verbs);
void AddResign(CommandLine& verbs);

// The argument STORE, with the options for one in a bucket.
void AddStoreArgument(Verb& verb, StoreAddress& store, const std::string& help = "", const std::string& name = "STORE");
void AddS3Options(Verb& verb, S3Options& options);
// Opens a store to change it, and waits for its shared lock.
Result<Store> OpenToChange(const StoreAddress& address);
void TellExpiry(const Store& store);               // warnings on standard error
ImageName ReadImageName(const std::string& text);  // throws UsageError

// The options of commands that read a URL.
void AddCredentialOptions(Verb& verb, CredentialFiles& files);

// For --json, in ASCII; bytes that are no UTF-8 are replaced.
template <typename Json>
std::string Dump(const Json& json) {
  return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}
std::string MiB(uint64_t bytes);  // "1.25 MiB"

}  // namespace rootstream
