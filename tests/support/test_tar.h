// Writes tar archives by hand, also archives that no tar program would write.
#pragma once

#include <cstdio>
#include <cstring>
#include <string>

namespace rootstream {

struct TarMember {
  std::string name;
  char type = '0';      // '0' file, '1' hard link, '2' symlink, '5' directory, 'x' pax header
  std::string content;  // also the content of a pax header
  std::string link = {};
  unsigned mode = 0644;
  long mtime = 1000;
};

inline std::string TarMemberBytes(const TarMember& member) {
  char header[512] = {};
  std::snprintf(header, 100, "%s", member.name.c_str());
  std::snprintf(header + 100, 8, "%07o", member.mode);
  std::snprintf(header + 108, 8, "%07o", 0);
  std::snprintf(header + 116, 8, "%07o", 0);
  std::snprintf(header + 124, 12, "%011zo", member.content.size());
  std::snprintf(header + 136, 12, "%011lo", member.mtime);
  std::memset(header + 148, ' ', 8);
  header[156] = member.type;
  std::snprintf(header + 157, 100, "%s", member.link.c_str());
  std::memcpy(header + 257,
              "ustar\0"
              "00",
              8);
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  std::snprintf(header + 148, 8, "%06o", sum);
  std::string bytes(header, sizeof header);
  bytes += member.content;
  bytes.resize((bytes.size() + 511) / 512 * 512, '\0');
  return bytes;
}

inline std::string TarEnd() { return std::string(1024, '\0'); }

template <typename Members>
std::string TarBytes(const Members& members) {
  std::string bytes;
  for (const TarMember& member : members) bytes += TarMemberBytes(member);
  return bytes + TarEnd();
}

// One record of a pax header: its length counts its own digits.
inline std::string PaxRecord(const std::string& key, const std::string& value) {
  const std::string rest = " " + key + "=" + value + "\n";
  size_t size = rest.size() + 1;
  while (std::to_string(size).size() + rest.size() != size) ++size;
  return std::to_string(size) + rest;
}

}  // namespace rootstream
