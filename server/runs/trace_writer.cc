#include "server/runs/trace_writer.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace thalweg::runs {
namespace {

constexpr size_t kMostRows = 8192;       // of a block
constexpr size_t kMostBytes = 1 << 20;   // of a block with more than one row
constexpr size_t kPieceBytes = 1 << 20;  // of the known trace, held for comparing

bool SameBits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

bool SameBits(double a, const std::vector<double>& column, size_t row) {
  return SameBits(a, EntryAt(column, row));
}

// Of what a trace tells: it does not count evaluations of constraints.
bool SameEvaluations(const Evaluations& a, const Evaluations& b) {
  return a.values == b.values && a.gradients == b.gradients &&
         a.hessian_products == b.hessian_products;
}

bool SameRow(const IterateRecord& record, const IterateBlock& block, size_t row) {
  const Iterate& at = record.at;
  bool same =
      SameBits(record.value, block.value[row]) &&
      SameBits(record.best_value, block.best_value[row]) &&
      SameBits(record.gradient_norm, block.gradient_norm[row]) &&
      SameBits(record.gradient_max, block.gradient_max[row]) &&
      SameBits(at.step_norm, block.step_norm[row]) &&
      SameBits(at.learning_rate, block.learning_rate[row]) &&
      SameBits(at.violation, block.violation, row) && at.trials == EntryAt(block.trials, row) &&
      SameEvaluations(at.evaluations, block.evaluations(row)) && at.flags == block.flags[row];
  const auto coordinates = static_cast<size_t>(block.coordinates);
  for (size_t i = 0; same && i < coordinates; ++i) {
    same = SameBits(at.x[static_cast<Index>(i)], block.x[row * coordinates + i]);
  }
  return same;
}

bool HasNan(const Iterate& at) { return std::isnan(at.value) || at.gradient.hasNaN(); }

}  // namespace

void TraceWriter::Record(const IterateRecord& record) {
  if (record.at.iteration <= known_until_) [[unlikely]] {
    Compare(record);
    return;
  }
  // What led to the first iterate of a fork happened in the run that it was forked from.
  const bool inherited = first_ > 0 && record.at.iteration == first_;
  for (const Note& note : record.at.notes) {
    if (!inherited) events_.Add(record.at.iteration, note);
  }
  if (!open_) Open();
  open_->Append(record, coordinates_);
  last_ = record.at.iteration;
  if ((record.at.flags & kNonFinite) != 0) [[unlikely]] {
    ++(HasNan(record.at) ? nonfinite_.nan : nonfinite_.infinite);
  }
  const size_t rows = open_->rows();
  if (rows >= kMostRows || rows * open_->bytes_per_row() >= kMostBytes ||
      retention_.EndsSegment(last_)) {
    Seal();
  }
}

void TraceWriter::Open() {
  open_ = std::make_unique<IterateBlock>();
  open_->coordinates = coordinates_;
  const size_t room = std::max<size_t>(kMostBytes / open_->bytes_per_row(), 1);
  open_->Reserve(std::min({rows_expected_, kMostRows, room}), coordinates_);
}

void TraceWriter::Seal() {
  rows_expected_ = std::max<size_t>(open_->rows(), 16);
  sealed_.push_back(std::move(open_));
}

std::vector<std::shared_ptr<const IterateBlock>> TraceWriter::TakeBlocks(double elapsed_seconds,
                                                                         Standing& standing) {
  if (open_ && !open_->empty()) Seal();
  std::vector<std::shared_ptr<const IterateBlock>> blocks;
  for (std::unique_ptr<IterateBlock>& block : sealed_) {
    block->elapsed_seconds = elapsed_seconds;
    blocks.push_back(std::move(block));
  }
  sealed_.clear();
  if (blocks.empty()) return blocks;
  const IterateBlock& newest = *blocks.back();
  standing.elapsed_seconds = elapsed_seconds;
  standing.iterations = newest.last();
  standing.evaluations = newest.evaluations(newest.rows() - 1);
  standing.value = newest.value.back();
  standing.best_value = newest.best_value.back();
  standing.gradient_norm = newest.gradient_norm.back();
  standing.learning_rate = newest.learning_rate.back();
  standing.step_norm = newest.step_norm.back();
  const int64_t known = standing.events ? standing.events->count() : 0;
  if (events_.count() != known) standing.events = std::make_shared<EventLog>(events_);
  return blocks;
}

void TraceWriter::Compare(const IterateRecord& record) {
  if (!status_.ok()) return;
  const int64_t iteration = record.at.iteration;
  if (!expected_ || expected_->last() < iteration) {
    auto rows = known_.Read(iteration, known_until_, kPieceBytes);
    if (!rows.ok()) {
      status_ = rows.status();
      return;
    }
    expected_ = *std::move(rows);
    if (!expected_) return;
  }
  const size_t row = expected_->RowAt(iteration);
  if (row == expected_->rows() || expected_->iteration[row] != iteration) return;  // thinned
  if (SameRow(record, *expected_, row)) return;
  status_ = absl::DataLossError(
      absl::StrCat("recomputing iteration ", iteration,
                   " gives other bits than the trace holds: "
                   "the server or the machine computes differently than before"));
}

}  // namespace thalweg::runs
