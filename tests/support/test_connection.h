// A connection to the kernel's FUSE, as poll(2) sees one: a pipe's writing end, which tells of an error once the
// reading end is gone.
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
