#include "boot/transfer_kind.h"

#include <curl/curl.h>

namespace rootstream {
namespace {

ErrorKind KindOfAnswer(long answer) {
  switch (answer) {
    case 404:
    case 410: return ErrorKind::kMissing;
    case 408:
    case 425:
    case 429: return ErrorKind::kUnavailable;
    default: return answer >= 500 ? ErrorKind::kUnavailable : ErrorKind::kFailed;
  }
}

}  // namespace

ErrorKind KindOfTransfer(int code, long answer) {
  switch (code) {
    case CURLE_HTTP_RETURNED_ERROR: return KindOfAnswer(answer);
    case CURLE_REMOTE_FILE_NOT_FOUND:
    case CURLE_FILE_COULDNT_READ_FILE:
    case CURLE_TFTP_NOTFOUND: return ErrorKind::kMissing;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH: return ErrorKind::kUntrusted;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return ErrorKind::kUnavailable;
    default: return ErrorKind::kFailed;
  }
}

}  // namespace rootstream
