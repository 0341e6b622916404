// Credentials: logins, tokens and client certificates for web servers, and the certificates that servers are checked
// against. They are read from files once, before the first request, so that a daemon keeps them after switch_root.
// Immutable, and so thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/s3_keys.h"

namespace rootstream {

// Paths; empty: none.
struct CredentialFiles {
  std::string netrc;
  std::string auth;
  std::string ca;
  std::string client_certificate;
  std::string s3;
};

// The command-line option of each file; the same name is a key of -o.
struct CredentialOption {
  const char* name;
  std::string CredentialFiles::*file;
  const char* help;
};
inline constexpr CredentialOption kCredentialOptions[] = {
    {"netrc", &CredentialFiles::netrc, "logins by host, as curl(1) reads them"},
    {"auth-file", &CredentialFiles::auth, "USER:PASSWORD or 'Bearer TOKEN', for the server of the URL"},
    {"cacert", &CredentialFiles::ca, "certificates (PEM) to believe servers by, instead of the system's"},
    {"client-cert", &CredentialFiles::client_certificate, "certificate and key (PEM), for the server of the URL"},
    {"s3-credentials", &CredentialFiles::s3,
     "access key of an object store, as in ~/.aws/credentials, for the server of the URL"},
};

struct Login {
  std::string user;
  std::string password;
  bool operator==(const Login&) const = default;
};

struct NetrcEntry {
  std::string machine;  // empty: "default", any host
  Login login;
};
// Parses a netrc file as curl(1) does: machine, default, login, password, account, macdef; quoted words; '#' begins a
// comment.
std::vector<NetrcEntry> ParseNetrc(std::string_view text);

class Credentials {
 public:
  Credentials() = default;
  // `url`: the store or image that will be requested. kFailed, kMissing, kInvalid: one of the files cannot be used.
  static Result<Credentials> Read(const CredentialFiles& files, std::string_view url);

  // For the server of `url`.
  static Credentials OfS3(S3Keys keys, std::string_view url);

  // The credentials for a request of `url`. Those of auth-file, client-cert and s3-credentials are sent only to the
  // server of Read()'s URL.
  std::optional<Login> LoginFor(std::string_view url) const;
  const std::string* BearerFor(std::string_view url) const;             // nullptr: none
  const std::string* ClientCertificateFor(std::string_view url) const;  // PEM, with its key; nullptr: none
  const S3Keys* S3KeysFor(std::string_view url) const;                  // nullptr: none
  const std::string& ca() const { return ca_; }                         // PEM; empty: the system's

 private:
  bool IsOwn(std::string_view url) const;

  std::string server_;  // scheme, host and port
  std::vector<NetrcEntry> netrc_;
  std::optional<Login> login_;
  std::optional<S3Keys> s3_;
  std::string bearer_, ca_, client_certificate_;
};

}  // namespace rootstream
