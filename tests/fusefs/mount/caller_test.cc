#include "fusefs/mount/caller.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace rootstream {
namespace {

std::string StatusWith(const std::string& pending, const std::string& shared, const std::string& caught,
                       const std::string& tracer = "0") {
  return "Name:\tSigPnd:\nState:\tD (disk sleep)\nTracerPid:\t" + tracer + "\nSigQ:\t1/96364\nSigPnd:\t" + pending +
         "\nShdPnd:\t" + shared + "\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nSigCgt:\t" + caught +
         "\nCapInh:\t0000000000000000\n";
}

const std::string kNone = "0000000000000000";
const std::string kKill = "0000000000000100";   // 9
const std::string kAlarm = "0000000000002000";  // 14
const std::string kQuit = "0000000000000004";   // 3

TEST(IsBeingKilled, ByAPendingSigkillOfTheThread) {
  EXPECT_TRUE(IsBeingKilled(StatusWith(kKill, kNone, kNone)));
  EXPECT_FALSE(IsBeingKilled(StatusWith(kNone, kNone, kNone)));
  EXPECT_FALSE(IsBeingKilled(StatusWith(kAlarm, kAlarm, kAlarm)));
}

TEST(IsBeingKilled, ByASignalThatDumpsCoreUnlessItIsCaughtOrDebugged) {
  EXPECT_TRUE(IsBeingKilled(StatusWith(kNone, kQuit, kNone)));
  EXPECT_TRUE(IsBeingKilled(StatusWith(kQuit, kNone, kNone)));
  EXPECT_FALSE(IsBeingKilled(StatusWith(kNone, kQuit, kQuit)));
  EXPECT_FALSE(IsBeingKilled(StatusWith(kNone, kQuit, kNone, "77")));
}

TEST(IsBeingKilled, NotByTextThatIsNoStatus) {
  for (const char* text : {"", "SigPnd:", "SigPnd:\n", "SigPnd:\tzz\n", "\n\n\n", "Name:\tx"})
    EXPECT_FALSE(IsBeingKilled(text)) << text;
}

TEST(Callers, AThreadThatIsGoneIsBeingKilled) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(Callers().IsBeingKilled(child));
}

TEST(Callers, OneThatLivesOrIsUnknownIsNot) {
  EXPECT_FALSE(Callers().IsBeingKilled(getpid()));
  EXPECT_FALSE(Callers().IsBeingKilled(0));  // a process of another PID namespace
}

}  // namespace
}  // namespace rootstream
