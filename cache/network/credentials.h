// Credentials: what proves to web servers who asks, and whom to believe that they are who they say. Read from files
// once, before the first request: a daemon whose files go away (switch_root) keeps them. Immutable. Immutable once
// read, so any thread may use them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rootstream {

// Paths; empty: none.
struct CredentialFiles {
  std::string netrc;
  std::string auth;
  std::string ca;
  std::string client_certificate;
};

// How each is given, the same for every command and as a key of -o.
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
// As curl(1) has it: machine, default, login, password, account, macdef; quoted words; '#' begins a comment.
std::vector<NetrcEntry> ParseNetrc(std::string_view text);

class Credentials {
 public:
  Credentials() = default;
  // `url`: of the store or image that is asked for. kFailed, kMissing, kInvalid: a file cannot be used; says which.
  static Result<Credentials> Read(const CredentialFiles& files, std::string_view url);

  // What a request for this URL takes along. Nothing of auth-file or client-cert goes to another server.
  std::optional<Login> LoginFor(std::string_view url) const;
  const std::string* BearerFor(std::string_view url) const;             // nullptr: none
  const std::string* ClientCertificateFor(std::string_view url) const;  // PEM, with its key; nullptr: none
  const std::string& ca() const { return ca_; }                         // PEM; empty: the system's

 private:
  bool IsOwn(std::string_view url) const;

  std::string server_;  // scheme, host and port
  std::vector<NetrcEntry> netrc_;
  std::optional<Login> login_;
  std::string bearer_, ca_, client_certificate_;
};

}  // namespace rootstream
