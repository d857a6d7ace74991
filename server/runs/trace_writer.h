#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "server/core/descent.h"
#include "server/runs/codec.h"
#include "server/runs/event_log.h"
#include "server/runs/iterate_block.h"
#include "server/runs/retention.h"
#include "server/runs/standing.h"
#include "server/runs/trace_reader.h"

namespace thalweg::runs {

/// Counts of iterates: with a NaN in value or gradient; with an infinity and no NaN.
struct NonFinite {
  int64_t nan = 0;
  int64_t infinite = 0;
};

/// Takes the iterates of one descent: packs new ones into blocks, and compares those that the trace
/// holds already (after a restart) with what is stored, bit for bit.
class TraceWriter : public IterateSink {
 public:
  /// Iterates up to `known_until` (-1: none) are in the trace, where `known` reads them.
  TraceWriter(const RunSpec& spec, Retention retention, int64_t known_until, TraceReader known)
      : coordinates_(spec.traced_coordinates),
        first_(spec.first_iteration),
        retention_(retention),
        known_until_(known_until),
        last_(known_until),
        known_(std::move(known)) {}

  /// What has happened in the known iterates.
  void SetEvents(const EventLog& events) { events_ = events; }
  void Record(const IterateRecord& record) override;

  /// All blocks since the last call, the open one too. `standing` becomes that of the last row.
  std::vector<std::shared_ptr<const IterateBlock>> TakeBlocks(double elapsed_seconds,
                                                              Standing& standing);

  int64_t last() const { return last_; }    ///< Newest iteration of the trace; -1: none yet.
  bool empty() const { return last_ < 0; }  ///< Whether the trace has not begun.
  /// Whether a descent at that iteration is still on a way that is known or that is not recorded.
  bool replaying(int64_t iteration) const { return iteration < replay_end(); }
  int64_t replay_end() const { return std::max(known_until_, first_); }
  /// Iterates so far whose value or gradient is not finite.
  const NonFinite& nonfinite() const { return nonfinite_; }
  /// Not OK: the descent is not the one in the trace. Nothing is taken from then on.
  const absl::Status& status() const { return status_; }

 private:
  void Open();
  void Seal();
  void Compare(const IterateRecord& record);

  const int64_t coordinates_;
  const int64_t first_;  // iteration of the trace
  const Retention retention_;
  const int64_t known_until_;
  int64_t last_;
  TraceReader known_;
  std::shared_ptr<const IterateBlock> expected_;  // part of the known iterates
  EventLog events_;
  std::unique_ptr<IterateBlock> open_;
  std::vector<std::unique_ptr<IterateBlock>> sealed_;
  size_t rows_expected_ = 16;  // of the next block: as many as the last had
  NonFinite nonfinite_;
  absl::Status status_;
};

}  // namespace thalweg::runs
