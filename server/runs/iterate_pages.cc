#include "server/runs/iterate_pages.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/runs/page_token.h"
#include "server/runs/retention.h"
#include "server/runs/trace_reader.h"

namespace thalweg::runs {
namespace {

constexpr int kLargestPage = 10'000;  // iterates
constexpr int64_t kPerBucket = 4;     // points that stand for a bucket
constexpr size_t kPieceBytes = 1 << 20;

// Where a page begins and ends; carried from page to page, so that what is appended meanwhile does
// not move the buckets.
struct Range {
  int64_t next = 0;
  int64_t from = 0;
  int64_t to = 0;  // included
};

absl::Status Check(const IterateQuery& query) {
  std::vector<Violation> violations;
  if (query.from < 0 || query.from > query.to) {
    violations.push_back(
        {"from", Reason::kInvalidValue, absl::StrCat(query.from, "; expected 0 to ", query.to)});
  }
  if (query.page_size < 1 || query.page_size > kLargestPage) {
    violations.push_back({"page_size", Reason::kInvalidValue,
                          absl::StrCat(query.page_size, "; expected 1 to ", kLargestPage)});
  }
  if (query.max_points < 0 || (query.max_points > 0 && query.max_points < kPerBucket)) {
    violations.push_back({"max_points", Reason::kInvalidValue,
                          absl::StrCat(query.max_points, "; expected 0 for all iterates, or ",
                                       kPerBucket, " and more")});
  }
  return violations.empty() ? absl::OkStatus() : Refuse(std::move(violations));
}

absl::StatusOr<Range> RangeOf(const Trace& trace, const std::string& key,
                              const IterateQuery& query) {
  if (!query.page_token.empty()) {
    const auto numbers = ReadPageToken(key, 3, query.page_token);
    if (!numbers.ok()) return numbers.status();
    return Range{(*numbers)[0], (*numbers)[1], (*numbers)[2]};
  }
  const Standing standing = trace.Shown().standing;
  const int64_t first = trace.run().spec.first_iteration;
  if (IsTerminal(standing.state) && query.from > std::max(standing.iterations + 1, first)) {
    return RefuseWith(absl::StatusCode::kOutOfRange, Reason::kIterationOutOfRange,
                      absl::StrCat("iteration ", query.from, " is beyond the end of run '",
                                   trace.id(), "', which ended with ", standing.iterations));
  }
  const int64_t from = std::max(query.from, first);
  return Range{from, from, std::min(query.to, standing.iterations)};
}

// Fills `page` with the points of whole buckets; returns where the next page begins.
absl::StatusOr<int64_t> AppendPoints(TraceReader& reader, const Range& range, int64_t max_points,
                                     int page_size, IterateBlock& page) {
  const int64_t buckets = max_points / kPerBucket;
  const int64_t width = (range.to - range.from) / buckets + 1;
  int64_t next = range.next;
  while (next <= range.to && static_cast<int64_t>(page.rows()) + kPerBucket <= page_size) {
    const int64_t bucket_end =
        std::min(range.to, range.from + ((next - range.from) / width + 1) * width - 1);
    IterateBlock points;  // of the pieces of this bucket
    while (next <= bucket_end) {
      const auto piece = reader.Read(next, bucket_end, kPieceBytes);
      if (!piece.ok()) return piece.status();
      if (*piece == nullptr) break;
      AppendExtremes(**piece, 0, (*piece)->rows(), /*pinned=*/false, points);
      next = (*piece)->last() + 1;
    }
    AppendExtremes(points, 0, points.rows(), /*pinned=*/false, page);
    next = bucket_end + 1;
  }
  return next;
}

absl::StatusOr<int64_t> AppendAll(TraceReader& reader, const Range& range, int page_size,
                                  IterateBlock& page) {
  int64_t next = range.next;
  while (next <= range.to && static_cast<int>(page.rows()) < page_size) {
    const auto piece = reader.Read(next, range.to, kPieceBytes);
    if (!piece.ok()) return piece.status();
    if (*piece == nullptr) return range.to + 1;
    const size_t room = static_cast<size_t>(page_size) - page.rows();
    page.AppendRows(**piece, 0, std::min(room, (*piece)->rows()));
    next = page.last() + 1;
  }
  return next;
}

}  // namespace

absl::StatusOr<IteratePage> ReadIteratePage(const std::shared_ptr<const Trace>& trace,
                                            RunStore& store, const IterateQuery& query) {
  if (absl::Status status = Check(query); !status.ok()) return status;
  const std::string key =
      absl::StrCat("iterates ", trace->id(), " ", query.from, " ", query.to, " ", query.max_points);
  const absl::StatusOr<Range> range = RangeOf(*trace, key, query);
  if (!range.ok()) return range.status();

  IteratePage page;
  page.block.coordinates = trace->run().spec.traced_coordinates;
  TraceReader reader(trace, store);
  const bool all = query.max_points == 0 || range->to - range->from < query.max_points;
  // A bucket's points stay together, also where a page is smaller than that.
  const int page_size = std::max(query.page_size, static_cast<int>(kPerBucket));
  const absl::StatusOr<int64_t> next =
      all ? AppendAll(reader, *range, query.page_size, page.block)
          : AppendPoints(reader, *range, query.max_points, page_size, page.block);
  if (!next.ok()) return next.status();
  if (*next <= range->to) {
    page.next_page_token = MakePageToken(key, {*next, range->from, range->to});
  }
  return page;
}

}  // namespace thalweg::runs
