#include "server/studies/reading.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::studies {
namespace {

constexpr int64_t kPageRows = 10'000;
constexpr int64_t kPageNumbers = 1 << 17;  // 1 MiB

/// Rows that are read at once.
int64_t RowsPerPage(const runs::Run& run) {
  const int64_t numbers = 16 + std::max<int64_t>(run.spec.traced_coordinates, 0);
  return std::clamp<int64_t>(kPageNumbers / numbers, 1, kPageRows);
}

absl::StatusOr<runs::IterateBlock> Read(runs::RunBook& book, const runs::Run& run, int64_t from,
                                        int64_t to, int64_t rows) {
  runs::IterateQuery query;
  query.from = from;
  query.to = to;
  query.page_size = static_cast<int>(rows);
  absl::StatusOr<runs::IteratePage> page = book.ListIterates(run.id, query);
  if (!page.ok()) return page.status();
  return std::move(page->block);
}

runs::IterateBlock RowOf(const runs::IterateBlock& rows, size_t row) {
  runs::IterateBlock one;
  one.AppendRow(rows, row);
  return one;
}

}  // namespace

absl::StatusOr<Crossing> FindCrossing(
    runs::RunBook& book, const runs::Run& run,
    const std::function<bool(const runs::IterateBlock& rows, size_t row)>& holds) {
  Crossing crossing;
  const int64_t page = RowsPerPage(run);
  int64_t from = 0;
  int64_t to = run.iterations;
  while (from <= to) {
    const bool rest = to - from < page;
    const int64_t middle = rest ? from : from + (to - from) / 2;
    const auto rows = Read(book, run, middle, to, rest ? page : 1);
    if (!rows.ok()) return rows.status();
    size_t first = 0;  // for which it holds
    while (first < rows->rows() && !holds(*rows, first)) ++first;
    if (first > 0) crossing.before = RowOf(*rows, first - 1);
    if (first < rows->rows()) crossing.behind = RowOf(*rows, first);
    if (rest) break;
    if (first > 0) {
      from = rows->last() + 1;
    } else {
      to = middle - 1;  // it holds behind, or nothing is retained there
    }
  }
  return crossing;
}

int64_t EvaluationsAt(const runs::IterateBlock& rows, size_t row) {
  return rows.evaluations(row).all();
}

absl::StatusOr<double> BestWithin(runs::RunBook& book, const runs::Run& run, int64_t evaluations) {
  const auto crossing =
      FindCrossing(book, run, [evaluations](const runs::IterateBlock& rows, size_t row) {
        return EvaluationsAt(rows, row) > evaluations;
      });
  if (!crossing.ok()) return crossing.status();
  if (crossing->before.empty()) return std::numeric_limits<double>::infinity();
  return InProblemsSign(run, crossing->before.best_value[0]);
}

absl::StatusOr<std::optional<Cost>> CostOf(runs::RunBook& book, const runs::Run& run,
                                           double value) {
  const auto crossing = FindCrossing(book, run, [&](const runs::IterateBlock& rows, size_t row) {
    return InProblemsSign(run, rows.best_value[row]) <= value;
  });
  if (!crossing.ok()) return crossing.status();
  const runs::IterateBlock& reached = crossing->behind;
  if (reached.empty()) return std::nullopt;
  const auto evaluations = static_cast<double>(EvaluationsAt(reached, 0));
  const auto all = static_cast<double>(run.evaluations.all());
  const double share = all > 0 ? std::min(1.0, evaluations / all) : 1;
  return Cost{static_cast<double>(reached.first()), evaluations, run.elapsed_seconds * share};
}

absl::StatusOr<std::optional<double>> StartValue(runs::RunBook& book, const runs::Run& run) {
  if (run.iterations < 0) return std::nullopt;
  const auto rows = Read(book, run, 0, run.iterations, 1);
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::nullopt;
  return InProblemsSign(run, rows->value[0]);
}

runs::Run WithoutPoints(runs::Run run) {
  run.best.reset();
  run.last.reset();
  run.spec.start.clear();
  run.spec.objective = {};
  run.variables.clear();
  return run;
}

double InProblemsSign(const runs::Run& run, double value) {
  return run.spec.direction == Direction::kMinimize ? value : -value;
}

}  // namespace thalweg::studies
