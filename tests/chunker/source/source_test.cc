// Covers: chunker/source/file_content.cc, chunker/source/folder_source.cc, chunker/source/folder_walk.cc,
// chunker/source/gunzip.cc, chunker/source/open_source.cc,
// chunker/source/raw_source.cc, chunker/source/tar_entry.cc, chunker/source/tar_source.cc,
// chunker/source/tar_stream.cc.
#include "chunker/source/source.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/file_io.h"
#include "chunker/source/file_content.h"
#include "format/posix_acl.h"
#include "tests/support/test_store.h"
#include "tests/support/test_tar.h"

namespace rootstream {
namespace {

struct Drained {
  SourceEntry entry;
  std::string content;
};

// All entries of a source by path; the path of the root is "".
Result<std::map<std::string, Drained>> Drain(Result<std::unique_ptr<Source>> source) {
  if (!source.ok()) return source.error();
  std::map<std::string, Drained> all;
  std::vector<std::string> open;
  while (true) {
    const auto next = (*source)->Next();
    if (!next.ok()) return next.error();
    if (!next->has_value()) return all;
    const SourceEntry* const entry = &**next;
    EXPECT_LE(entry->depth, open.size());
    open.resize(entry->depth);
    open.push_back(entry->name);
    std::string path;
    for (size_t i = 1; i < open.size(); ++i) path += (i > 1 ? "/" : "") + open[i];
    Drained drained{*entry, {}};
    if (S_ISREG(entry->inode.mode)) {
      drained.content.resize(entry->inode.size);
      RS_CHECK((*source)->ReadContent([&](uint64_t offset, std::string_view bytes) {
        EXPECT_LE(offset + bytes.size(), drained.content.size());
        drained.content.replace(offset, bytes.size(), bytes);
        return Ok();
      }));
    }
    EXPECT_TRUE(all.emplace(path, std::move(drained)).second) << path << " came twice";
  }
}

class TarSourceTest : public ::testing::Test {
 protected:
  Result<std::map<std::string, Drained>> DrainTar(const std::string& bytes) {
    WriteTestFile(folder_ / "a.tar", bytes);
    return Drain(OpenTarSource(folder_ / "a.tar"));
  }
  Result<std::map<std::string, Drained>> DrainTar(const std::vector<TarMember>& members) {
    return DrainTar(TarBytes(members));
  }
  TempFolder folder_;
};

TEST_F(TarSourceTest, GivesWhatTheArchiveHolds) {
  const auto all = DrainTar({{"b", '0', "bb"}, {"a/", '5', "", "", 0700}, {"a/l", '2', "", "to"}});
  ASSERT_TRUE(IsOk(all));
  ASSERT_EQ(all->size(), 4u);
  EXPECT_EQ(all->at("b").content, "bb");
  EXPECT_EQ(all->at("b").entry.inode.mode, S_IFREG | 0644u);
  EXPECT_EQ(all->at("a").entry.inode.mode, S_IFDIR | 0700u);
  EXPECT_EQ(all->at("a/l").entry.target, "to");
  EXPECT_EQ(all->at("b").entry.inode.mtime_seconds, 1000);
}

TEST_F(TarSourceTest, NamesWithDotsAndSlashesAreOneTree) {
  const auto all = DrainTar({{"./a", '0', "1"}, {"/b//c", '0', "2"}, {"./", '5', "", "", 0711}});
  ASSERT_TRUE(IsOk(all));
  EXPECT_EQ(all->size(), 4u);
  EXPECT_EQ(all->at("a").content, "1");
  EXPECT_EQ(all->at("b/c").content, "2");
  EXPECT_EQ(all->at("").entry.inode.mode, S_IFDIR | 0711u);
  EXPECT_EQ(all->at("b").entry.inode.mode, S_IFDIR | 0755u) << "named by its contents only";
}

TEST_F(TarSourceTest, TheLaterOfTwoEntriesCounts) {
  const auto all = DrainTar({{"a", '0', "old"}, {"a", '0', "newer"}, {"d", '0', "x"}, {"d", '2', "", "to"}});
  ASSERT_TRUE(IsOk(all));
  EXPECT_EQ(all->at("a").content, "newer");
  EXPECT_TRUE(S_ISLNK(all->at("d").entry.inode.mode));
}

TEST_F(TarSourceTest, HardLinksAreOneInode) {
  const auto all = DrainTar({{"a", '0', "x"}, {"b", '1', "", "a"}, {"c", '1', "", "./b"}, {"d", '0', "x"}});
  ASSERT_TRUE(IsOk(all));
  EXPECT_NE(all->at("a").entry.link_group, 0u);
  EXPECT_EQ(all->at("a").entry.link_group, all->at("b").entry.link_group);
  EXPECT_EQ(all->at("a").entry.link_group, all->at("c").entry.link_group);
  EXPECT_EQ(all->at("d").entry.link_group, 0u);
  EXPECT_EQ(all->at("b").content, "x");
}

TEST_F(TarSourceTest, ALaterEntryLeavesOtherNamesOfTheInodeAlone) {
  const auto all = DrainTar({{"a", '0', "old"}, {"b", '1', "", "a"}, {"a", '0', "new"}, {"c", '1', "", "a"}});
  ASSERT_TRUE(IsOk(all));
  EXPECT_EQ(all->at("a").content, "new");
  EXPECT_EQ(all->at("b").content, "old");
  EXPECT_EQ(all->at("c").content, "new");
  EXPECT_EQ(all->at("a").entry.link_group, all->at("c").entry.link_group);
  EXPECT_EQ(all->at("b").entry.link_group, 0u) << "its inode has one name left";
}

TEST_F(TarSourceTest, EntriesThroughASymlinkedFolderLandWhereItLeads) {
  const auto all = DrainTar({{"usr/lib/a", '0', "a"},
                             {"lib", '2', "", "usr/lib"},
                             {"lib/b", '0', "b"},
                             {"hard", '1', "", "lib/b"},
                             {"run", '2', "", "/usr/../usr/run"},
                             {"run/c", '0', "c"},
                             {"lib", '2', "", "elsewhere"}});
  ASSERT_TRUE(IsOk(all));
  EXPECT_EQ(all->at("usr/lib/b").content, "b");
  EXPECT_EQ(all->at("hard").content, "b");
  EXPECT_EQ(all->at("usr/run/c").content, "c");
  EXPECT_EQ(all->at("lib").entry.target, "elsewhere");
  EXPECT_FALSE(all->contains("lib/b"));
}

// As GNU tar does without --keep-directory-symlink.
TEST_F(TarSourceTest, ADirectoryTakesTheSymlinksPlace) {
  const auto all = DrainTar({{"usr/lib/a", '0', "a"}, {"lib", '2', "", "usr/lib"}, {"lib/", '5'}, {"lib/b", '0', "b"}});
  ASSERT_TRUE(IsOk(all));
  EXPECT_EQ(all->at("lib/b").content, "b");
  EXPECT_FALSE(all->contains("usr/lib/b"));
}

TEST_F(TarSourceTest, SymlinksThatLeadInACircleAreRefused) {
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, DrainTar({{"a", '2', "", "b"}, {"b", '2', "", "a"}, {"a/c", '0', "x"}})));
}

