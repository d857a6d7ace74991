#pragma once

#include "absl/status/statusor.h"
#include "server/runs/run_book.h"
#include "server/studies/study.h"

namespace thalweg::studies {

/// The table of a study whose runs are over; runs that are gone do not count.
absl::StatusOr<Results> ResultsOf(runs::RunBook& book, const Study& study);

}  // namespace thalweg::studies
