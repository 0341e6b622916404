#include <exception>

#include "base/program_start.h"
#include "fusefs/commands/commands.h"

int main(int argc, char** argv) {
  rootstream::ProgramStart start(argc, argv);
  try {
    return rootstream::RunClientCommand(start);
  } catch (const std::exception& error) {  // of a library; errors of ours are values
    return rootstream::ReportFailure(rootstream::Failed(error.what()));
  }
}
