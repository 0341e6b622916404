#include "chunker/source/path_filter.h"

#include <gtest/gtest.h>

#include "tests/support/test_result.h"

namespace rootstream {
namespace {

PathFilter FilterOf(const std::string& pattern) {
  PathFilter filter;
  EXPECT_TRUE(IsOk(filter.Add(pattern))) << pattern;
  return filter;
}

TEST(PathFilter, AWholePathIsHeldAgainstTheRoot) {
  for (const char* pattern : {"/proc", "/proc/", "./proc"}) {
    EXPECT_TRUE(FilterOf(pattern).Excludes("/proc")) << pattern;
    EXPECT_FALSE(FilterOf(pattern).Excludes("/usr/proc")) << pattern;
    EXPECT_FALSE(FilterOf(pattern).Excludes("/process")) << pattern;
  }
  EXPECT_TRUE(FilterOf("/var/cache/*").Excludes("/var/cache/apt"));
  EXPECT_FALSE(FilterOf("/var/cache/*").Excludes("/var/cache"));
  EXPECT_FALSE(FilterOf("/var/*").Excludes("/var/cache/apt")) << "a star ends with its name";
}

TEST(PathFilter, AnyOtherIsHeldAgainstTheEnd) {
  EXPECT_TRUE(FilterOf("*.pyc").Excludes("/a.pyc"));
  EXPECT_TRUE(FilterOf("*.pyc").Excludes("/usr/lib/a.pyc"));
  EXPECT_FALSE(FilterOf("*.pyc").Excludes("/usr/lib.pyc/a"));
  EXPECT_TRUE(FilterOf("apt/archives").Excludes("/var/cache/apt/archives"));
  EXPECT_TRUE(FilterOf("apt/archives").Excludes("/apt/archives"));
  EXPECT_FALSE(FilterOf("apt/archives").Excludes("/archives"));
  EXPECT_FALSE(FilterOf("apt/archives").Excludes("/var/apt"));
}

TEST(PathFilter, KnowsTheFoldersAbove) {
  EXPECT_TRUE(FilterOf("/srv").ExcludesWithin("/srv/store"));
  EXPECT_TRUE(FilterOf("srv").ExcludesWithin("/a/srv/store/b"));
  EXPECT_TRUE(FilterOf("/srv/store").ExcludesWithin("/srv/store"));
  EXPECT_FALSE(FilterOf("/srv/store/x").ExcludesWithin("/srv/store"));
}

TEST(PathFilter, RefusesWhatMatchesNothing) {
  PathFilter filter;
  for (const char* pattern : {"", "/", "..", "/a/../b", "a//b", ".", "//"})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, filter.Add(pattern))) << pattern;
  EXPECT_TRUE(filter.empty());
}

}  // namespace
}  // namespace rootstream
