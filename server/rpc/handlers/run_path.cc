#include "server/rpc/handlers/run_path.h"

#include <algorithm>

#include "server/core/landscape/path.h"

namespace thalweg::rpc {
namespace {

constexpr int64_t kMostIterates = 2000;
constexpr int64_t kMostNumbers = 4 << 20;
constexpr int64_t kFewestIterates = 8;

int64_t MostIterates(int64_t coordinates) {
  if (coordinates <= landscape::kMostPathRows) return kMostIterates;
  return std::clamp<int64_t>(kMostNumbers / coordinates, kFewestIterates, landscape::kMostPathRows);
}

absl::StatusOr<Matrix> Iterates(runs::RunBook& runs, const std::string& id,
                                const runs::IterateQuery& query, Index n) {
  const auto page = runs.ListIterates(id, query);
  if (!page.ok()) return page.status();
  const runs::IterateBlock& block = page->block;
  const auto rows = static_cast<Index>(block.rows());
  if (rows == 0) return Matrix(0, 0);
  const auto all = Eigen::Map<const Matrix>(block.x.data(), block.coordinates, rows);
  return Matrix(all.topRows(std::min<Index>(block.coordinates, n)));
}

/// The best point so far: a trace always retains the iterate that was the best last.
absl::StatusOr<Vector> BestOf(runs::RunBook& runs, const runs::Run& run, const Layout& layout) {
  if (run.best) {
    auto best = layout.Flatten(run.best->x);
    if (best.ok()) return best;
  }
  auto x = layout.Flatten(run.spec.start);
  if (!x.ok() || run.iterations < 0) return x;
  runs::IterateQuery query;
  query.from = query.to = run.best_iteration;
  const auto best = Iterates(runs, run.id, query, layout.size());
  if (!best.ok()) return best.status();
  if (best->cols() == 1 && best->allFinite()) x->head(best->rows()) = best->col(0);
  return x;
}

}  // namespace

absl::StatusOr<RunPath> PathOf(runs::RunBook& runs, const runs::Run& run, const Layout& layout) {
  RunPath path;
  auto best = BestOf(runs, run, layout);
  if (!best.ok()) return best.status();
  path.best = *std::move(best);
  if (run.iterations < 0) return path;
  const int64_t traced = std::min<int64_t>(run.spec.traced_coordinates, layout.size());
  runs::IterateQuery query;
  query.max_points = query.page_size = static_cast<int>(MostIterates(traced));
  auto iterates = Iterates(runs, run.id, query, layout.size());
  if (!iterates.ok()) return iterates.status();
  path.iterates = *std::move(iterates);
  return path;
}

}  // namespace thalweg::rpc
