#include "server/core/populations/population.h"

#include <algorithm>
#include <numeric>

namespace thalweg {

Index Population::Best() const {
  Index best = 0;
  for (Index i = 1; i < size(); ++i) {
    if (values[i] < values[best]) best = i;
  }
  return best;
}

std::vector<Index> Population::Ranked() const {
  std::vector<Index> order(static_cast<size_t>(size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [this](Index a, Index b) { return values[a] < values[b]; });
  return order;
}

void Population::Keep(const std::vector<Index>& order, Index count) {
  const std::vector<Index> kept(order.begin(), order.begin() + count);
  points = Matrix(points(Eigen::all, kept));
  values = Vector(values(kept));
}

double Population::Spread(const Vector& width) const {
  double spread = 0;
  const Vector range = points.rowwise().maxCoeff() - points.rowwise().minCoeff();
  for (Index d = 0; d < width.size(); ++d) {
    if (width[d] > 0) spread = std::max(spread, range[d] / width[d]);
  }
  return spread;
}

void Population::Remember(State& state, const std::string& name) {
  state.Keep(name + "_points", points);
  state.Keep(name + "_values", values);
  if (!state.writing() && points.cols() != values.size()) {
    state.Fail("a population has not as many values as points");
  }
}

}  // namespace thalweg
