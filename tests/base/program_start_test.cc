#include "base/program_start.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace rootstream {
namespace {

TEST(ProgramStart, KeepsTheArgumentsAndHidesTheirSecrets) {
  char program[] = "rootstream", verb[] = "ls", url[] = "http://u:secret@h/tree?token=x", path[] = "/a@b";
  char* argv[] = {program, verb, url, path, nullptr};
  ProgramStart start(4, argv);
  ASSERT_EQ(start.argc(), 4);
  EXPECT_STREQ(start.argv()[2], "http://u:secret@h/tree?token=x");
  EXPECT_EQ(start.argv()[4], nullptr);
  EXPECT_STREQ(url, "http://h/tree");
  EXPECT_EQ(std::string(url, sizeof url).find("secret"), std::string::npos);
  EXPECT_STREQ(path, "/a@b");
  EXPECT_STREQ(program, "rootstream");
  start.InsertArgument(1, "mount");
  EXPECT_STREQ(start.argv()[1], "mount");
  EXPECT_STREQ(start.argv()[2], "ls");
  EXPECT_EQ(start.argv()[5], nullptr);
}

TEST(ProgramStart, GivesSecretsToAScriptByItsEnvironment) {
  char program[] = "rootstream", verb[] = "boot", url[] = "http://u:secret@h/tree", word[] = "quiet";
  char* argv[] = {program, verb, url, word, nullptr};
  ProgramStart start(4, argv);
  start.MoveSecretsToEnvironment();
  EXPECT_STREQ(start.argv()[1], "boot");
  EXPECT_STREQ(start.argv()[2], "@ROOTSTREAM_ARGUMENT_0");
  EXPECT_STREQ(start.argv()[3], "quiet");
  EXPECT_STREQ(getenv("ROOTSTREAM_ARGUMENT_0"), "http://u:secret@h/tree");
  unsetenv("ROOTSTREAM_ARGUMENT_0");
}

TEST(ProgramStartDeathTest, OpensStandardFilesThatAreClosed) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto begin = [] {
    close(0);
    close(1);
    char program[] = "rootstream";
    char* argv[] = {program, nullptr};
    const ProgramStart start(1, argv);
    struct stat in, out;
    const bool both = fstat(0, &in) == 0 && fstat(1, &out) == 0 && S_ISCHR(in.st_mode) && S_ISCHR(out.st_mode);
    _exit(both ? 3 : 4);
  };
  EXPECT_EXIT(begin(), ::testing::ExitedWithCode(3), "");
}

}  // namespace
}  // namespace rootstream