TEST_F(TarSourceTest, RefusesAHardLinkToADirectory) {
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, DrainTar({{"d/", '5'}, {"e", '1', "", "d"}})));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, DrainTar({{"d/f", '0'}, {"e", '1', "", "d"}})));
}

TEST_F(TarSourceTest, TheRootIsADirectoryAndMayBeLeftOut) {
  for (const char type : {'0', '2', '3', '6'})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, DrainTar({{".", type, "", "/etc"}}))) << type;
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, DrainTar({{"a", '0', "x"}, {"./", '1', "", "a"}})));
  EXPECT_TRUE(S_ISDIR(DrainTar({{"a", '0', "x"}})->at("").entry.inode.mode));
}

TEST_F(TarSourceTest, AnEmptyTarIsAnEmptyTree) {
  for (const size_t size : {1024, 10'240}) {
    const auto all = DrainTar(std::string(size, '\0'));
    ASSERT_TRUE(IsOk(all));
    ASSERT_EQ(all->size(), 1u);
    EXPECT_TRUE(S_ISDIR(all->at("").entry.inode.mode));
  }
}

TEST_F(TarSourceTest, AnEmptyCompressedTarIsAnEmptyTree) {
  WriteTestFile(folder_ / "plain.tar", std::string(10'240, '\0'));
  for (const char* program : {"gzip", "xz", "zstd", "bzip2"}) {
    if (!HasProgram(program)) continue;
    ASSERT_EQ(RunCommand(std::string(program) + " -c < " + folder_ / "plain.tar" + " > " + folder_ / "packed"), 0);
    const auto all = DrainTar(ReadTestFile(folder_ / "packed"));
    ASSERT_TRUE(IsOk(all)) << program;
    EXPECT_EQ(all->size(), 1u) << program;
  }
}

TEST_F(TarSourceTest, ADamagedByteOfCompressedDataIsAnErrorNeverOtherContents) {
  const std::string content = std::string(3000, 'x') + RandomBytes(3000, 1);
  WriteTestFile(folder_ / "plain.tar", TarBytes(std::vector<TarMember>{{"a", '0', content}}));
  for (const char* program : {"gzip", "xz", "zstd", "bzip2"}) {
    if (!HasProgram(program)) continue;
    ASSERT_EQ(RunCommand(std::string(program) + " -c < " + folder_ / "plain.tar" + " > " + folder_ / "packed"), 0);
    const std::string bytes = ReadTestFile(folder_ / "packed");
    for (size_t at = 0; at < bytes.size(); at += kEachByte + bytes.size() / 300) {
      std::string damaged = bytes;
      damaged[at] ^= 0x10;
      const auto all = DrainTar(damaged);
      if (!all.ok()) continue;
      ASSERT_TRUE(all->contains("a")) << program << " " << at;
      EXPECT_EQ(all->at("a").content, content) << program << " " << at;
    }
  }
}

TEST_F(TarSourceTest, GzipOfSeveralMembersIsReadWhole) {
  if (!HasProgram("gzip")) GTEST_SKIP() << "no gzip";
  const std::string tar = TarBytes(std::vector<TarMember>{{"a", '0', RandomBytes(700'000, 1)}, {"b", '0', "b"}});
  WriteTestFile(folder_ / "1", tar.substr(0, 300'000));
  WriteTestFile(folder_ / "2", tar.substr(300'000));
  ASSERT_EQ(RunCommand("cd " + folder_.path() + " && (gzip -c 1; gzip -c 2) > a.tar.gz"), 0);
  const auto all = DrainTar(ReadTestFile(folder_ / "a.tar.gz"));
  ASSERT_TRUE(IsOk(all));
  EXPECT_EQ(all->at("a").content, RandomBytes(700'000, 1));
  EXPECT_EQ(all->at("b").content, "b");
}

TEST_F(TarSourceTest, AnAclsUserIsTakenByItsNumberOrRefusedByName) {
  const auto with = [&](const std::string& acl) {
    return DrainTar({{"pax", 'x', PaxRecord("SCHILY.acl.access", acl)}, {"a", '0', "x"}});
  };
  const std::string rest = ",group::r--,mask::r--,other::r--";
  const auto all = with("user::rw-,user:nobody-knows-me:r--:4711" + rest);
  ASSERT_TRUE(IsOk(all));
  ASSERT_EQ(all->at("a").entry.xattrs.size(), 1u);
  const auto acl = DecodeAcl(all->at("a").entry.xattrs[0].value);
  ASSERT_TRUE(acl.has_value());
  EXPECT_NE(std::find(acl->begin(), acl->end(), AclEntry{kAclUser, 4, 4711}), acl->end());
  const auto refused = with("user::rw-,user:nobody-knows-me:r--" + rest);
  ASSERT_TRUE(FailsWith(ErrorKind::kInvalid, refused));
  EXPECT_NE(refused.error().message.find("entry 'a'"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("nobody-knows-me"), std::string::npos) << refused.error().message;
}

TEST_F(TarSourceTest, NumbersThatNoFileCanHaveAreRefusedByName) {
  const std::pair<const char*, const char*> cases[] = {{"uid", "4294967296"},
                                                       {"gid", "-5"},
                                                       {"mtime", "soon"},
                                                       {"size", "4611686018427387905"},
                                                       {"SCHILY.devmajor", "99999999999"}};
  for (const auto& [key, value] : cases) {
    const auto all = DrainTar({{"pax", 'x', PaxRecord(key, value)}, {"a", key[0] == 'S' ? '3' : '0'}});
    ASSERT_TRUE(FailsWith(ErrorKind::kInvalid, all)) << key;
    EXPECT_NE(all.error().message.find("entry 'a'"), std::string::npos) << all.error().message;
  }
}

TEST_F(TarSourceTest, WhiteoutsAndWhatLiesBehindTheEndAreTold) {
  std::vector<std::string> told;
  SourceOptions options;
  options.tell = [&](const std::string& line) { told.push_back(line); };
  const std::string tar = TarBytes(std::vector<TarMember>{{"a", '0'}, {"d/.wh.b", '0'}, {"d/.wh..wh..opq", '0'}});
  WriteTestFile(folder_ / "layer.tar", tar + tar);
  EXPECT_TRUE(IsOk(OpenTarSource(folder_ / "layer.tar", options)));
  ASSERT_EQ(told.size(), 2u);
  EXPECT_NE(told[0].find("behind its end mark"), std::string::npos);
  EXPECT_NE(told[1].find("2 names begin with .wh."), std::string::npos);
}

TEST_F(TarSourceTest, ContainersArchivesAreNamedAndRefused) {
  const auto docker = DrainTar({{"manifest.json", '0', R"([{"Config":"c.json","Layers":["l/layer.tar"]}])"}});
  ASSERT_TRUE(FailsWith(ErrorKind::kInvalid, docker));
  EXPECT_NE(docker.error().message.find("docker archive"), std::string::npos);
  const auto oci = DrainTar({{"oci-layout", '0', "{}"}, {"index.json", '0', "{}"}});
  ASSERT_TRUE(FailsWith(ErrorKind::kInvalid, oci));
  EXPECT_NE(oci.error().message.find("OCI"), std::string::npos);
  EXPECT_TRUE(IsOk(DrainTar({{"manifest.json", '0', R"({"name":"an app"})"}})));
}

TEST_F(TarSourceTest, LeavesOutWhatIsExcluded) {
  SourceOptions options;
  ASSERT_TRUE(IsOk(options.excluded.Add("/d")));
  ASSERT_TRUE(IsOk(options.excluded.Add("*.pyc")));
  WriteTestFile(folder_ / "a.tar", TarBytes(std::vector<TarMember>{
                                       {"d/x", '0', "x"}, {"e/d", '1', "", "d/x"}, {"e/a.pyc", '0'}, {"e/a.py", '0'}}));
  const auto all = Drain(OpenTarSource(folder_ / "a.tar", options));
  ASSERT_TRUE(IsOk(all));
  std::vector<std::string> paths;
  for (const auto& [path, drained] : *all) paths.push_back(path);
  EXPECT_EQ(paths, (std::vector<std::string>{"", "e", "e/a.py", "e/d"}));
  EXPECT_EQ(all->at("e/d").content, "x") << "another name of it stays";
}

TEST_F(TarSourceTest, ConcatenatedByTarItIsOneTree) {
  WriteTestFile(folder_ / "1/a", "a");
  WriteTestFile(folder_ / "2/b", "b");
  ASSERT_EQ(
      RunCommand("cd " + folder_.path() + " && tar -C 1 -cf 1.tar a && tar -C 2 -cf 2.tar b && tar -Af 1.tar 2.tar"),
      0);
  const auto all = Drain(OpenTarSource(folder_ / "1.tar"));
  ASSERT_TRUE(IsOk(all));
  EXPECT_EQ(all->at("a").content, "a");
  EXPECT_EQ(all->at("b").content, "b");
}

TEST_F(TarSourceTest, RefusesAHardLinkToNothing) {
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, DrainTar({{"b", '1', "", "missing"}})));
}

TEST_F(TarSourceTest, AHardLinkToItselfIsHarmless) {
  EXPECT_TRUE(IsOk(DrainTar({{"b", '0', "x"}, {"b", '1', "", "b"}})));
}

TEST_F(TarSourceTest, RefusesEntriesThatLeaveTheTree) {
  for (const char* name : {"../a", "a/../../b", "a/..", ".."})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, DrainTar({{name, '0', "x"}}))) << name;
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, DrainTar({{"a", '0', "x"}, {"b", '1', "", "../a"}})));
}

TEST_F(TarSourceTest, RefusesAFileWithEntriesBelowIt) {
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, DrainTar({{"a", '0', "x"}, {"a/b", '0', "y"}})));
}

TEST_F(TarSourceTest, WhatIsNoTarIsMissing) {
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, DrainTar(std::string("hello"))));
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, DrainTar(std::string())));
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, DrainTar(RandomBytes(4096, 1))));
}

