#include "boot/machine.h"

#include <sys/utsname.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

namespace rootstream {
namespace {

namespace fs = std::filesystem;

// Paths below a folder, symlinks to folders included; none if there is no such folder.
std::vector<fs::path> PathsIn(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    paths.push_back(it->path());
  return paths;
}

// Empty, too, when it cannot be read: some fields of DMI are root's only.
std::string FirstLine(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

void ReadModaliases(const fs::path& buses, std::vector<std::string>& out) {
  for (const fs::path& bus : PathsIn(buses))
    for (const fs::path& device : PathsIn(bus / "devices"))
      if (std::string alias = FirstLine(device / "modalias"); !alias.empty()) out.push_back(std::move(alias));
}

std::set<std::string> ReadCpuFlags(const std::string& cpuinfo) {
  std::ifstream file(cpuinfo);
  for (std::string line; std::getline(file, line);) {
    // "flags" on x86 and others, "Features" on ARM; of the first processor.
    if (!line.starts_with("flags") && !line.starts_with("Features")) continue;
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::istringstream words(line.substr(colon + 1));
    return {std::istream_iterator<std::string>(words), {}};
  }
  return {};
}

}  // namespace

Machine ReadMachine(const std::string& sysfs, const std::string& cpuinfo) {
  Machine machine;
  ReadModaliases(fs::path(sysfs) / "bus", machine.modaliases);
  for (const fs::path& field : PathsIn(fs::path(sysfs) / "class/dmi/id")) {
    std::error_code error;
    if (fs::is_regular_file(field, error)) machine.dmi[field.filename()] = FirstLine(field);
  }
  if (const auto own = machine.dmi.find("modalias"); own != machine.dmi.end())
    machine.modaliases.push_back(own->second);
  machine.cpu_flags = ReadCpuFlags(cpuinfo);
  utsname names;
  if (uname(&names) == 0) machine.architecture = names.machine;
  return machine;
}

}  // namespace rootstream
