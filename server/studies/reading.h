#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "absl/status/statusor.h"
#include "server/runs/run_book.h"
#include "server/studies/table.h"

namespace thalweg::studies {

// What a study reads in the traces of its runs. Of a trace that has been thinned it reads what is
// retained.

/// Where a trace changes from rows for which something does not hold to rows for which it does: the
/// last row before and the first row behind; a block without rows where there is none.
struct Crossing {
  runs::IterateBlock before;
  runs::IterateBlock behind;
};

/// `holds` must stay true once it is. Reads about as much as a binary search does.
absl::StatusOr<Crossing> FindCrossing(
    runs::RunBook& book, const runs::Run& run,
    const std::function<bool(const runs::IterateBlock& rows, size_t row)>& holds);

/// Values, gradients and products up to this row.
int64_t EvaluationsAt(const runs::IterateBlock& rows, size_t row);

/// The best value that the run had within so many evaluations, in the problem's sign; +inf where
/// it had none.
absl::StatusOr<double> BestWithin(runs::RunBook& book, const runs::Run& run, int64_t evaluations);

/// What it took the run to get to `value` (in the problem's sign) or below. Seconds are its
/// stepping time in the proportion of the evaluations.
absl::StatusOr<std::optional<Cost>> CostOf(runs::RunBook& book, const runs::Run& run, double value);

/// The value at iteration 0, in the problem's sign; nothing where the run has no iterates.
absl::StatusOr<std::optional<double>> StartValue(runs::RunBook& book, const runs::Run& run);

/// The run without what may be large: its points and its objective.
runs::Run WithoutPoints(runs::Run run);

/// A value in the caller's sign to one in the problem's, or back.
double InProblemsSign(const runs::Run& run, double value);

}  // namespace thalweg::studies