TEST_F(TarSourceTest, TruncatedAnywhereIsAnErrorNeverAnImage) {
  const std::string bytes = TarBytes(
      std::vector<TarMember>{{"a", '0', RandomBytes(700, 1)}, {"d/", '5'}, {"d/b", '0', "b"}, {"l", '2', "", "x"}});
  const size_t end = bytes.size() - TarEnd().size();
  for (size_t size = 0; size < end + 512; size += kEachByte)
    EXPECT_FALSE(DrainTar(bytes.substr(0, size)).ok()) << size << " of " << bytes.size();
  EXPECT_TRUE(IsOk(DrainTar(bytes)));
}

TEST_F(TarSourceTest, CompressedAndTruncatedAnywhereIsAnErrorOrAllOfIt) {
  WriteTestFile(folder_ / "plain.tar",
                TarBytes(std::vector<TarMember>{{"a", '0', RandomBytes(3000, 1)}, {"z", '0', "z"}}));
  for (const char* program : {"gzip", "xz", "zstd", "bzip2"}) {
    if (!HasProgram(program)) continue;
    ASSERT_EQ(RunCommand(std::string(program) + " -c < " + folder_ / "plain.tar" + " > " + folder_ / "packed"), 0);
    const std::string bytes = ReadTestFile(folder_ / "packed");
    const auto whole = DrainTar(bytes);
    ASSERT_TRUE(IsOk(whole)) << program;
    EXPECT_EQ(whole->size(), 3u);
    for (size_t size = 0; size < bytes.size(); size += kEachByte + size / 100) {
      const auto part = DrainTar(bytes.substr(0, size));
      if (part.ok()) {
        EXPECT_EQ(part->at("a").content, whole->at("a").content) << program;
      }
      if (part.ok()) {
        EXPECT_TRUE(part->contains("z")) << program << " " << size;
      }
    }
  }
}

