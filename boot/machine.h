// Machine: the properties of this machine that match rules of boot entries can test.
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

// Properties that cannot be read are missing, for example DMI fields on a machine without DMI.
Machine ReadMachine(const std::string& sysfs = "/sys", const std::string& cpuinfo = "/proc/cpuinfo");

}  // namespace rootstream
