#include "server-tools/expiry.h"

#include <gtest/gtest.h>

#include "tests/support/memory_store.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

constexpr int64_t kIssued = 1'000'000'000, kDay = 86'400;

class ExpiryTest : public ::testing::Test {
 protected:
  void Put(const std::string& name, int64_t expires) {
    const RefBody body{.image = {name, "1"},
                       .serial = 1,
                       .issued = kIssued,
                       .expires = expires,
                       .manifest = Manifest{.root = {Sha256("root"), Sha256("pack"), 16, 10, 20}}.Encode()};
    contents_.objects["images/" + name + "/1"] = {SignRef(body, {}).Encode()};
  }
  std::vector<std::string> WarningsAfter(int64_t seconds) { return ExpiryWarnings(store_, kIssued + seconds); }

  MemoryStore::Contents contents_;
  const Store store_{std::make_unique<MemoryStore>(contents_)};
};

TEST_F(ExpiryTest, IsToldWhenAThirdIsLeft) {
  Put("short", kIssued + 30 * kDay);
  Put("ever", 0);
  EXPECT_TRUE(WarningsAfter(0).empty());
  EXPECT_TRUE(WarningsAfter(20 * kDay).empty());
  const auto soon = WarningsAfter(20 * kDay + 3600);
  ASSERT_EQ(soon.size(), 1u);
  EXPECT_EQ(soon[0].rfind("image short:1: expires in 9 days, on 2001-10-09 01:46:40 UTC; ", 0), 0u) << soon[0];
  EXPECT_NE(WarningsAfter(29 * kDay)[0].find("in 24 hours"), std::string::npos);
  EXPECT_EQ(WarningsAfter(33 * kDay)[0].rfind("image short:1: expired 3 days ago, and clients refuse it; ", 0), 0u);
}

TEST_F(ExpiryTest, WhatCannotBeReadIsNotTold) {
  contents_.objects["images/damaged/1"] = {"x"};
  EXPECT_TRUE(WarningsAfter(0).empty());
  contents_.fault = [](const auto&, const auto&) { return Failed("no answer"); };
  EXPECT_TRUE(WarningsAfter(0).empty());
}

}  // namespace
}  // namespace rootstream
