#include "fusefs/commands/client_flags.h"

#include <cstdio>

namespace rootstream {
void ClientFlags::AddTo(Verb& verb) {
  verb.RepeatableOption("--pubkey", "FILE", options.public_keys,
                        "public key that signs the image (repeatable); else those of /etc/rootstream/keys.d count");
  verb.Flag("--insecure", options.insecure, "take an image that no known key has signed");
  verb.Option("--cache", "DIR", cache, "folder of the local cache, or none");
  verb.Option("--cache-size", "SIZE", cache_size, "most the cache may hold: 500M, 2G");
  verb.Flag("--strict-memory", options.strict_memory,
            "refuse an image when what the cache remembers of its versions is lost");
  verb.RepeatableOption("--ref", "FILE", options.refs,
                        "open this version of its image: a ref that inspect --save-ref wrote (repeatable)");
  verb.RepeatableOption("--mirror", "URL", options.mirrors, "URL of another store with the image (repeatable)");
  for (const CredentialOption& option : kCredentialOptions)
    verb.Option(std::string("--") + option.name, "FILE", options.credentials.*option.file, option.help);
  verb.Option("--on-network-loss", "POLICY", network_loss,
              "wait: reads wait for the network; fail:SECONDS: they fail then (default fail:60)");
  verb.Option("--record", "FILE", record, "write a profile of what is read; one that is there goes on");
}

Status ClientFlags::Apply() {
  if (!cache.empty()) options.cache = cache;
  if (!cache_size.empty()) {
    RS_TRY(options.cache_size, ParseCacheSize(cache_size));
  }
  if (!network_loss.empty()) {
    RS_TRY(options.give_up_after, ParseNetworkLoss(network_loss));
  }
  options.record = !record.empty();
  NoteGiven();
  return Ok();
}

void ClientFlags::NoteGiven() {
  const auto note = [this](const char* name, bool is_given) {
    if (is_given) options.given.insert(name);
  };
  note("pubkey", !options.public_keys.empty());
  note("cache", !cache.empty());
  note("cache-size", !cache_size.empty());
  note("mirror", !options.mirrors.empty());
  note("on-network-loss", !network_loss.empty());
  for (const CredentialOption& option : kCredentialOptions)
    note(option.name, !(options.credentials.*option.file).empty());
}

void TellLostMemory(const Client& client) {
  if (!client.memory_lost().empty())
    fprintf(stderr, "rootstream: memory of refs: lost: %s\n", client.memory_lost().c_str());
}

bool NamesTrust(const ClientOptions& options) { return options.insecure || !options.public_keys.empty(); }

}  // namespace rootstream
