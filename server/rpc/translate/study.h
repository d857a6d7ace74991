#pragma once

#include "absl/status/statusor.h"
#include "server/rpc/translate/run.h"
#include "server/studies/study.h"
#include "thalweg/v1/study.pb.h"

namespace thalweg::rpc {

/// What a caller wants compared; ranges become values. Paths in errors begin at the study:
/// "run.objective", "vary[0].range.from".
absl::StatusOr<studies::StudySpec> FromWire(const v1::Study& study);

/// How much of a study an answer has room for.
enum class StudyView {
  kWhole,
  kStreamed,  ///< Points and formulas of its run are cut as in lists, so that it fits in a message.
  kListed,    ///< Without arms as well, and of the results the winner alone.
};
void ToWire(const studies::Study& study, StudyView view, v1::Study& wire);

}  // namespace thalweg::rpc
