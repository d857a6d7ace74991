#include "server/runs/retention.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>

#include "server/core/iterate.h"

namespace thalweg::runs {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr int64_t kSegmentsPerBudget = 64;  // so a thinning moves about a hundredth of the budget
constexpr int64_t kLeastSegment = 64;       // iterations
constexpr int64_t kFirstBucket = 64;        // iterations, of which 4 stay
constexpr int kMostPinned = 16;             // of a bucket: a budget holds also where all is flagged
constexpr uint32_t kPinnedFlags = kNonFinite | kRestarted | kChanged;

}  // namespace

Retention RetentionFor(size_t budget, size_t bytes_per_row) {
  const auto rows = static_cast<int64_t>(budget / bytes_per_row);
  const int64_t wanted = std::max(rows / kSegmentsPerBudget, kLeastSegment);
  const auto segment = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(wanted)));
  return {segment, std::max<int64_t>(rows / 2 / segment, 2)};  // half of the budget, in full
}

int64_t Retention::BucketAt(int64_t age) const {
  if (segment == 0 || age < full_segments) return 1;
  const auto doublings =
      static_cast<int64_t>(std::bit_width(static_cast<uint64_t>(age / full_segments))) - 1;
  const int64_t longest_shift = 56;
  return std::min(segment, kFirstBucket << std::min(doublings, longest_shift));
}

std::vector<Retention::Thinning> Retention::Due(int64_t before, int64_t after) const {
  if (segment == 0 || after < 0) return {};
  const int64_t newest_before = before < 0 ? 0 : before / segment;
  const int64_t newest = after / segment;
  std::map<int64_t, int64_t> due;  // bucket by segment: the last change counts
  for (int64_t at = newest_before + 1; at <= newest; ++at) {
    // Only segments whose age has just become full_segments * 2^j are cut anew.
    for (int64_t age = full_segments; age <= at; age *= 2) due[at - age] = BucketAt(age);
  }
  std::vector<Thinning> thinnings;
  for (const auto& [index, bucket] : due) thinnings.push_back({index, bucket});
  return thinnings;
}

int64_t Retention::OldestFull(int64_t last) const {
  if (segment == 0 || last < 0) return 0;
  return std::max<int64_t>(last / segment - full_segments + 1, 0) * segment;
}

void AppendExtremes(const IterateBlock& rows, size_t begin, size_t end, bool pinned,
                    IterateBlock& kept) {
  size_t least = end;
  size_t greatest = end;
  size_t best = end;
  for (size_t row = begin; row < end; ++row) {
    if ((rows.flags[row] & kNewBest) != 0) best = row;
    if (std::isnan(rows.value[row])) continue;
    if (least == end || rows.value[row] < rows.value[least]) least = row;
    if (greatest == end || rows.value[row] > rows.value[greatest]) greatest = row;
  }
  // With batches one iterate in many knows the value of all rows: that matters more than how far
  // the values of batches jump.
  for (size_t row = begin; row < end; ++row) {
    if (!std::isnan(EntryAt(rows.training_value, row, kUnknown))) greatest = row;
  }
  int flagged = 0;
  for (size_t row = begin; row < end; ++row) {
    const bool happened = (rows.flags[row] & kPinnedFlags) != 0 && ++flagged <= kMostPinned;
    const bool stays = row == begin || row + 1 == end || row == least || row == greatest ||
                       (pinned && (happened || row == best));
    if (stays) kept.AppendRow(rows, row);
  }
}

IterateBlock Thinned(const IterateBlock& rows, int64_t bucket) {
  IterateBlock kept;
  kept.coordinates = rows.coordinates;
  size_t begin = 0;
  while (begin < rows.rows()) {
    const int64_t bucket_end = (rows.iteration[begin] / bucket + 1) * bucket;
    const size_t end = rows.RowAt(bucket_end);
    AppendExtremes(rows, begin, end, /*pinned=*/true, kept);
    begin = end;
  }
  kept.elapsed_seconds = rows.elapsed_seconds;
  return kept;
}

}  // namespace thalweg::runs
