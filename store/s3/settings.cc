#include "store/s3/settings.h"

#include <cstdlib>
#include <initializer_list>
#include <map>

#include "base/file_io.h"
#include "base/ini_text.h"

namespace rootstream {
namespace {

constexpr size_t kMaxProfileFile = 1 << 20;  // bytes
constexpr const char* kDefaultRegion = "us-east-1";

using Values = std::map<std::string, std::string>;

std::string Environment(std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const char* value = getenv(name); value != nullptr && *value != 0) return value;
  return "";
}

std::string FirstOf(std::initializer_list<std::string> values) {
  for (const std::string& value : values)
    if (!value.empty()) return value;
  return "";
}

std::string ValueOf(const Values& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second;
}

// `variable` names the file; else it is `name` in ~/.aws. A file that is not there says nothing.
Result<Values> SectionOf(const char* variable, const std::string& name, const std::string& section) {
  std::string path = Environment({variable});
  const std::string home = Environment({"HOME"});
  if (path.empty() && home.empty()) return Values{};
  if (path.empty()) path = home + "/.aws/" + name;
  const auto text = ReadWholeFile(path, kMaxProfileFile);
  if (!text.ok() && text.error().kind == ErrorKind::kMissing) return Values{};
  if (!text.ok()) return text.error();
  return ParseIniSection(*text, section);
}

}  // namespace

Result<S3Settings> ReadS3Settings(const S3Options& options) {
  const std::string named = FirstOf({options.profile, Environment({"AWS_PROFILE"})});
  const std::string profile = named.empty() ? "default" : named;
  RS_TRY(const Values keys, SectionOf("AWS_SHARED_CREDENTIALS_FILE", "credentials", profile));
  RS_TRY(const Values config,
         SectionOf("AWS_CONFIG_FILE", "config", profile == "default" ? profile : "profile " + profile));
  if (!named.empty() && keys.empty() && config.empty())
    return Missing("profile " + named + ": neither ~/.aws/credentials nor ~/.aws/config has it");
  S3Settings settings;
  settings.endpoint = FirstOf({options.endpoint, Environment({"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}),
                               ValueOf(config, "s3.endpoint_url"), ValueOf(config, "endpoint_url")});
  settings.keys.region = FirstOf(
      {options.region, Environment({"AWS_REGION", "AWS_DEFAULT_REGION"}), ValueOf(config, "region"), kDefaultRegion});
  settings.style = FirstOf({options.style, ValueOf(config, "s3.addressing_style")});
  if (settings.style == "auto") settings.style.clear();
  if (!settings.style.empty() && settings.style != "path" && settings.style != "virtual")
    return Invalid("S3 addressing style '" + settings.style + "': it is path or virtual");
  settings.ca = FirstOf({Environment({"AWS_CA_BUNDLE"}), ValueOf(config, "ca_bundle")});
  // Key, secret and token come from one place.
  const std::string from_environment = Environment({"AWS_ACCESS_KEY_ID"});
  if (!from_environment.empty() && options.profile.empty()) {
    settings.keys.access_key = from_environment;
    settings.keys.secret_key = Environment({"AWS_SECRET_ACCESS_KEY"});
    settings.keys.session_token = Environment({"AWS_SESSION_TOKEN"});
  } else {
    const Values& from = keys.contains("aws_access_key_id") ? keys : config;
    settings.keys.access_key = ValueOf(from, "aws_access_key_id");
    settings.keys.secret_key = ValueOf(from, "aws_secret_access_key");
    settings.keys.session_token = ValueOf(from, "aws_session_token");
  }
  if (settings.keys.access_key.empty() != settings.keys.secret_key.empty())
    return Invalid("S3 access key '" + settings.keys.access_key +
                   "': its secret key is not given, or the other way round");
  return settings;
}

}  // namespace rootstream
