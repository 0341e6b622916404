#include "cache/network/answer.h"

#include <curl/curl.h>
#include <gtest/gtest.h>

namespace rootstream {
namespace {

TEST(MeaningOfHttp, IsOneOfFewKinds) {
  const struct {
    int status;
    std::optional<ErrorKind> meaning;
  } cases[] = {{200, std::nullopt},
               {206, std::nullopt},
               {0, ErrorKind::kUnavailable},
               {302, ErrorKind::kUnavailable},
               {401, ErrorKind::kRefused},
               {403, ErrorKind::kRefused},
               {404, ErrorKind::kMissing},
               {407, ErrorKind::kUnavailable},
               {410, ErrorKind::kMissing},
               {416, ErrorKind::kCorrupt},
               {429, ErrorKind::kUnavailable},
               {500, ErrorKind::kUnavailable},
               {503, ErrorKind::kUnavailable},
               {511, ErrorKind::kUnavailable}};
  for (const auto& c : cases) EXPECT_EQ(MeaningOfHttp(c.status), c.meaning) << c.status;
}

TEST(MeaningOfCurl, TellsWhatIsMissingFromWhatCannotBeReached) {
  EXPECT_EQ(MeaningOfCurl(CURLE_COULDNT_CONNECT), ErrorKind::kUnavailable);
  EXPECT_EQ(MeaningOfCurl(CURLE_COULDNT_RESOLVE_HOST), ErrorKind::kUnavailable);
  EXPECT_EQ(MeaningOfCurl(CURLE_TFTP_NOTFOUND), ErrorKind::kMissing);
  EXPECT_EQ(MeaningOfCurl(CURLE_REMOTE_FILE_NOT_FOUND), ErrorKind::kMissing);
  EXPECT_EQ(MeaningOfCurl(CURLE_LOGIN_DENIED), ErrorKind::kRefused);
}

TEST(LooksLikeWebPage, KnowsTheBeginningsOfHtml) {
  for (const char* page : {"<html>", "<!DOCTYPE HTML PUBLIC", " \r\n<HTML lang=en>", "\xef\xbb\xbf<!doctype html>"})
    EXPECT_TRUE(LooksLikeWebPage(page)) << page;
  for (const char* other : {"", " ", "<", "<htm", "RSPACK", "html", "<?xml version"})
    EXPECT_FALSE(LooksLikeWebPage(other)) << other;
}

}  // namespace
}  // namespace rootstream
