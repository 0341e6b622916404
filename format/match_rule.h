// Match rules as people write them: "modalias:PATTERN", "dmi:FIELD=PATTERN", "cpu:FLAG",
// "arch:NAME". What they mean: docs/format.md, "Manifest".
#pragma once

#include <string>

#include "format/manifest.h"

namespace rootstream {

Result<MatchRule> ParseMatchRule(const std::string& text);  // kInvalid
std::string MatchRuleText(const MatchRule& rule);

}  // namespace rootstream