TEST_F(TarSourceTest, DamagedHeadersAreErrorsOrOtherTrees) {
  const std::string bytes =
      TarBytes(std::vector<TarMember>{{"pax", 'x', PaxRecord("mtime", "-0.5") + PaxRecord("SCHILY.xattr.user.a", "b")},
                                      {"a", '0', "content"},
                                      {"b", '1', "", "a"},
                                      {"l", '2', "", "x"}});
  for (size_t at = 0; at < bytes.size(); at += kEachByte) {
    std::string damaged = bytes;
    damaged[at] ^= 0x41;
    (void)DrainTar(damaged);  // must return, with any result
  }
  EXPECT_TRUE(IsOk(DrainTar(bytes)));
}

// GNU tar's sparse format 1.0, which has the map in the content, before the data.
TEST_F(TarSourceTest, ASparseFileIsInOrderOrRefused) {
  const auto with = [&](const std::string& map) {
    std::string content = map;
    content.resize(512, '\0');
    const std::string pax = PaxRecord("GNU.sparse.major", "1") + PaxRecord("GNU.sparse.minor", "0") +
                            PaxRecord("GNU.sparse.name", "a") + PaxRecord("GNU.sparse.realsize", "9000");
    return DrainTar({{"pax", 'x', pax}, {"GNUSparseFile.1/a", '0', content + "xyz"}});
  };
  const auto all = with("2\n5000\n2\n8000\n1\n");
  ASSERT_TRUE(IsOk(all));
  EXPECT_EQ(all->at("a").content.substr(5000, 2), "xy");
  EXPECT_EQ(all->at("a").content.substr(8000, 1), "z");
  for (const char* map :
       {"2\n5000\n2\n4000\n1\n", "2\n5000\n2\n5001\n1\n", "1\n8999\n3\n", "1\n18446744073709551000\n3\n"})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, with(map))) << map;
}

