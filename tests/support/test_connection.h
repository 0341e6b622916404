// Looks to poll(2) like a connection to the kernel's FUSE: the write end of a pipe, which reports an error once the
// read end is closed.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "base/file_io.h"

namespace rootstream {

struct TestConnection {
  TestConnection() {
    std::array<int, 2> ends;
    EXPECT_EQ(pipe(ends.data()), 0);
    other = UniqueFd(ends[0]);
    device = UniqueFd(ends[1]);
  }
  UniqueFd other, device;
};

}  // namespace rootstream
