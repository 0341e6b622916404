#include "fusefs/mount/listing_policy.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

TEST(ListingPolicy, GivesAttributesOfDirectoriesOnlyAtFirst) {
  ListingPolicy policy;
  for (uint64_t directory = 1; directory < 5000; ++directory) EXPECT_FALSE(policy.AllAttributes(directory));
}

TEST(ListingPolicy, GivesAllAfterALookAtAListedFile) {
  ListingPolicy policy;
  policy.AllAttributes(7);
  policy.AllAttributes(8);
  policy.NoteLookup(7);
  for (int i = 0; i < ListingPolicy::kFullListings; ++i) EXPECT_TRUE(policy.AllAttributes(i)) << i;
  EXPECT_FALSE(policy.AllAttributes(9)) << "and tries again after a while";
}

TEST(ListingPolicy, IsNotMovedByLooksElsewhere) {
  ListingPolicy policy;
  policy.AllAttributes(7);
  policy.NoteLookup(8);
  EXPECT_FALSE(policy.AllAttributes(9));
}

TEST(ListingPolicy, ForgetsWhatWasListedLongAgo) {
  ListingPolicy policy;
  for (uint64_t directory = 1; directory < 100; ++directory) policy.AllAttributes(directory);
  policy.NoteLookup(1);
  EXPECT_FALSE(policy.AllAttributes(100));
}

}  // namespace
}  // namespace rootstream
