#include "server-tools/keys.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file_io.h"

namespace rootstream {
namespace {

constexpr size_t kMaxKeyFile = 16 << 10;

Status WriteNew(const std::string& path, const std::string& text, unsigned mode) {
  RS_TRY(const UniqueFd fd, OpenFile(path, O_WRONLY | O_CREAT | O_EXCL, mode));
  if (WriteFullyAt(fd.get(), text, 0) && fsync(fd.get()) == 0) return Ok();
  const Error error = ErrnoError("cannot write", path);
  unlink(path.c_str());
  return error;
}

}  // namespace

Status GenerateKeyFiles(const std::string& path) {
  const SigningKey key = SigningKey::Generate();
  RS_CHECK(WriteNew(path, key.ToPem(), 0600));
  const Status status = WriteNew(path + ".pub", PublicKeyToPem(key.public_key()), 0644);
  if (!status.ok()) unlink(path.c_str());
  return status;
}

Result<SigningKey> ReadSigningKey(const std::string& path) {
  const auto pem = ReadWholeFile(path, kMaxKeyFile);
  if (!pem.ok()) return Of("key", pem.error());
  auto key = SigningKey::FromPem(*pem);
  if (!key.ok()) return Of("key " + path, key.error());
  return key;
}

Result<PublicKey> ReadPublicKey(const std::string& path) {
  const auto pem = ReadWholeFile(path, kMaxKeyFile);
  if (!pem.ok()) return Of("public key", pem.error());
  auto key = PublicKeyFromPem(*pem);
  if (!key.ok()) return Of("public key " + path, key.error());
  return key;
}

}  // namespace rootstream
