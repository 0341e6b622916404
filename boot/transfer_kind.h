// What the end of a transfer means, as a kind of error.
#pragma once

#include "format/result.h"

namespace rootstream {

// `code`: of libcurl (CURLcode), not CURLE_OK. `answer`: the last response code, of HTTP or FTP, 0 if there was none.
// kMissing: the server said that there is no such file. kUnavailable: nobody answered, or not now, or not to the end.
// kUntrusted: the other side is not who it should be. kFailed: the rest; another try would end the same.
ErrorKind KindOfTransfer(int code, long answer);

}  // namespace rootstream
