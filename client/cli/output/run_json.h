#pragma once

#include <span>

#include "client/cli/output/json.h"
#include "client/cpp/iterates_view.h"
#include "thalweg/v1/run.pb.h"

namespace thalweg::cli {

using Variables = google::protobuf::RepeatedPtrField<v1::Variable>;

/// x by variable, {"x":0.5,"w":[1,2]}: a number for a scalar, a list for a vector. `numbers` may be
/// the leading coordinates only: lists are then shorter, and variables without any are left out.
void WriteX(Json& json, const Variables& variables, std::span<const double> numbers);
void WriteX(Json& json, const Variables& variables, const v1::Point& point);

/// Iterate i of `batch`, the line that --json prints.
void WriteIterate(Json& json, const Variables& variables, const client::IteratesView& batch,
                  size_t i);

/// The result of a run that is over, the last line that --json prints.
void WriteResult(Json& json, const v1::Run& run);

/// A run as `runs list` and `runs show` give it.
void WriteRun(Json& json, const v1::Run& run);

}  // namespace thalweg::cli
