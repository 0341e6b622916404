#include "chunker/source/source_format.h"

#include <algorithm>

#include "chunker/source/tar_headers.h"

namespace rootstream {
namespace {

using namespace std::string_view_literals;

struct Magic {
  size_t offset;
  std::string_view bytes;
  const char* name;
};

constexpr Magic kForeign[] = {
    {0, "hsqs"sv, "a squashfs file system"},
    {0, "sqsh"sv, "a squashfs file system"},
    {0x8001, "CD001"sv, "an ISO 9660 file system"},
    {0x8001, "BEA01"sv, "a UDF file system"},
    {0, "\x45\x3d\xcd\x28"sv, "a cramfs file system"},
    {0, "-rom1fs-"sv, "a romfs file system"},
    {0, "070701"sv, "a cpio archive"},
    {0, "070702"sv, "a cpio archive"},
    {0, "070707"sv, "a cpio archive"},
    {0, "\xc7\x71"sv, "a cpio archive"},
    {0, "\x71\xc7"sv, "a cpio archive"},
    {0, "PK\x03\x04"sv, "a zip archive"},
    {0, "PK\x05\x06"sv, "a zip archive"},
    {0, "7z\xbc\xaf\x27\x1c"sv, "a 7z archive"},
    {0, "Rar!\x1a\x07"sv, "a rar archive"},
    {0, "xar!"sv, "a xar archive"},
    {0, "MSCF\0\0\0\0"sv, "a cabinet archive"},
    {0, "MSWIM\0\0\0"sv, "a Windows image"},
    {0, "!<arch>\n"sv, "an ar archive or Debian package"},
    {0, "\xed\xab\xee\xdb"sv, "an RPM package"},
    {0, "QFI\xfb"sv, "a qcow2 disk image"},
    {0, "QED\0"sv, "a QED disk image"},
    {0, "KDMV"sv, "a VMDK disk image"},
    {0, "COWD"sv, "a VMDK disk image"},
    {0, "# Disk DescriptorFile"sv, "a VMDK disk image"},
    {0x40, "\x7f\x10\xda\xbe"sv, "a VDI disk image"},
    {0, "conectix"sv, "a VHD disk image"},
    {0, "vhdxfile"sv, "a VHDX disk image"},
    {0, "\x3a\xff\x26\xed"sv, "an Android sparse image"},
    {0x202, "HdrS"sv, "a Linux kernel"},
    {0,
     "\xfd"
     "7zXZ\0"sv,
     "damaged xz data"},
    {0, "\x28\xb5\x2f\xfd"sv, "damaged zstd data"},
    {0, "BZh"sv, "damaged bzip2 data"},
    {0, "\x04\x22\x4d\x18"sv, "damaged lz4 data"},
    {0, "LZIP"sv, "damaged lzip data"},
    {0,
     "\x7f"
     "ELF"sv,
     "a program"},
    {0, "%PDF-"sv, "a document"},
    {0, "SQLite format 3\0"sv, "a database"},
};

constexpr Magic kDisk[] = {
    {512, "EFI PART"sv, "a GUID partition table"},
    {1080, "\x53\xef"sv, "an ext2, ext3 or ext4 file system"},
    {0, "XFSB"sv, "an XFS file system"},
    {0x10040, "_BHRfS_M"sv, "a btrfs file system"},
    {1024, "\xe2\xe1\xf5\xe0"sv, "an EROFS file system"},
    {1024, "\x10\x20\xf5\xf2"sv, "an F2FS file system"},
    {1024, "H+\0\x04"sv, "an HFS+ file system"},
    {0x8000, "JFS1"sv, "a JFS file system"},
    {0x10034, "ReIsEr"sv, "a ReiserFS file system"},
    {3, "NTFS    "sv, "an NTFS file system"},
    {3, "EXFAT   "sv, "an exFAT file system"},
    {0, "LUKS\xba\xbe"sv, "a LUKS volume"},
    {512, "LABELONE"sv, "an LVM volume"},
    {4086, "SWAPSPACE2"sv, "swap space"},
    {510, "\x55\xaa"sv, "a partition table or FAT file system"},
};

template <size_t n>
const Magic* Find(const Magic (&magics)[n], std::string_view head) {
  for (const Magic& magic : magics)
    if (head.size() >= magic.offset && head.substr(magic.offset).starts_with(magic.bytes)) return &magic;
  return nullptr;
}

bool IsZeros(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; });
}

bool HasTarHeaders(std::string_view head) {
  if (head.size() >= kTarBlock && LooksLikeTarHeader(head.substr(0, kTarBlock))) return true;
  for (size_t at = kTarBlock; at + kTarBlock <= head.size(); at += kTarBlock)
    if (IsTarHeader(head.substr(at, kTarBlock))) return true;
  return false;
}

}  // namespace

FileFormat FormatOf(std::string_view head) {
  if (IsTarHeader(head.substr(0, kTarBlock))) return {FileKind::kTar, "a tar"};
  if (const Magic* magic = Find(kForeign, head)) return {FileKind::kForeign, magic->name};
  if (const Magic* magic = Find(kDisk, head)) return {FileKind::kDisk, magic->name};
  // A longer file of zeros is an empty disk.
  if (head.size() >= 2 * kTarBlock && head.size() < kFormatHead && IsZeros(head))
    return {FileKind::kTar, "an empty tar"};
  if (HasTarHeaders(head)) return {FileKind::kDamagedTar, "a damaged tar"};
  return {};
}

bool IsDockerManifest(std::string_view json) {
  const size_t first = json.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && json[first] == '[' && json.find("\"Config\"") != std::string_view::npos &&
         json.find("\"Layers\"") != std::string_view::npos;
}

}  // namespace rootstream
