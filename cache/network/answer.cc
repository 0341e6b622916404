#include "cache/network/answer.h"

#include <curl/curl.h>
#include <strings.h>

#include <algorithm>

namespace rootstream {

std::optional<ErrorKind> MeaningOfHttp(int status) {
  switch (status) {
    case 200:
    case 206:
      return std::nullopt;
    case 401:
    case 403:
    case 451:
      return ErrorKind::kRefused;
    case 407:
    case 408:
    case 425:
    case 429:
      return ErrorKind::kUnavailable;
    case 416:
      return ErrorKind::kCorrupt;
    default:
      return status >= 400 && status < 500 ? ErrorKind::kMissing : ErrorKind::kUnavailable;
  }
}

ErrorKind MeaningOfCurl(int code) {
  switch (code) {
    case CURLE_FILE_COULDNT_READ_FILE:
    case CURLE_REMOTE_FILE_NOT_FOUND:
    case CURLE_TFTP_NOTFOUND:
      return ErrorKind::kMissing;
    case CURLE_LOGIN_DENIED:
    case CURLE_REMOTE_ACCESS_DENIED:
    case CURLE_TFTP_PERM:
      return ErrorKind::kRefused;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return ErrorKind::kInvalid;
    case CURLE_WRITE_ERROR:
      return ErrorKind::kFailed;
    default:
      return ErrorKind::kUnavailable;
  }
}

bool LooksLikeWebPage(std::string_view beginning) {
  if (beginning.starts_with("\xef\xbb\xbf")) beginning.remove_prefix(3);  // a byte order mark
  beginning.remove_prefix(std::min(beginning.size(), beginning.find_first_not_of(" \t\r\n")));
  for (const std::string_view tag : {"<!doctype html", "<html", "<head", "<meta", "<script", "<!--"})
    if (beginning.size() >= tag.size() && strncasecmp(beginning.data(), tag.data(), tag.size()) == 0) return true;
  return false;
}

}  // namespace rootstream
