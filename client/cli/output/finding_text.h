#pragma once

#include <string>

#include "client/cli/output/json.h"
#include "client/cli/terminal.h"
#include "thalweg/v1/run.pb.h"

namespace thalweg::cli {

/// "noticed: what happened (evidence)" and on a second line the flags that would help: "  try --set
/// learning_rate=0.1".
std::string FindingText(const v1::Finding& finding, const Terminal& terminal);

void WriteFinding(Json& json, const v1::Finding& finding);

}  // namespace thalweg::cli
