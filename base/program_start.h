// ProgramStart: what every program of the project does first. Used before there are threads.
//
// * It opens standard files that are closed, as /dev/null. Otherwise the next file would get the descriptor of a
//   standard file, and the first message would overwrite it.
// * It copies the arguments, and removes secrets of URLs from the original, which ps(1) shows.
#pragma once

#include <string>
#include <vector>

namespace rootstream {

// The words as argv for execve(2), with the null pointer at the end. Valid as long as the words are.
std::vector<char*> ArgumentPointers(std::vector<std::string>& words);

// Raises the limit of open files as far as the process may: a walk has an open folder for each level of a tree.
void AllowManyOpenFiles();

class ProgramStart {  // the first object of main()
 public:
  ProgramStart(int argc, char** argv);
  ProgramStart(const ProgramStart&) = delete;

  int argc() const { return static_cast<int>(words_.size()); }
  char** argv() { return pointers_.data(); }  // the copy; ends with a null pointer
  void InsertArgument(size_t at, std::string word);
  // Prepares the arguments for a script, which cannot hide them from ps(1). Arguments with secrets are moved to the
  // environment variables ROOTSTREAM_ARGUMENT_N, which other users cannot read, and replaced by
  // "@ROOTSTREAM_ARGUMENT_N".
  void MoveSecretsToEnvironment();

 private:
  void Point();
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

}  // namespace rootstream
