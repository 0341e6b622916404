// make_hostile_images STORE: writes all images of hostile_images.h into a store, and prints their names.
#include <cstdio>

#include "tests/support/hostile_images.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  for (const auto& [name, make] : rootstream::HostileImages()) {
    rootstream::WriteHostileImage(argv[1], name);
    puts(name.c_str());
  }
  return 0;
}
