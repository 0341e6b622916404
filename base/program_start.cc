#include "base/program_start.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "base/message.h"

namespace rootstream {
namespace {

// open(2) returns the lowest free descriptor, so in this order each closed one gets its own number.
void OpenStandardFiles() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0) return;  // before /dev is there
}

// ps(1) reads the memory in which the kernel placed the arguments. The text without secrets is never longer.
void HideSecrets(char* argument) {
  const size_t size = strlen(argument);
  const std::string shown = WithoutSecretsIn({argument, size}, "");
  if (shown.size() > size) return;
  memset(argument, 0, size);
  memcpy(argument, shown.data(), shown.size());
}

}  // namespace

std::vector<char*> ArgumentPointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

void AllowManyOpenFiles() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

ProgramStart::ProgramStart(int argc, char** argv) : words_(argv, argv + argc) {
  OpenStandardFiles();
  Point();
  for (int i = 1; i < argc; ++i) HideSecrets(argv[i]);
}

void ProgramStart::InsertArgument(size_t at, std::string word) {
  words_.insert(words_.begin() + static_cast<std::ptrdiff_t>(at), std::move(word));
  Point();
}

void ProgramStart::MoveSecretsToEnvironment() {
  for (size_t i = 1, moved = 0; i < words_.size(); ++i) {
    if (WithoutSecretsIn(words_[i], "") == words_[i]) continue;
    const std::string name = "ROOTSTREAM_ARGUMENT_" + std::to_string(moved++);
    setenv(name.c_str(), words_[i].c_str(), 1);
    words_[i] = "@" + name;
  }
  Point();
}

void ProgramStart::Point() { pointers_ = ArgumentPointers(words_); }

}  // namespace rootstream