TEST_F(TarSourceTest, PaxTimesBefore1970HaveTheirSign) {
  const struct {
    const char* text;
    int64_t seconds;
    uint32_t nanoseconds;
  } cases[] = {{"-0.5", -1, 500'000'000},         {"-0.999999999", -1, 1},
               {"-1.5", -2, 500'000'000},         {"-1", -1, 0},
               {"-1.000000001", -2, 999'999'999}, {"-0.000000001", -1, 999'999'999},
               {"0.5", 0, 500'000'000},           {"0", 0, 0},
               {"1.25", 1, 250'000'000},          {"-2000000000.75", -2000000001, 250'000'000}};
  for (const auto& c : cases) {
    const auto all = DrainTar({{"pax", 'x', PaxRecord("mtime", c.text)}, {"a", '0', "x"}, {"b", '0', "y"}});
    ASSERT_TRUE(IsOk(all)) << c.text;
    EXPECT_EQ(all->at("a").entry.inode.mtime_seconds, c.seconds) << c.text;
    EXPECT_EQ(all->at("a").entry.inode.mtime_nanoseconds, c.nanoseconds) << c.text;
    EXPECT_EQ(all->at("b").entry.inode.mtime_seconds, 1000) << c.text;
  }
}

// Text that looks like a time before 1970, but is part of a file or of an attribute.
TEST_F(TarSourceTest, TextThatLooksLikeATimeIsNone) {
  const std::string text = "19 mtime=-0.5\n";
  std::string filler;
  for (int i = 0; i < 100; ++i) filler += text;
  for (const std::string& content : {text, filler, std::string(511 - 10, 'x') + " mtime=-0.5"}) {
    const auto all = DrainTar({{"a", '0', content},
                               {"pax", 'x', PaxRecord("mtime", "0.5")},
                               {"b", '0', content},
                               {"pax", 'x', PaxRecord("mtime", "0.25")},
                               {"c", '5'}});
    ASSERT_TRUE(IsOk(all));
    EXPECT_EQ(all->at("b").entry.inode.mtime_seconds, 0);
    EXPECT_EQ(all->at("b").entry.inode.mtime_nanoseconds, 500'000'000u);
    EXPECT_EQ(all->at("c").entry.inode.mtime_seconds, 0);
    EXPECT_EQ(all->at("c").entry.inode.mtime_nanoseconds, 250'000'000u);
  }
  const auto all = DrainTar(
      {{"pax", 'x', PaxRecord("mtime", "7.5") + PaxRecord("SCHILY.xattr.user.a", " mtime=-0.5")}, {"a", '0', "x"}});
  ASSERT_TRUE(IsOk(all));
  EXPECT_EQ(all->at("a").entry.inode.mtime_seconds, 7);
}

