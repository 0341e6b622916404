#include "format/bytes.h"

#include <gtest/gtest.h>

#include <vector>

namespace rootstream {
namespace {

const std::vector<uint64_t> kValues = {0,
                                       1,
                                       0x7f,
                                       0x80,
                                       0x3fff,
                                       0x4000,
                                       0xffffffff,
                                       0x1'0000'0000,
                                       uint64_t{1} << 62,
                                       uint64_t{1} << 63,
                                       UINT64_MAX - 1,
                                       UINT64_MAX};

TEST(BytesVarint, RoundTrips) {
  for (const uint64_t value : kValues) {
    Encoder out;
    out.Varint(value);
    Decoder in(out.bytes());
    EXPECT_EQ(in.Varint(), value);
    EXPECT_TRUE(in.AtEnd()) << value;
  }
}

TEST(BytesVarint, IsLittleEndianBase128) {
  Encoder out;
  out.Varint(300);
  EXPECT_EQ(out.bytes(), "\xac\x02");
}

TEST(BytesVarint, RefusesMoreThan64Bits) {
  Decoder eleven_bytes(std::string_view("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11));
  eleven_bytes.Varint();
  EXPECT_FALSE(eleven_bytes.ok());
  Decoder bit_64(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10));
  bit_64.Varint();
  EXPECT_FALSE(bit_64.ok());
}

TEST(BytesVarint, RefusesPadding) {
  for (const std::string_view padded : {std::string_view("\x80\x00", 2), std::string_view("\xff\x80\x00", 3)}) {
    Decoder in(padded);
    in.Varint();
    EXPECT_FALSE(in.ok());
  }
}

TEST(BytesVarint, RefusesTruncation) {
  Encoder out;
  out.Varint(UINT64_MAX);
  for (size_t size = 0; size < out.bytes().size(); ++size) {
    Decoder in(std::string_view(out.bytes()).substr(0, size));
    in.Varint();
    EXPECT_FALSE(in.ok()) << size;
  }
}

TEST(BytesZigzag, RoundTripsExtremes) {
  for (const int64_t value :
       {int64_t{0}, int64_t{-1}, int64_t{1}, INT64_MIN, INT64_MAX, INT64_MIN + 1, int64_t{-64}, int64_t{63}}) {
    Encoder out;
    out.Zigzag(value);
    Decoder in(out.bytes());
    EXPECT_EQ(in.Zigzag(), value);
    EXPECT_TRUE(in.AtEnd());
  }
}

TEST(BytesZigzag, KeepsSmallMagnitudesShort) {
  Encoder out;
  out.Zigzag(-64);
  EXPECT_EQ(out.bytes().size(), 1u);
}

TEST(BytesFixed, AreLittleEndian) {
  Encoder out;
  out.U8(0x01);
  out.U32(0x05040302);
  out.U64(0x0d0c0b0a09080706);
  EXPECT_EQ(out.bytes(), std::string_view("\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd", 13));
  Decoder in(out.bytes());
  EXPECT_EQ(in.U8(), 0x01);
  EXPECT_EQ(in.U32(), 0x05040302u);
  EXPECT_EQ(in.U64(), 0x0d0c0b0a09080706u);
  EXPECT_TRUE(in.AtEnd());
}

TEST(BytesStrings, RoundTripWithAnyByte) {
  const std::string bytes("a\0\xff z", 5);
  Encoder out;
  out.Bytes(bytes);
  out.Bytes("");
  Decoder in(out.bytes());
  EXPECT_EQ(in.Bytes(5), bytes);
  EXPECT_EQ(in.Bytes(0), "");
  EXPECT_TRUE(in.AtEnd());
}

TEST(BytesStrings, AreHeldAgainstTheLimit) {
  Encoder out;
  out.Bytes("12345");
  Decoder in(out.bytes());
  EXPECT_EQ(in.Bytes(4), "");
  EXPECT_FALSE(in.ok());
}

TEST(BytesStrings, LengthBeyondTheEndFails) {
  Encoder out;
  out.Varint(UINT64_MAX);
  Decoder in(out.bytes());
  EXPECT_EQ(in.Bytes(SIZE_MAX), "");
  EXPECT_FALSE(in.ok());
}

TEST(BytesCount, IsHeldAgainstTheLimit) {
  Encoder out;
  out.Varint(7);
  out.Varint(8);
  Decoder in(out.bytes());
  EXPECT_EQ(in.Count(7), 7u);
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.Count(7), 0u);
  EXPECT_FALSE(in.ok());
}

TEST(BytesDecoder, StaysFailed) {
  Decoder in("abcdefgh");
  in.Raw(9);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.U8(), 0);
  EXPECT_EQ(in.U64(), 0u);
  EXPECT_EQ(in.Raw(1), "");
  EXPECT_EQ(in.remaining(), 0u);
  EXPECT_FALSE(in.ok());
  EXPECT_FALSE(in.AtEnd());
}

TEST(BytesDecoder, IsNotAtEndBeforeTheLastByte) {
  Decoder in("ab");
  in.U8();
  EXPECT_FALSE(in.AtEnd());
  in.U8();
  EXPECT_TRUE(in.AtEnd());
}

}  // namespace
}  // namespace rootstream
