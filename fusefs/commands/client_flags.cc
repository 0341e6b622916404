#include "fusefs/commands/client_flags.h"

#include <CLI/CLI.hpp>
#include <cstdio>

namespace rootstream {
namespace {

// A shell variable that is not set: not to be taken for the default.
std::string CheckNotEmpty(const std::string& text) { return text.empty() ? "a value is missing" : ""; }

}  // namespace

void ClientFlags::AddTo(CLI::App& app) {
  app.add_option("--pubkey", options.public_keys, "public key that signs the image (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_flag("--insecure", options.insecure, "take an image that no known key has signed");
  app.add_option("--cache", options.cache, "folder of the local cache, or none")
      ->type_name("DIR")
      ->check(CheckNotEmpty);
  app.add_option("--cache-size", cache_size, "most the cache may hold: 500M, 2G")
      ->type_name("SIZE")
      ->check(CheckNotEmpty);
  app.add_flag("--strict-memory", options.strict_memory,
               "refuse an image when what the cache remembers of its versions is lost");
  app.add_option("--mirror", options.mirrors, "URL of another store with the image (repeatable)")
      ->type_name("URL")
      ->allow_extra_args(false);
  for (const CredentialOption& option : kCredentialOptions)
    app.add_option(std::string("--") + option.name, options.credentials.*option.file, option.help)->type_name("FILE");
  app.add_option("--on-network-loss", network_loss,
                 "wait: reads wait for the network; fail:SECONDS: they fail then (default fail:60)")
      ->type_name("POLICY")
      ->check(CheckNotEmpty);
  app.add_option("--record", record, "write a profile of what is read; one that is there goes on")
      ->type_name("FILE")
      ->check(CheckNotEmpty);
}

Status ClientFlags::Apply() {
  if (!cache_size.empty()) {
    RS_TRY(options.cache_size, ParseCacheSize(cache_size));
  }
  if (!network_loss.empty()) {
    RS_TRY(options.give_up_after, ParseNetworkLoss(network_loss));
  }
  options.record = !record.empty();
  return Ok();
}

void TellLostMemory(const Client& client) {
  if (!client.memory_lost().empty())
    fprintf(stderr, "rootstream: memory of refs: lost: %s\n", client.memory_lost().c_str());
}

bool NamesTrust(const ClientOptions& options) { return options.insecure || !options.public_keys.empty(); }

}  // namespace rootstream
