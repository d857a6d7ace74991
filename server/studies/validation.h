#pragma once

#include "absl/status/status.h"
#include "server/runs/run_book.h"
#include "server/studies/study.h"

namespace thalweg::studies {

/// Checks the spec of `study`, and every arm from every start as RunBook::Create would; fills in
/// its arms, rungs and room for its runs. Errors are as StudyBook::Create's.
absl::Status Prepare(runs::RunBook& book, int64_t most_runs, Study& study);

}  // namespace thalweg::studies
