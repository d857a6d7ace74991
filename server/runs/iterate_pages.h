#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "server/runs/run_book.h"
#include "server/runs/trace.h"

namespace thalweg::runs {

/// One page of a trace's durable iterates: all of a range, or so many that stand for it. Errors
/// have the fields of IterateQuery.
absl::StatusOr<IteratePage> ReadIteratePage(const std::shared_ptr<const Trace>& trace,
                                            RunStore& store, const IterateQuery& query);

}  // namespace thalweg::runs
