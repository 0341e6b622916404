#include "chunker/bootable/image_names.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace rootstream {
namespace {

ImageNames SomeNames() {
  ImageNames names;
  names.Add("/boot/", S_IFDIR | 0755, "");
  names.Add("/boot/vmlinuz-1", S_IFREG | 0644, "");
  names.Add("/boot/vmlinuz", S_IFLNK | 0777, "vmlinuz-1");
  names.Add("/boot/boot", S_IFLNK | 0777, ".");
  names.Add("/vmlinuz", S_IFLNK | 0777, "boot/vmlinuz");
  names.Add("/lib", S_IFLNK | 0777, "/usr/lib");
  names.Add("/loop", S_IFLNK | 0777, "loop");
  names.Add("/dangling", S_IFLNK | 0777, "nothing");
  names.Add("/usr/lib/modules/1/vmlinuz", S_IFREG | 0644, "");
  return names;
}

TEST(ImageNames, FindsThroughSymlinks) {
  const ImageNames names = SomeNames();
  EXPECT_EQ(names.FindFile("/boot/vmlinuz-1"), "/boot/vmlinuz-1");
  EXPECT_EQ(names.FindFile("boot//./vmlinuz-1"), "/boot/vmlinuz-1");
  EXPECT_EQ(names.FindFile("/vmlinuz"), "/boot/vmlinuz-1");
  EXPECT_EQ(names.FindFile("/boot/boot/boot/vmlinuz"), "/boot/vmlinuz-1");
  EXPECT_EQ(names.FindFile("/../boot/../vmlinuz"), "/boot/vmlinuz-1");
  EXPECT_EQ(names.FindFile("/lib/modules/1/vmlinuz"), "/usr/lib/modules/1/vmlinuz");
}

TEST(ImageNames, TellsWhatIsNotThereOrNoFile) {
  const ImageNames names = SomeNames();
  for (const char* path : {"/nope", "/boot/nope", "/boot/vmlinuz-1/x", "/loop", "/dangling", "/boot", ""})
    EXPECT_EQ(names.FindFile(path), std::nullopt) << path;
  EXPECT_FALSE(names.Find("/loop"));
  ASSERT_TRUE(names.Find("/usr/lib"));
  EXPECT_TRUE(S_ISDIR(names.Find("/lib")->mode));
  EXPECT_EQ(names.Find("/lib")->path, "/usr/lib");
}

TEST(ImageNames, ListsInOrder) {
  const ImageNames names = SomeNames();
  EXPECT_EQ(names.NamesIn("/boot/"), (std::vector<std::string>{"boot", "vmlinuz", "vmlinuz-1"}));
  EXPECT_TRUE(names.NamesIn("/nope/x").empty());
}

}  // namespace
}  // namespace rootstream
