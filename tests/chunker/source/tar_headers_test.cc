#include "chunker/source/tar_headers.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/test_tar.h"

namespace rootstream {
namespace {

TarHeaders::Notes NotesOf(const std::string& bytes) {
  TarHeaders headers;
  headers.Read(bytes);
  return headers.Take(0, bytes.size());
}

TarHeaders::Notes NotesOfPax(const std::string& key, const std::string& value, char type = 'x') {
  return NotesOf(TarBytes(std::vector<TarMember>{{"pax", type, PaxRecord(key, value)}, {"a", '0', "x"}}));
}

// `block` with `field` written at `offset` and a matching checksum, followed by the end of the archive.
std::string Header(size_t offset, const std::string& field, std::string block) {
  block.replace(offset, field.size(), field);
  block.replace(148, 8, 8, ' ');
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  char text[8];
  std::snprintf(text, sizeof text, "%06o", sum);
  return block.replace(148, 7, std::string(text, 7)) + TarEnd();
}
std::string Header(size_t offset, const std::string& field, char type = '0') {
  return Header(offset, field, TarMemberBytes({"a", type}));
}

TEST(TarHeaders, FindNothingInAnOrdinaryTar) {
  const TarHeaders::Notes notes = NotesOf(TarBytes(std::vector<TarMember>{
      {"pax", 'x', PaxRecord("mtime", "12.5") + PaxRecord("uid", "70000") + PaxRecord("size", "700")},
      {"a", '0', std::string(700, 'x')},
      {"d/", '5'},
      {"b", '1', "", "a"}}));
  EXPECT_EQ(notes.fault, "");
  EXPECT_FALSE(notes.negative_zero_time);
}

TEST(TarHeaders, FindPaxNumbersThatAreNone) {
  for (const char* time : {"abc", "", "1.5.5", "12x", "1.x", "-", "99999999999999999999"})
    EXPECT_EQ(NotesOfPax("mtime", time).fault, "its time is no number") << time;
  for (const char* key : {"uid", "gid", "size", "SCHILY.devmajor", "GNU.sparse.realsize"})
    for (const char* number : {"x", "", "-1", "1.5", "0x10", "4611686018427387905", "99999999999999999999"})
      EXPECT_NE(NotesOfPax(key, number).fault, "") << key << " " << number;
  EXPECT_NE(NotesOfPax("uid", "4294967296").fault, "");
  EXPECT_EQ(NotesOfPax("uid", "4294967294").fault, "");
}

TEST(TarHeaders, FindHeaderNumbersThatAreNone) {
  EXPECT_EQ(NotesOf(Header(136, "zzz")).fault, "its time is no number");
  EXPECT_EQ(NotesOf(Header(108, "9999999")).fault, "its owner is no number");
  EXPECT_EQ(NotesOf(Header(329, "-000001", '3')).fault, "its device number is no number");
  EXPECT_EQ(NotesOf(Header(136, std::string("\x80\1\0\0\0\0\0\0\0\0\0\0", 12))).fault, "its time is no number");
  EXPECT_EQ(NotesOf(Header(136, std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe", 12))).fault, "");
  EXPECT_EQ(NotesOf(Header(136, std::string(12, '\0'))).fault, "") << "left out";
}

TEST(TarHeaders, APaxTimeTakesTheHeadersPlace) {
  std::string bytes = TarMemberBytes({"pax", 'x', PaxRecord("mtime", "5")}) + Header(136, "zzz");
  EXPECT_EQ(NotesOf(bytes).fault, "");
}

TEST(TarHeaders, FindPaxHeadersForAllEntries) {
  EXPECT_NE(NotesOfPax("uid", "5", 'g').fault, "");
  EXPECT_EQ(NotesOfPax("comment", "a commit", 'g').fault, "");
}

TEST(TarHeaders, FindDamagedPaxHeaders) {
  for (const char* text : {"5 a=b\n", "x a=b\n", "99 a=b\n", "-1 a=b\n", "6 a=b"})
    EXPECT_NE(NotesOf(TarBytes(std::vector<TarMember>{{"pax", 'x', text}, {"a"}})).fault, "") << text;
}

TEST(TarHeaders, FindTimesBetweenMinusOneAndZero) {
  for (const char* time : {"-0.5", "-0.0001", "-00.5"})
    EXPECT_TRUE(NotesOfPax("mtime", time).negative_zero_time) << time;
  for (const char* time : {"-1.5", "0.5", "0"}) EXPECT_FALSE(NotesOfPax("mtime", time).negative_zero_time) << time;
}

// A sparse file in GNU tar's own format (tar(5), "GNU tar archives") with a stored size of 8. The header has a map of
// up to four pairs, offset and size in octal, and the full size of the file.
std::string SparseFile(const std::vector<std::pair<std::string, std::string>>& map, const std::string& size,
                       const std::string& more = "") {
  std::string fields((4 * 24), '\0');
  for (size_t i = 0; i < map.size(); ++i) {
    fields.replace(i * 24, map[i].first.size(), map[i].first);
    fields.replace(i * 24 + 12, map[i].second.size(), map[i].second);
  }
  fields.push_back(more.empty() ? '\0' : '\1');
  std::string header = Header(386, fields + size, 'S').substr(0, kTarBlock);
  header = Header(124, "00000000010", header).substr(0, kTarBlock);
  return header + more + std::string("content!").append(kTarBlock - 8, '\0') + TarEnd();
}

TEST(TarHeaders, TakeSparseFilesThatAreWhole) {
  EXPECT_EQ(NotesOf(SparseFile({{"1000", "4"}, {"2000", "4"}, {"4000", "0"}}, "4000")).fault, "");
  std::string more(kTarBlock, '\0');
  more.replace(0, 4, "3000").replace(12, 1, "4");
  EXPECT_EQ(NotesOf(SparseFile({{"1000", "1"}, {"1001", "1"}, {"1002", "1"}, {"1003", "1"}}, "4000", more)).fault, "");
  EXPECT_EQ(NotesOfPax("GNU.sparse.map", "5,1,9,0").fault, "its sparse map goes past its size") << "which is unknown";
  EXPECT_EQ(NotesOf(TarBytes(std::vector<TarMember>{
                        {"pax", 'x', PaxRecord("GNU.sparse.map", "5,1,9,0") + PaxRecord("GNU.sparse.size", "9")},
                        {"a", '0', "x"}}))
                .fault,
            "");
}

TEST(TarHeaders, FindSparseMapsThatAreNone) {
  using Map = std::vector<std::pair<std::string, std::string>>;
  const std::pair<Map, std::string> cases[] = {{{{"zzz", "10"}}, "4000"},                 // not a number
                                               {{{"2000", "4"}, {"1000", "4"}}, "4000"},  // not in order
                                               {{{"1000", "4"}, {"1002", "4"}}, "4000"},  // overlapping
                                               {{{"3774", "10"}}, "4000"},                // past the end
                                               {{{"1000", "4"}}, "4000"},                 // less than the stored size
                                               {{{"1000", "20"}}, "4000"},                // more than the stored size
                                               {{{"1000", "10"}}, "7"}};
  for (const auto& [map, size] : cases)
    EXPECT_NE(NotesOf(SparseFile(map, size)).fault, "") << map[0].first << " " << size;
  EXPECT_NE(NotesOf(SparseFile({{"0", "4"}}, "4000", std::string(kTarBlock, 'z'))).fault, "")
      << "a block of it is none";
  EXPECT_NE(NotesOf(SparseFile({{"0", "10"}}, "4000", std::string(kTarBlock, '\0'))).fault, "")
      << "it ends, and goes on";
  for (const char* map :
       {"", "1", "1,2,3", "1,1,", "9,1,5,1", "5,2,6,1", "a,1", "1,99999999999999999999", "-1,1", "1,-1"}) {
    const std::string pax = PaxRecord("GNU.sparse.size", "100") + PaxRecord("GNU.sparse.map", map);
    EXPECT_NE(NotesOf(TarBytes(std::vector<TarMember>{{"pax", 'x', pax}, {"a", '0', "x"}})).fault, "") << map;
  }
}

TEST(TarHeaders, GiveEachEntryItsOwn) {
  const std::string first = TarMemberBytes({"pax", 'x', PaxRecord("mtime", "abc")}) + TarMemberBytes({"a", '0', "x"});
  const std::string bytes = first + TarMemberBytes({"b", '0', "y"}) + TarEnd();
  TarHeaders headers;
  headers.Read(bytes);
  EXPECT_NE(headers.Take(0, first.size()).fault, "");
  EXPECT_EQ(headers.Take(first.size(), bytes.size()).fault, "");
}

TEST(TarHeaders, KnowWhatLiesBehindTheEnd) {
  const std::string bytes = TarBytes(std::vector<TarMember>{{"a", '0', "x"}});
  const std::pair<std::string, bool> cases[] = {{std::string(20'000, '\0'), false}, {bytes, true}};
  for (const auto& [more, expected] : cases) {
    TarHeaders headers;
    headers.Read(bytes + more);
    EXPECT_EQ(headers.has_more(), expected);
  }
}

TEST(TarHeaders, SeeTheSameInPiecesOfAnySize) {
  const std::string bytes = TarBytes(std::vector<TarMember>{{"a", '0', std::string(3000, '\0')},
                                                            {"l", '1', "", "a"},
                                                            {"pax", 'x', PaxRecord("mtime", "-0.5")},
                                                            {"b", '0', "x"}});
  for (const size_t size : {1, 7, 511, 512, 513, 100'000}) {
    TarHeaders headers;
    for (size_t at = 0; at < bytes.size(); at += size) headers.Read(std::string_view(bytes).substr(at, size));
    EXPECT_TRUE(headers.Take(0, bytes.size()).negative_zero_time) << size;
  }
}

TEST(LooksLikeTarHeader, WhateverByteIsDamaged) {
  const std::string header = TarMemberBytes({"name", '0', "", "", 0644, 1'700'000'000});
  for (size_t at = 0; at < header.size(); ++at) {
    if (at == 155) continue;  // the byte after the checksum's end, which is not checked
    std::string damaged = header;
    damaged[at] ^= 0x41;
    EXPECT_FALSE(IsTarHeader(damaged)) << at;
    EXPECT_TRUE(LooksLikeTarHeader(damaged)) << at;
  }
}

}  // namespace
}  // namespace rootstream