// The tree of tests/support/test_store.h, and GNU tar's archives of it.
class FolderAndTar : public ::testing::Test {
 protected:
  void SetUp() override { MakeRichTree(folder_ / "tree"); }

  void ExpectSame(const std::string& tar) {
    const auto folder = Drain(OpenFolderSource(folder_ / "tree"));
    const auto archive = Drain(OpenTarSource(tar));
    ASSERT_TRUE(IsOk(folder));
    ASSERT_TRUE(IsOk(archive));
    ASSERT_EQ(folder->size(), archive->size());
    for (const auto& [path, one] : *folder) {
      ASSERT_TRUE(archive->contains(path)) << path;
      const Drained& other = archive->at(path);
      EXPECT_EQ(one.content, other.content) << path;
      EXPECT_EQ(one.entry.target, other.entry.target) << path;
      EXPECT_EQ(one.entry.xattrs, other.entry.xattrs) << path;
      EXPECT_EQ(one.entry.link_group != 0, other.entry.link_group != 0) << path;
      Inode a = one.entry.inode, b = other.entry.inode;
      EXPECT_EQ(a.mode, b.mode) << path;
      EXPECT_EQ(a.uid, b.uid) << path;
      EXPECT_EQ(a.size, b.size) << path;
      EXPECT_EQ(a.mtime_seconds, b.mtime_seconds) << path;
      EXPECT_EQ(a.mtime_nanoseconds, b.mtime_nanoseconds) << path;
      EXPECT_EQ(a.device_major, b.device_major) << path;
      EXPECT_EQ(a.device_minor, b.device_minor) << path;
    }
  }

  TempFolder folder_;
};

TEST_F(FolderAndTar, AreTheSameEntries) {
  ASSERT_EQ(RunCommand("tar --format=posix --xattrs --xattrs-include='*' --acls -C " + folder_ / "tree" + " -cf " +
                       folder_ / "tree.tar ."),
            0);
  ExpectSame(folder_ / "tree.tar");
}

TEST_F(FolderAndTar, AreTheSameEntriesWithSparseFiles) {
  ASSERT_EQ(RunCommand("tar --format=posix --sparse --xattrs --xattrs-include='*' -C " + folder_ / "tree" + " -czf " +
                       folder_ / "tree.tgz ."),
            0);
  ExpectSame(folder_ / "tree.tgz");
}

TEST_F(FolderAndTar, TimesAround1970AreTheSame) {
  const std::vector<std::pair<int64_t, long>> times = {
      {-1, 1}, {-1, 0}, {-1, 500'000'000}, {-1, 999'999'999},      {-2, 999'999'999}, {-2, 1},
      {0, 0},  {0, 1},  {0, 999'999'999},  {-100'000, 123'456'789}};
  std::filesystem::remove_all(folder_ / "tree");
  for (size_t i = 0; i < times.size(); ++i) {
    const std::string path = folder_ / "tree/" + std::to_string(i);
    WriteTestFile(path, "x");
    SetTime(path, times[i].first, times[i].second);
  }
  ASSERT_EQ(RunCommand("tar --format=posix -C " + folder_ / "tree" + " -cf " + folder_ / "tree.tar ."), 0);
  ExpectSame(folder_ / "tree.tar");
}

TEST(RawSource, IsADirectoryWithOneFile) {
  const TempFolder folder;
  const std::string disk = RandomBytes(4096, 1) + std::string(8192, '\0') + RandomBytes(512, 2);
  WriteTestFile(folder / "disk.img", disk);
  const auto all = Drain(OpenSource(folder / "disk.img"));
  ASSERT_TRUE(IsOk(all));
  ASSERT_EQ(all->size(), 2u);
  EXPECT_TRUE(S_ISDIR(all->at("").entry.inode.mode));
  EXPECT_EQ(all->at("disk.img").content, disk);
}

TEST(OpenSourceOf, ADiskImageIsSaidToBeTakenAsOne) {
  const TempFolder folder;
  std::vector<std::string> told;
  SourceOptions options;
  options.tell = [&](const std::string& line) { told.push_back(line); };
  std::string disk = RandomBytes(4096, 1);
  WriteTestFile(folder / "a.img", disk);
  WriteTestFile(folder / "b.img", disk.replace(1080, 2, "\x53\xef"));
  EXPECT_TRUE(IsOk(OpenSource(folder / "a.img", options)));
  EXPECT_TRUE(IsOk(OpenSource(folder / "b.img", options)));
  ASSERT_EQ(told.size(), 2u);
  EXPECT_NE(told[0].find("taken as a disk image"), std::string::npos);
  EXPECT_NE(told[1].find("taken as a disk image with an ext2, ext3 or ext4 file system"), std::string::npos);
}

TEST(OpenSourceOf, ADamagedTarIsNoDisk) {
  const TempFolder folder;
  const std::string tar = TarBytes(std::vector<TarMember>{{"a", '0', RandomBytes(700, 1)}, {"b", '0', "b"}});
  for (size_t at = 0; at < 512; at += kEachByte) {
    if (at == 155) continue;  // the byte after the checksum's end, which is not checked
    std::string damaged = tar;
    damaged[at] ^= 0x41;
    WriteTestFile(folder / "a.tar", damaged);
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, OpenSource(folder / "a.tar"))) << at;
  }
}

