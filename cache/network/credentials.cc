#include "cache/network/credentials.h"

#include <strings.h>

#include <algorithm>

#include "base/file_io.h"
#include "base/ini_text.h"
#include "base/plain_text.h"
#include "base/trim.h"
#include "base/url_text.h"

namespace rootstream {
namespace {

constexpr size_t kMaxFile = 4 << 20;  // bytes; a bundle of certificates has some 200 KiB
constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kBearer = "Bearer ";

// Words of a netrc file, one after another.
class NetrcWords {
 public:
  explicit NetrcWords(std::string_view text) : rest_(text) {}

  std::optional<std::string> Next() {
    while (true) {
      rest_.remove_prefix(std::min(rest_.size(), rest_.find_first_not_of(kSpace)));
      if (rest_.empty()) return std::nullopt;
      if (rest_[0] != '#') break;
      rest_.remove_prefix(std::min(rest_.size(), rest_.find('\n')));
    }
    if (rest_[0] == '"') return Quoted();
    const size_t end = std::min(rest_.size(), rest_.find_first_of(kSpace));
    std::string word(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return word;
  }

  // A macro ends with an empty line.
  void SkipMacro() {
    const size_t end = rest_.find("\n\n");
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
  }

 private:
  std::string Quoted() {
    std::string word;
    size_t i = 1;
    for (; i < rest_.size() && rest_[i] != '"'; ++i) {
      if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
      word.push_back(rest_[i]);
    }
    rest_.remove_prefix(std::min(rest_.size(), i + 1));
    return word;
  }

  std::string_view rest_;
};

Result<std::string> ReadText(const std::string& path, const char* option) {
  const auto bytes = ReadWholeFile(path, kMaxFile);
  if (!bytes.ok()) return Of(std::string("--") + option, bytes.error());
  return *bytes;
}

Result<std::string> ReadPem(const std::string& path, const char* option, std::string_view must_have) {
  RS_TRY(std::string pem, ReadText(path, option));
  if (pem.find("-----BEGIN CERTIFICATE-----") == std::string::npos)
    return Invalid(std::string("--") + option + " " + path + ": there is no certificate (PEM) in it");
  if (pem.find(must_have) == std::string::npos)
    return Invalid(std::string("--") + option + " " + path + ": there is no key (PEM) in it");
  return pem;
}

}  // namespace

std::vector<NetrcEntry> ParseNetrc(std::string_view text) {
  std::vector<NetrcEntry> entries;
  NetrcWords words(text);
  while (const auto word = words.Next()) {
    if (*word == "default") {
      entries.push_back({});
    } else if (*word == "macdef") {
      words.SkipMacro();
    } else if (*word == "machine" || *word == "login" || *word == "password" || *word == "account") {
      const auto value = words.Next();
      if (!value) break;
      if (*word == "machine") entries.push_back({.machine = *value});
      if (*word == "login" && !entries.empty()) entries.back().login.user = *value;
      if (*word == "password" && !entries.empty()) entries.back().login.password = *value;
    }
  }
  return entries;
}

Result<Credentials> Credentials::Read(const CredentialFiles& files, std::string_view url) {
  Credentials credentials;
  credentials.server_ = ServerOf(url);
  if (!files.netrc.empty()) {
    RS_TRY(const std::string text, ReadText(files.netrc, "netrc"));
    credentials.netrc_ = ParseNetrc(text);
    if (credentials.netrc_.empty()) return Invalid("--netrc " + files.netrc + ": there is no 'machine' in it");
  }
  if (!files.auth.empty()) {
    RS_TRY(const std::string text, ReadText(files.auth, "auth-file"));
    const std::string_view line = Trimmed(text);
    const bool bearer = line.size() > kBearer.size() && strncasecmp(line.data(), kBearer.data(), kBearer.size()) == 0;
    const size_t colon = line.find(':');
    if (line.empty() || !IsPlainText(line) || (!bearer && colon == 0))
      return Invalid("--auth-file " + files.auth + ": it must hold one line: USER:PASSWORD, or Bearer TOKEN");
    if (bearer || colon == std::string_view::npos) {
      credentials.bearer_ = Trimmed(bearer ? line.substr(kBearer.size()) : line);
    } else {
      credentials.login_ = Login{std::string(line.substr(0, colon)), std::string(line.substr(colon + 1))};
    }
  }
  if (!files.ca.empty()) {
    RS_TRY(credentials.ca_, ReadPem(files.ca, "cacert", ""));
  }
  if (!files.client_certificate.empty()) {
    RS_TRY(credentials.client_certificate_, ReadPem(files.client_certificate, "client-cert", "PRIVATE KEY-----"));
  }
  if (!files.s3.empty()) {
    RS_TRY(const std::string text, ReadText(files.s3, "s3-credentials"));
    auto values = ParseIniSection(text, "default");
    const std::string region = values["region"];
    credentials.s3_ = S3Keys{values["aws_access_key_id"], values["aws_secret_access_key"], values["aws_session_token"],
                             region.empty() ? "us-east-1" : region};
    if (credentials.s3_->access_key.empty() || credentials.s3_->secret_key.empty())
      return Invalid("--s3-credentials " + files.s3 +
                     ": its section [default] must have aws_access_key_id and aws_secret_access_key");
  }
  return credentials;
}

Credentials Credentials::OfS3(S3Keys keys, std::string_view url) {
  Credentials credentials;
  credentials.server_ = ServerOf(url);
  credentials.s3_ = std::move(keys);
  return credentials;
}

bool Credentials::IsOwn(std::string_view url) const { return !server_.empty() && ServerOf(url) == server_; }

std::optional<Login> Credentials::LoginFor(std::string_view url) const {
  if (login_ && IsOwn(url)) return login_;
  if (BearerFor(url) != nullptr) return std::nullopt;
  for (const NetrcEntry& entry : netrc_)
    if (entry.machine.empty() || strcasecmp(entry.machine.c_str(), HostOf(url).c_str()) == 0) return entry.login;
  return std::nullopt;
}

const std::string* Credentials::BearerFor(std::string_view url) const {
  return !bearer_.empty() && IsOwn(url) ? &bearer_ : nullptr;
}

const S3Keys* Credentials::S3KeysFor(std::string_view url) const { return s3_ && IsOwn(url) ? &*s3_ : nullptr; }

const std::string* Credentials::ClientCertificateFor(std::string_view url) const {
  return !client_certificate_.empty() && IsOwn(url) ? &client_certificate_ : nullptr;
}

}  // namespace rootstream
