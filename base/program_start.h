// What every executable of the project does before anything else, so that nothing later has to think of it. Used before
// there are threads.
//
// * A standard file that is closed becomes /dev/null: the next file that is opened would take its number, and be
//   written over by the first message.
// * What a URL among the arguments holds for nobody's eyes is taken out of what ps(1) shows of this process; the
//   program goes on with the copy.
#pragma once

#include <string>
#include <vector>

namespace rootstream {

// To be the first object of main().
class ProgramStart {
 public:
  ProgramStart(int argc, char** argv);
  ProgramStart(const ProgramStart&) = delete;

  int argc() const { return static_cast<int>(words_.size()); }
  char** argv() { return pointers_.data(); }  // of the copy; ends with a null pointer
  void InsertArgument(size_t at, std::string word);
  // For a script that is run with them: it cannot take words out of what ps(1) shows, so those with secrets go to
  // it in the environment, which nobody else may read. In their place stands @ROOTSTREAM_ARGUMENT_N.
  void MoveSecretsToEnvironment();

 private:
  void Point();
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

}  // namespace rootstream
