#include "format/id.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

TEST(Sha256Of, MatchesTheStandard) {
  EXPECT_EQ(Sha256("").Hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256("abc").Hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256OfPieces, IsThatOfTheWhole) {
  const std::string whole(1000, 'x');
  Sha256Stream stream;
  for (size_t at = 0; at < whole.size(); at += 7) stream.Update(std::string_view(whole).substr(at, 7));
  EXPECT_EQ(stream.Finish(), Sha256(whole));
  stream.Update("abc");
  EXPECT_EQ(stream.Finish(), Sha256("abc")) << "Finish() starts over";
}

TEST(IdHex, RoundTrips) {
  const Id id = Sha256("x");
  EXPECT_EQ(IdFromHex(id.Hex()), id);
  EXPECT_EQ(IdFromBytes(id.view()), id);
  EXPECT_EQ(Hex(std::string_view("\x00\x9f\xff", 3)), "009fff");
}

TEST(IdHex, RefusesAllOtherForms) {
  const std::string good = Sha256("x").Hex();
  std::string upper = good;
  for (char& c : upper) c = static_cast<char>(toupper(c));
  std::string odd = good;
  odd[10] = 'g';
  for (const std::string& bad :
       {std::string(), good.substr(1), good + "0", upper, odd, good.substr(0, 63) + " ", "0x" + good.substr(2)})
    EXPECT_FALSE(IdFromHex(bad).has_value()) << bad;
}

}  // namespace
}  // namespace rootstream
