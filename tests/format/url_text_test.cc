#include "format/url_text.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

TEST(WithoutSecrets, LeavesOutUserInfoQueryAndFragment) {
  const struct {
    const char* url;
    const char* shown;
  } cases[] = {
      {"http://host/s/debian:12", "http://host/s/debian:12"},
      {"http://user:secret@host:8080/s", "http://host:8080/s"},
      {"https://user@host", "https://host"},
      {"https://user:p@ss@host/s", "https://host/s"},
      {"http://host/s?token=secret", "http://host/s"},
      {"http://host?token=a/b@c", "http://host"},
      {"http://user:secret@host/s?token=secret#secret", "http://host/s"},
      {"http://host/a@b/s", "http://host/a@b/s"},
      {"http://[2001:db8::1]:80/a@b", "http://[2001:db8::1]:80/a@b"},
      {"file:///srv/store/debian", "file:///srv/store/debian"},
      {"tftp://user:secret@10.0.2.2/vmlinuz", "tftp://10.0.2.2/vmlinuz"},
      {"/srv/a?b@c", "/srv/a?b@c"},
      {"", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(WithoutSecrets(c.url), c.shown);
}

TEST(WithoutSecrets, HidesAPasswordThatShouldHaveBeenEscaped) {
  for (const char* url : {"http://user:sec/ret@host/s", "http://user:sec?ret@host/s", "http://user:sec#ret@host/s"})
    EXPECT_EQ(WithoutSecrets(url), "http://host/s");
}

}  // namespace
}  // namespace rootstream