TEST(OpenSourceOf, RefusesFoldersOfPackedLayers) {
  const TempFolder folder;
  WriteTestFile(folder / "oci/oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  WriteTestFile(folder / "oci/index.json", "{}");
  WriteTestFile(folder / "docker/manifest.json", R"([{"Config":"c.json","Layers":["l.tar"]}])");
  WriteTestFile(folder / "app/manifest.json", R"({"name":"an app"})");
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, OpenSource(folder / "oci")));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, OpenSource(folder / "docker")));
  EXPECT_TRUE(IsOk(OpenSource(folder / "app")));
}

TEST(OpenSourceOf, RefusesWhatIsKnownToBeSomethingElse) {
  const TempFolder folder;
  const std::pair<const char*, const char*> cases[] = {
      {"hsqs", "squashfs"}, {"070701", "cpio"}, {"PK\x03\x04", "zip"}, {"QFI\xfb", "qcow2"}};
  for (const auto& [magic, name] : cases) {
    WriteTestFile(folder / "a", magic + std::string(8192 - std::string(magic).size(), '\0'));
    const auto source = OpenSource(folder / "a");
    ASSERT_TRUE(FailsWith(ErrorKind::kInvalid, source)) << name;
    EXPECT_NE(source.error().message.find(name), std::string::npos) << source.error().message;
  }
}

TEST(OpenSourceOf, RefusesWhatIsNone) {
  const TempFolder folder;
  WriteTestFile(folder / "text", "neither tar nor whole sectors");
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, OpenSource(folder / "text")));
  WriteTestFile(folder / "empty", "");
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, OpenSource(folder / "empty")));
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, OpenSource(folder / "missing")));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, OpenSource("/dev/null")));
}

class ChangingFile : public ::testing::Test {
 protected:
  Status ReadWhile(const std::function<void(const std::string& path)>& change) {
    const std::string path = folder_ / "file";
    WriteTestFile(path, std::string(3 << 20, 'x'));
    SetTime(path, 1000, 0);
    const auto fd = OpenFile(path, O_RDONLY);
    struct stat st;
    if (!fd.ok() || fstat(fd->get(), &st) != 0) return Invalid("no file");
    bool changed = false;
    return ReadFileContent(fd->get(), st, path, [&](uint64_t, std::string_view) {
      if (!std::exchange(changed, true)) change(path);
      return Ok();
    });
  }
  TempFolder folder_;
};

TEST_F(ChangingFile, ReadInPeaceIsGood) {
  EXPECT_TRUE(IsOk(ReadWhile([](const std::string&) {})));
}

TEST_F(ChangingFile, WrittenMeanwhileFails) {
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed,
                        ReadWhile([](const std::string& path) { std::ofstream(path, std::ios::app) << "more"; })));
}

TEST_F(ChangingFile, TruncatedMeanwhileFails) {
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed,
                        ReadWhile([](const std::string& path) { ASSERT_EQ(truncate(path.c_str(), 100), 0); })));
}

TEST_F(ChangingFile, OverwrittenWithItsTimeRestoredFails) {
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, ReadWhile([](const std::string& path) {
                          const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
                          ASSERT_EQ(pwrite(fd, "y", 1, 0), 1);
                          close(fd);
                          SetTime(path, 1000, 0);
                        })));
}

TEST(FolderSource, NoticesAFileThatChangedSinceItWasNamed) {
  const TempFolder folder;
  WriteTestFile(folder / "file", "before");
  const auto source = OpenFolderSource(folder.path());
  ASSERT_TRUE(IsOk(source));
  ASSERT_TRUE(IsOk((*source)->Next()));
  ASSERT_TRUE(IsOk((*source)->Next()));
  WriteTestFile(folder / "file", "afterwards");
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, (*source)->ReadContent([](uint64_t, std::string_view) { return Ok(); })));
}

