#include "boot/router.h"

#include <gtest/gtest.h>

#include "tests/support/test_result.h"

namespace rootstream {
namespace {

// A router advertisement (RFC 4861, 4.2) with a lifetime of 1800 s. `flags`: M is 0x80, O is 0x40.
std::string Advertisement(char flags, const std::string& options) {
  return std::string("\x86\0\0\0\x40", 5) + flags + std::string("\x07\x08\0\0\0\0\0\0\0\0", 10) + options;
}
std::string Option(char type, std::string bytes) {
  while ((bytes.size() + 2) % 8 != 0) bytes += '\0';
  return std::string{type, static_cast<char>((bytes.size() + 2) / 8)} + bytes;
}
const std::string kLifetime("\0\0\0\0\x0e\x10", 6);  // after two reserved bytes
const std::string kServer("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x53", 16);

TEST(RouterAdvertisementText, HasNameServersAndDomains) {
  const auto got = ParseRouterAdvertisement(
      Advertisement(0, Option(1, "mac...") + Option(25, kLifetime + kServer + kServer) +
                           Option(31, kLifetime + std::string("\3lab\7example\0\4site\0", 18))));
  ASSERT_TRUE(got.has_value());
  EXPECT_TRUE(got->is_router);
  EXPECT_FALSE(got->has_addresses || got->has_information);
  EXPECT_EQ(got->name_servers, (std::vector<std::string>{"2001:db8::53", "2001:db8::53"}));
  EXPECT_EQ(got->domains, (std::vector<std::string>{"lab.example", "site"}));
  EXPECT_EQ(ShellWords(*got),
            "router6='' managed6='' information6='' dns6='2001:db8::53 2001:db8::53' domain6='lab.example site'\n");
}

TEST(RouterAdvertisementText, TellsOfDhcp) {
  EXPECT_TRUE(ParseRouterAdvertisement(Advertisement('\x80', ""))->has_addresses);
  EXPECT_TRUE(ParseRouterAdvertisement(Advertisement('\x40', ""))->has_information);
}

TEST(RouterAdvertisementText, LeavesOutWhatHasEndedOrIsNoName) {
  const std::string ended(6, '\0');
  EXPECT_TRUE(ParseRouterAdvertisement(Advertisement(0, Option(25, ended + kServer)))->name_servers.empty());
  for (const std::string& names : {std::string("\3a'b\0", 5), std::string("\4a b;\0", 6),
                                   std::string("\x7f"
                                               "aa\0",
                                               4)})
    EXPECT_TRUE(ParseRouterAdvertisement(Advertisement(0, Option(31, kLifetime + names)))->domains.empty());
}

TEST(RouterAdvertisementText, MustBeWhole) {
  const std::string good = Advertisement(0, Option(25, kLifetime + kServer));
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(ParseRouterAdvertisement(good.substr(0, size)).has_value(), size == 16) << size;  // valid without options
  }
  EXPECT_FALSE(ParseRouterAdvertisement(Advertisement(0, std::string("\x19\0", 2))).has_value())
      << "an option without a length";
  EXPECT_FALSE(ParseRouterAdvertisement("\x85" + good.substr(1)).has_value()) << "a solicitation";
}

TEST(AskRouter, NeedsAnInterface) { EXPECT_TRUE(FailsWith(ErrorKind::kFailed, AskRouter("no-such-0"))); }

}  // namespace
}  // namespace rootstream
