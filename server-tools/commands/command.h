// What the commands of libexec/rootstream/publisher share. Each is a file here, and adds itself to the
// command line; its parsing picks what main() then runs.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "cache/network/credentials.h"

namespace CLI {
class App;
}

namespace rootstream {

using Run = std::function<Status()>;

// A use of the command line that no parser catches; reported as one. Thrown.
struct UsageError {
  std::string text;
};

void AddKeygen(CLI::App& app, Run& run);
void AddPublish(CLI::App& app, Run& run);
void AddServe(CLI::App& app, Run& run);
void AddVerify(CLI::App& app, Run& run);
void AddStats(CLI::App& app, Run& run);
void AddGc(CLI::App& app, Run& run);
void AddMirror(CLI::App& app, Run& run);
void AddProfile(CLI::App& app, Run& run);

// The options of commands that read a URL.
void AddCredentialOptions(CLI::App& app, CredentialFiles& files);

// For --json, in ASCII; bytes that are no UTF-8 are replaced.
template <typename Json>
std::string Dump(const Json& json) {
  return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}
std::string MiB(uint64_t bytes);  // "1.25 MiB"
// Prints one line on standard error, whatever `text` holds; returns `code`.
int ReportError(const std::string& text, int code);

}  // namespace rootstream
