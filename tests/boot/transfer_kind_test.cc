#include "boot/transfer_kind.h"

#include <curl/curl.h>
#include <gtest/gtest.h>

#include "boot/exit_code.h"

namespace rootstream {
namespace {

TEST(TransferKind, OnlyAServersWordMakesAFileMissing) {
  EXPECT_EQ(KindOfTransfer(CURLE_HTTP_RETURNED_ERROR, 404), ErrorKind::kMissing);
  EXPECT_EQ(KindOfTransfer(CURLE_HTTP_RETURNED_ERROR, 410), ErrorKind::kMissing);
  EXPECT_EQ(KindOfTransfer(CURLE_TFTP_NOTFOUND, 0), ErrorKind::kMissing);
  for (const long answer : {400L, 401L, 403L, 407L})
    EXPECT_EQ(KindOfTransfer(CURLE_HTTP_RETURNED_ERROR, answer), ErrorKind::kFailed) << answer;
  for (const long answer : {408L, 429L, 500L, 503L})
    EXPECT_EQ(KindOfTransfer(CURLE_HTTP_RETURNED_ERROR, answer), ErrorKind::kUnavailable) << answer;
}

TEST(TransferKind, ASilentServerIsUnreachableAndAWrongCertificateUntrusted) {
  for (const int code : {CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_OPERATION_TIMEDOUT, CURLE_PARTIAL_FILE})
    EXPECT_EQ(KindOfTransfer(code, 0), ErrorKind::kUnavailable) << code;
  EXPECT_EQ(KindOfTransfer(CURLE_PEER_FAILED_VERIFICATION, 0), ErrorKind::kUntrusted);
  EXPECT_EQ(KindOfTransfer(CURLE_UNSUPPORTED_PROTOCOL, 0), ErrorKind::kFailed);
}

TEST(ExitCode, EachKindOfErrorHasItsOwn) {
  EXPECT_EQ(ExitCodeOf(ErrorKind::kMissing), 4);
  EXPECT_EQ(ExitCodeOf(ErrorKind::kUnavailable), 5);
  EXPECT_EQ(ExitCodeOf(ErrorKind::kCorrupt), 6);
  EXPECT_EQ(ExitCodeOf(ErrorKind::kInvalid), 6);
  EXPECT_EQ(ExitCodeOf(ErrorKind::kUntrusted), 7);
  EXPECT_EQ(ExitCodeOf(ErrorKind::kFailed), 1);
}

}  // namespace
}  // namespace rootstream
