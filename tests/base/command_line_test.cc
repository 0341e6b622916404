// Covers: base/settings_arguments.cc.
#include "base/command_line.h"

#include <gtest/gtest.h>

#include "base/program_start.h"
#include "tests/support/test_files.h"

namespace rootstream {
namespace {

// Runs a program with one verb, "do", whose options `add` adds. Returns the exit code, which is 0 only if the verb ran.
int RunWith(std::vector<std::string> arguments, const std::function<void(Verb&)>& add) {
  arguments.insert(arguments.begin(), {"program", "do"});
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  ProgramStart start(static_cast<int>(arguments.size()), pointers.data());
  bool ran = false;
  CommandLine verbs("for a test", "program");
  Verb verb = verbs.Add("do", "what is tested", [&] {
    ran = true;
    return 0;
  });
  add(verb);
  const int code = verbs.Main(start);
  EXPECT_EQ(ran, code == 0);
  return code;
}

TEST(CommandLine, NumbersAreWholeDecimalAndInRange) {
  const auto run = [](const char* text, uint64_t& number) {
    return RunWith({"--number", text}, [&](Verb& verb) { verb.NumberOption("--number", "N", number, 1, 22, ""); });
  };
  for (const char* good : {"1", "22", "7"}) {
    uint64_t number = 0;
    EXPECT_EQ(run(good, number), 0) << good;
    EXPECT_EQ(std::to_string(number), good);
  }
  for (const char* bad : {"0", "23", "07", "+7", "-7", " 7", "7 ", "7.0", "0x7", "", "x", "18446744073709551617"}) {
    uint64_t number = 5;
    EXPECT_EQ(run(bad, number), 2) << bad;
  }
}

TEST(CommandLine, OrderedOptionsComeInTheOrderOfTheArguments) {
  std::string order;
  const auto add = [&](Verb& verb) {
    for (const char* name : {"--one", "--two"})
      verb.OrderedOption(
          name, "X", [&order, name](const std::string& value) { order += name + value + " "; }, "");
  };
  EXPECT_EQ(RunWith({"--two", "a", "--one", "b", "--two=c", "--one", "", "--two", "a b"}, add), 0);
  EXPECT_EQ(order, "--twoa --oneb --twoc --one --twoa b ");
}

TEST(CommandLine, RefusesEmptyValuesOfOptionsButNotOfText) {
  std::string option, text;
  std::vector<std::string> many;
  const auto add = [&](Verb& verb) {
    verb.Option("--option", "FILE", option).TextOption("--text", "TEXT", text);
    verb.RepeatableOption("--many", "FILE", many, "");
  };
  EXPECT_EQ(RunWith({"--option", ""}, add), 2);
  EXPECT_EQ(RunWith({"--option="}, add), 2);
  EXPECT_EQ(RunWith({"--many", "a", "--many", ""}, add), 2);
  EXPECT_EQ(RunWith({"--text", ""}, add), 0);
}

TEST(CommandLine, RepeatableOptionsTakeOneValueEach) {
  std::vector<std::string> many, rest;
  const auto add = [&](Verb& verb) { verb.RepeatableOption("--many", "FILE", many, "").Arguments("REST", rest); };
  EXPECT_EQ(RunWith({"--many", "a", "b", "--many", "c"}, add), 0);
  EXPECT_EQ(many, (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(rest, (std::vector<std::string>{"b"}));
}

TEST(CommandLine, TakesWhatFollowsTwoDashesAsArguments) {
  std::vector<std::string> many, rest;
  const auto add = [&](Verb& verb) { verb.RepeatableOption("--many", "FILE", many, "").Arguments("REST", rest); };
  EXPECT_EQ(RunWith({"--many", "a", "--", "x", "--many", "-y"}, add), 0);
  EXPECT_EQ(many, (std::vector<std::string>{"a"}));
  EXPECT_EQ(rest, (std::vector<std::string>{"x", "--many", "-y"}));
}

class SettingsFileTest : public ::testing::Test {
 protected:
  // Runs "do" with a settings file of this text.
  int Run(const std::string& text, std::vector<std::string> arguments = {}) {
    WriteTestFile(folder_ / "file", text);
    arguments.insert(arguments.begin(), {"program", "do", "--config", folder_ / "file"});
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    ProgramStart start(static_cast<int>(arguments.size()), pointers.data());
    CommandLine verbs("for a test", "program");
    Verb verb = verbs.Add("do", "what is tested", [] { return 0; });
    verb.Argument("FROM", from_).Argument("TO", to_).NumberOption("--level", "N", level_, 1, 9, "");
    verb.RepeatableOption("--many", "X", many_, "").Flag("--flag", flag_, "");
    verbs.TakeSettingsFile(verb, {"from", "to"});
    testing::internal::CaptureStderr();
    const int code = verbs.Main(start);
    error_ = testing::internal::GetCapturedStderr();
    return code;
  }
  TempFolder folder_;
  std::string from_, to_, error_;
  std::vector<std::string> many_;
  uint64_t level_ = 5;
  bool flag_ = false;
};

TEST_F(SettingsFileTest, HoldsOptionsAndArguments) {
  EXPECT_EQ(Run("to = b\nmany = --x\nmany = y z\nlevel = 7\nflag = yes\nfrom = a\n"), 0) << error_;
  EXPECT_EQ(from_ + to_, "ab");
  EXPECT_EQ(many_, (std::vector<std::string>{"--x", "y z"}));
  EXPECT_EQ(level_, 7u);
  EXPECT_TRUE(flag_);
}

TEST_F(SettingsFileTest, WhatIsGivenBesideItCounts) {
  EXPECT_EQ(Run("from = a\nto = b\nlevel = 7\nmany = x\nflag = no\n", {"--level", "8", "--many", "y"}), 0) << error_;
  EXPECT_EQ(level_, 8u);
  EXPECT_EQ(many_, (std::vector<std::string>{"x", "y"}));
  EXPECT_FALSE(flag_);
  EXPECT_EQ(Run("from = a\n", {"b"}), 0) << "an argument that the file does not have: " << error_;
  EXPECT_EQ(to_, "b");
}

TEST_F(SettingsFileTest, NamesTheLineThatIsWrong) {
  for (const auto& [text, error] : std::vector<std::pair<std::string, std::string>>{
           {"from = a\nto = b\nlevle = 3\n",
            "file: line 3: there is no setting 'levle', but from, to, level, many, flag"},
           {"from = a\nto = b\nflag = on\n", "file: line 3: flag is yes or no"},
           {"from = a\nto = b\nconfig = x\n", "file: line 3: there is no setting 'config'"},
           {"from = a\nto = b\nfrom = c\n", "file: line 3: from is given twice"},
           {"from = a\nto = b\nlevel = 3\nlevel = 4\n", "file: line 4: level is given twice"},
           {"[section]\nfrom = a\n", "file: line 2: there are no sections here"},
           {"from\n", "file: line 1: 'from' is not KEY = VALUE"},
           {"from = a\nto = b\nlevel = 70\n", "70 is not from 1 to 9"},
           {"from = a\n", "TO is required"},
       }) {
    EXPECT_EQ(Run(text), 2) << text;
    EXPECT_NE(error_.find(error), std::string::npos) << error_;
    EXPECT_EQ(std::count(error_.begin(), error_.end(), '\n'), 1) << error_;
  }
}

TEST(CommandLine, FailsWithoutWhatIsRequired) {
  std::string argument, option;
  const auto add = [&](Verb& verb) { verb.Argument("WHAT", argument).RequiredOption("--option", "FILE", option); };
  EXPECT_EQ(RunWith({"x"}, add), 2);
  EXPECT_EQ(RunWith({"--option", "y"}, add), 2);
  EXPECT_EQ(RunWith({"x", "--option", "y"}, add), 0);
}

TEST(CommandLine, TheHelpOfAVerbIsItsOwn) {
  std::vector<std::string> arguments = {"program", "group", "do", "--help"};
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  ProgramStart start(static_cast<int>(arguments.size()), pointers.data());
  CommandLine verbs("for a test", "program");
  verbs.SetFooter("end of the program's help");
  const Verb group = verbs.AddGroup("group", "what is tested").Footer("end of the group's help");
  verbs.AddTo(group, "do", "what is tested", [] { return 0; });
  testing::internal::CaptureStdout();
  EXPECT_EQ(verbs.Main(start), 0);
  const std::string help = testing::internal::GetCapturedStdout();
  EXPECT_NE(help.find("group do"), std::string::npos) << help;
  EXPECT_EQ(help.find("end of the"), std::string::npos) << help;
}

TEST(CommandLine, AnswersWrongUsageAndExceptionsWithExitCodes) {
  const auto run = [](const CommandLine::Run& what) {
    char program[] = "program", verb[] = "do";
    char* arguments[] = {program, verb, nullptr};
    ProgramStart start(2, arguments);
    CommandLine verbs("for a test", "program");
    verbs.Add("do", "", what);
    return verbs.Main(start);
  };
  EXPECT_EQ(run([]() -> int { throw UsageError{"not so"}; }), 2);
  EXPECT_EQ(run([]() -> int { throw std::bad_alloc(); }), 1);
  EXPECT_EQ(run([]() -> int { throw std::runtime_error("of a library"); }), 1);
  EXPECT_EQ(run([] { return 7; }), 7);
}

}  // namespace
}  // namespace rootstream
