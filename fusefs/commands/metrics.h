// The status of mounts in the text format of Prometheus, version 0.0.4:
// https://prometheus.io/docs/instrumenting/exposition_formats/. docs/operations.md lists the metrics.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace rootstream {

struct MountStatus {
  std::string mountpoint;
  Result<std::string> json;  // of StatusForScripts(); or why there is none
};

std::string MetricsText(const std::vector<MountStatus>& mounts);

}  // namespace rootstream
