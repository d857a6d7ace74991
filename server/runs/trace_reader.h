#pragma once

#include <deque>
#include <memory>

#include "absl/status/statusor.h"
#include "server/runs/run_store.h"
#include "server/runs/trace.h"

namespace thalweg::runs {

/// Reads the durable part of a trace by iteration, from memory where it is there and from the store
/// where not. Holds one piece of the store at a time. One thread at a time.
class TraceReader {
 public:
  TraceReader(std::shared_ptr<const Trace> trace, RunStore& store)
      : trace_(std::move(trace)), store_(store) {}

  /// The first rows with iterations in [from, to], about `max_bytes` and at least one; null when
  /// there are none. `to` must have been shown. DATA_LOSS, NOT_FOUND (the run was deleted).
  absl::StatusOr<Trace::Block> Read(int64_t from, int64_t to, size_t max_bytes);

 private:
  absl::StatusOr<Trace::Block> BlockAt(int64_t from, int64_t to);
  absl::Status Load(int64_t from, int64_t to);

  const std::shared_ptr<const Trace> trace_;
  RunStore& store_;
  std::deque<Trace::Block> ahead_;  // where the next blocks are, in order
};

}  // namespace thalweg::runs
