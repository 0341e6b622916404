#include "format/image_name.h"

#include <gtest/gtest.h>

#include "tests/support/test_result.h"

namespace rootstream {
namespace {

TEST(ImageNameParse, TakesNamesAndTags) {
  const struct {
    const char* text;
    ImageName image;
  } cases[] = {
      {"debian", {"debian", "latest"}}, {"debian:12", {"debian", "12"}}, {"0.a_b-c:1.2_3-4", {"0.a_b-c", "1.2_3-4"}}};
  for (const auto& c : cases) {
    const auto image = ParseImageName(c.text);
    ASSERT_TRUE(IsOk(image)) << c.text;
    EXPECT_EQ(*image, c.image);
  }
  EXPECT_TRUE(IsOk(ParseImageName(std::string(128, 'a') + ":" + std::string(128, 'b'))));
}

TEST(ImageNameParse, RefusesAllElse) {
  for (const std::string& text :
       {std::string(), std::string(":12"), std::string("debian:"), std::string("Debian"), std::string("a:b:c"),
        std::string("a/b"), std::string("."), std::string(".."), std::string("-a"), std::string("_a"),
        std::string("a b"), std::string("a\n"), std::string("a\0b", 3), std::string("a:.b"), std::string("\xc3\xa9"),
        std::string(129, 'a'), "a:" + std::string(129, 'b')})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, ParseImageName(text))) << text;
}

TEST(ImageNamePaths, AreBelowTheStore) {
  EXPECT_EQ((ImageName{"debian", "12"}.RefPath()), "images/debian/12");
  EXPECT_EQ((ImageName{"debian", "12"}.ToString()), "debian:12");
}

TEST(ImageUrlParse, SplitsStoreAndImage) {
  const struct {
    const char* url;
    const char* store;
    const char* image;
  } cases[] = {
      {"http://host/debian", "http://host", "debian:latest"},
      {"http://host:8080/debian:12", "http://host:8080", "debian:12"},
      {"https://host/a/b/store/debian:12", "https://host/a/b/store", "debian:12"},
      {"http://host/store//debian", "http://host/store", "debian:latest"},
      {"http://host/s/debian:12?token=a/b:c", "http://host/s?token=a/b:c", "debian:12"},
      {"file:///srv/store/debian:12", "file:///srv/store", "debian:12"},
      {"http://[::1]:80/s/debian", "http://[::1]:80/s", "debian:latest"},
      {"http://user:secret@host/s/debian", "http://user:secret@host/s", "debian:latest"},
  };
  for (const auto& c : cases) {
    const auto url = ParseImageUrl(c.url);
    ASSERT_TRUE(IsOk(url)) << c.url;
    EXPECT_EQ(url->store, c.store);
    EXPECT_EQ(url->image.ToString(), c.image);
  }
}

TEST(ImageUrlShown, HasNoSecrets) {
  for (const char* text : {"http://user:secret@host/s/debian", "http://host/s/debian?token=secret"}) {
    const auto url = ParseImageUrl(text);
    ASSERT_TRUE(IsOk(url));
    EXPECT_EQ(url->ToString(), "http://host/s/debian:latest");
  }
  const auto refused = ParseImageUrl("http://user:secret@host/BAD?token=secret");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message.find("secret"), std::string::npos) << refused.error().message;
}

TEST(ImageUrlParse, RefusesAllElse) {
  for (const char* url : {"", "debian:12", "/srv/store/debian", "ftp://host/debian", "http:/host/debian", "http://",
                          "http://host", "http://host/", "http://host/store/", "http://host/store/Debian",
                          "http://host/store/debian:", "http://host/?debian", "http://host/store/..", "HTTP//x",
                          "http:///x", "http:///store/x", "https:////x"})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, ParseImageUrl(url))) << url;
}

TEST(LayersUrlParse, KnowsStoreAndImagesTheLowestFirst) {
  const auto one = ParseLayersUrl("http://host/s/debian?token=x,y");
  ASSERT_TRUE(IsOk(one));
  EXPECT_EQ(one->store, "http://host/s?token=x,y");
  EXPECT_EQ(one->ToString(), "http://host/s/debian:latest");
  const auto three = ParseLayersUrl("http://u:secret@host/a,b/debian:12,site,room.1:7?token=secret");
  ASSERT_TRUE(IsOk(three));
  ASSERT_EQ(three->images.size(), 3U);
  EXPECT_EQ(three->Layer(1).ToString(), "http://host/a,b/site:latest");
  EXPECT_EQ(three->Layer(2).store, "http://u:secret@host/a,b?token=secret");
  EXPECT_EQ(three->ToString(), "http://host/a,b/debian:12,site:latest,room.1:7");
}

TEST(LayersUrlParse, RefusesAllElse) {
  for (const char* url :
       {"http://host/s/a,", "http://host/s/,a", "http://host/s/a,,b", "http://host/s/a,a:latest", "http://host/s/a,B",
        "http://host/s/a,http://host/s/b", "debian:12,site", "http://host/s/a,b,c,d,e,f,g,h,i"})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, ParseLayersUrl(url))) << url;
  EXPECT_TRUE(IsOk(ParseLayersUrl("http://host/s/a,b,c,d,e,f,g,h")));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, ParseImageUrl("http://host/s/a,b")));
}

TEST(StoreUrl, IsKnownByItsScheme) {
  EXPECT_TRUE(IsStoreUrl("http://x"));
  EXPECT_TRUE(IsStoreUrl("https://x"));
  EXPECT_TRUE(IsStoreUrl("file:///x"));
  EXPECT_FALSE(IsStoreUrl("/x"));
  EXPECT_FALSE(IsStoreUrl("httpx://x"));
  EXPECT_FALSE(IsStoreUrl(""));
}

}  // namespace
}  // namespace rootstream
