// Publishes a source as a signed image in a store.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "chunker/source/source.h"
#include "format/profile.h"
#include "store/store.h"

namespace rootstream {

struct PublishOptions {
  std::string source;  // see OpenSource()
  StoreAddress store;  // created where there is nothing
  ImageName image;
  std::vector<SigningKey> keys;    // none: the image is unsigned
  uint32_t threshold = 1;          // signatures that clients must require
  int level = 15;                  // of zstd
  std::chrono::hours lifetime{0};  // of the ref; 0: no expiry
  uint64_t minimum_serial = 0;     // lower bound of the serial; clients refuse lower serials
  std::vector<std::string> mirrors;
  std::vector<BootEntry> boot_entries;  // empty: kernels are searched in the source
  std::optional<Profile> profile;       // defines the hot range
  PathFilter excluded;                  // paths to leave out
  bool one_file_system = false;         // do not descend into mounts
  bool dry_run = false;                 // write nothing into the store: only find out what would be new
  std::function<void(const std::string& line)> tell = [](const std::string&) {};  // see SourceOptions
};

struct PublishSummary {
  uint64_t serial = 0;
  Id manifest;
  ImageTotals totals;
  std::vector<BootEntry> boot_entries;
  uint64_t unique_bytes = 0;          // plain bytes of the image's chunks
  uint64_t compressed_bytes = 0;      // their stored bytes
  uint64_t known_bytes = 0;           // the part that the store had before
  uint64_t hot_bytes = 0;             // plain bytes of the hot range's chunks
  uint64_t hot_compressed_bytes = 0;  // their stored bytes
  uint64_t hot_new_bytes = 0;         // the part that the store did not have
  uint64_t hot_metadata_bytes = 0;    // stored bytes of its shards
  size_t hot_chunks = 0;
  uint64_t new_data_bytes = 0;      // written to the store: packs of chunks
  uint64_t new_metadata_bytes = 0;  // packs of shards, manifest, ref
  size_t chunks = 0;
  size_t shards = 0;
  size_t new_shards = 0;
  double seconds = 0;
};

Result<PublishSummary> Publish(PublishOptions options);
// The same for an open source and store.
Result<PublishSummary> PublishInto(Store store, std::unique_ptr<Source> source, PublishOptions options);

}  // namespace rootstream
