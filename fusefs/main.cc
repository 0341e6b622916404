#include "base/program_start.h"
#include "fusefs/commands/verbs.h"

int main(int argc, char** argv) {
  rootstream::ProgramStart start(argc, argv);
  return rootstream::RunClientCommand(start);
}
