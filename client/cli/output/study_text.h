#pragma once

#include <map>
#include <string>

#include "client/cli/output/json.h"
#include "client/cli/terminal.h"
#include "thalweg/v1/study.pb.h"

namespace thalweg::cli {

/// Runs by name, as far as they are known.
using RunsByName = std::map<std::string, v1::Run>;

std::string StudyStateName(v1::StudyState state);  ///< "running"

/// "studies/a: minimize x**2, 7 arms, 7 runs".
std::string StudyHeadline(const v1::Study& study);

/// The result table and the winner's sentence; before the end what is known: the arms.
std::string StudySummary(const v1::Study& study, const RunsByName& runs, const Terminal& terminal);

/// The study as one object: the last line of --json with `result`.
void WriteStudy(Json& json, const v1::Study& study, const RunsByName& runs, bool result);

/// The exit code that the end of a study is.
int ExitCodeOf(const v1::Study& study);

}  // namespace thalweg::cli
