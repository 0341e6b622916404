#include "base/url_text.h"

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

TEST(UrlBelow, KeepsTheStoresQuery) {
  EXPECT_EQ(UrlBelow("http://host/s", "packs/1"), "http://host/s/packs/1");
  EXPECT_EQ(UrlBelow("http://host/s/", "packs/1"), "http://host/s/packs/1");
  EXPECT_EQ(UrlBelow("http://u:p@host/s?token=a/b", "packs/1"), "http://u:p@host/s/packs/1?token=a/b");
  EXPECT_EQ(UrlBelow("http://host?t=1#x", "refs"), "http://host/refs?t=1");
}

TEST(ServerOf, IsSchemeHostAndPort) {
  EXPECT_EQ(ServerOf("http://u:p@Host/s"), "http://host:80");
  EXPECT_EQ(ServerOf("HTTPS://host:8443?x"), "https://host:8443");
  EXPECT_EQ(ServerOf("https://[::1]/s"), "https://[::1]:443");
  EXPECT_EQ(ServerOf("file:///srv"), "");
  EXPECT_EQ(HostOf("https://u@[::1]:80/s"), "::1");
  EXPECT_EQ(HostOf("http://Host:80/s"), "host");
}

TEST(PathOfFileUrl, IsUnescaped) {
  EXPECT_EQ(PathOfFileUrl("file:///srv/a%20b%2fc"), "/srv/a b/c");
  EXPECT_EQ(PathOfFileUrl("file://localhost/srv"), "/srv");
  EXPECT_EQ(PathOfFileUrl("file:///srv/100%"), "/srv/100%");
  EXPECT_EQ(PathOfFileUrl("file:///srv/%zz?query"), "/srv/%zz");
  EXPECT_EQ(PathOfFileUrl("file://elsewhere/srv"), "");
  EXPECT_EQ(PathOfFileUrl("file:///srv/%00"), "");
}

}  // namespace
}  // namespace rootstream
