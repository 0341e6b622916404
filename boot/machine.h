// Machine: what a boot entry's match rules may ask of the machine that this runs on.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace rootstream {

struct Machine {
  std::vector<std::string> modaliases;     // of all devices, and of the machine itself (dmi:…)
  std::map<std::string, std::string> dmi;  // by field: sys_vendor, product_name, …
  std::set<std::string> cpu_flags;
  std::string architecture;  // as uname -m says it
};

// What cannot be read is left out: a machine without DMI has no such field.
Machine ReadMachine(const std::string& sysfs = "/sys", const std::string& cpuinfo = "/proc/cpuinfo");

}  // namespace rootstream
