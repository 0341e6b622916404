#include "fusefs/commands.h"

int main(int argc, char** argv) { return rootstream::RunClientCommand(argc, argv); }