TEST(FolderSource, NoticesAFileThatVanishedBeforeItWasRead) {
  const TempFolder folder;
  WriteTestFile(folder / "a", "x");
  const auto source = OpenFolderSource(folder.path());
  ASSERT_TRUE(IsOk(source));
  ASSERT_TRUE(IsOk((*source)->Next()));
  ASSERT_TRUE(IsOk((*source)->Next()));
  std::filesystem::remove(folder / "a");
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, (*source)->ReadContent([](uint64_t, std::string_view) { return Ok(); })));
}

TEST(FolderSource, LeavesOutWhatIsExcluded) {
  const TempFolder folder;
  for (const char* name : {"proc/1/status", "usr/a.pyc", "usr/a.py", "var/cache/x"}) WriteTestFile(folder / name, "x");
  SourceOptions options;
  for (const char* pattern : {"/proc", "*.pyc", "/var/cache/*"}) ASSERT_TRUE(IsOk(options.excluded.Add(pattern)));
  const auto all = Drain(OpenFolderSource(folder.path(), options));
  ASSERT_TRUE(IsOk(all));
  std::vector<std::string> paths;
  for (const auto& [path, drained] : *all) paths.push_back(path);
  EXPECT_EQ(paths, (std::vector<std::string>{"", "usr", "usr/a.py", "var", "var/cache"}));
}

TEST(FolderSource, RefusesTheStoreInIt) {
  const TempFolder folder;
  std::filesystem::create_directories(folder / "srv/store");
  SourceOptions options;
  options.store = folder / "srv/store";
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Drain(OpenFolderSource(folder.path(), options))));
  ASSERT_TRUE(IsOk(options.excluded.Add("/srv")));
  EXPECT_TRUE(IsOk(Drain(OpenFolderSource(folder.path(), options))));
}

TEST(FolderSource, RefusesAFileSystemOfTheKernelsOwn) {
  const auto all = Drain(OpenFolderSource("/proc"));
  ASSERT_TRUE(FailsWith(ErrorKind::kInvalid, all));
  EXPECT_NE(all.error().message.find("--one-file-system"), std::string::npos) << all.error().message;
}

TEST(FolderSource, TakesTheFolderOfOneOfWhichAllIsLeftOut) {
  SourceOptions options;
  ASSERT_TRUE(IsOk(options.excluded.Add("/*")));
  const auto all = Drain(OpenFolderSource("/proc", options));
  ASSERT_TRUE(IsOk(all));
  EXPECT_EQ(all->size(), 1u);
}

// A folder with far more entries than are walked ahead.
class LongFolder : public ::testing::Test {
 protected:
  static constexpr int kFiles = 2000;

  LongFolder() {
    for (int i = 0; i < kFiles; ++i) WriteTestFile(folder_ / Name(i), "content of " + Name(i));
    source_ = OpenFolderSource(folder_.path()).value();
  }
  static std::string Name(int i) { return std::to_string(10'000 + i); }

  TempFolder folder_;
  std::unique_ptr<Source> source_;
};

TEST_F(LongFolder, ComesInOrderEachWithItsContent) {
  ASSERT_TRUE(IsOk(source_->Next()));
  for (int i = 0; i < kFiles; ++i) {
    const auto entry = source_->Next();
    ASSERT_TRUE(IsOk(entry));
    ASSERT_TRUE(entry->has_value());
    EXPECT_EQ((*entry)->name, Name(i));
    if (i % 3 == 0) continue;  // the content of this entry is not read
    std::string content;
    EXPECT_TRUE(IsOk(source_->ReadContent([&](uint64_t, std::string_view bytes) {
      content += bytes;
      return Ok();
    })));
    EXPECT_EQ(content, "content of " + Name(i));
  }
  for (int i = 0; i < 2; ++i) {
    const auto end = source_->Next();
    ASSERT_TRUE(IsOk(end));
    EXPECT_FALSE(end->has_value());
  }
}

TEST_F(LongFolder, VanishingIsAnErrorAfterWhatCameBefore) {
  ASSERT_TRUE(IsOk(source_->Next()));
  for (int i = 0; i < kFiles; ++i) std::filesystem::remove(folder_ / Name(i));
  int entries = 0;
  auto entry = source_->Next();
  for (; entry.ok() && entry->has_value(); entry = source_->Next()) EXPECT_EQ((*entry)->name, Name(entries++));
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, entry));
  EXPECT_NE(entry.error().message.find(Name(entries) + ": it vanished"), std::string::npos);
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, source_->Next())) << "and stays one";
}

TEST_F(LongFolder, CanBeLeftAtAnyTime) {
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(IsOk(source_->Next()));
  source_.reset();
}

}  // namespace
}  // namespace rootstream
