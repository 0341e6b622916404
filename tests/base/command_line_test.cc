#include "base/command_line.h"

#include <gtest/gtest.h>

#include "base/program_start.h"

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
