#include "chunker/source/inode_record.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

TEST(InodeRecordDecode, RoundTrips) {
  InodeRecord record;
  record.inode = {.mode = 0100644,
                  .uid = 1,
                  .gid = 2,
                  .mtime_seconds = -5,
                  .mtime_nanoseconds = 6,
                  .size = 7,
                  .device_major = 8,
                  .device_minor = 9};
  record.target = "target";
  record.xattrs = {{"user.a", "b"}};
  record.extents = {{0, 1, 2}, {4096, 5, uint64_t{1} << 62}};
  Encoder out;
  record.EncodeTo(out);
  Decoder in(out.bytes());
  const InodeRecord decoded = InodeRecord::Decode(in);
  EXPECT_TRUE(in.AtEnd());
  EXPECT_EQ(decoded.inode, record.inode);
  EXPECT_EQ(decoded.target, record.target);
  EXPECT_EQ(decoded.xattrs, record.xattrs);
  EXPECT_EQ(decoded.extents, record.extents);
}

}  // namespace
}  // namespace rootstream
