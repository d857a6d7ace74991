#include "server/core/optimizers/lbfgsb.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "server/core/entry_of.h"

namespace thalweg {

OptionTable<Lbfgsb::Options> Lbfgsb::Table() {
  return {
      {"memory", &Options::memory, {1, 100, false, false}, "pairs of vectors that are kept"},
      {"line_search", &Options::line_search, From("line search"), "how step lengths are found"}};
}

absl::StatusOr<std::unique_ptr<Optimizer>> Lbfgsb::Make(const Options& options) {
  auto search = MakeLineSearch(options.line_search);
  if (!search.ok()) return search.status();
  return std::unique_ptr<Optimizer>(new Lbfgsb(options, *std::move(search)));
}

void Lbfgsb::Fit(Index n) { model_.Fit(n); }

void Lbfgsb::Direct(const Bounds& bounds, const Iterate& at, Vector& direction) {
  if (bounds.any()) {
    lower_ = bounds.lower - at.x;
    upper_ = bounds.upper - at.x;
  }
  model_.Factor();
  FindCauchyPoint(at.gradient);
  MinimizeOverFree(at.gradient);
  direction = cauchy_ + target_;
  if (!bounds.any()) return;
  // Projected: Morales & Nocedal (2011), section 3. Where that does not lead down, the way to the
  // target is cut at the first bound, as in 1995.
  direction = direction.cwiseMax(lower_).cwiseMin(upper_);
  if (direction.dot(at.gradient) < 0) return;
  double most = 1;
  for (Index i = 0; i < target_.size(); ++i) {
    if (target_[i] == 0) continue;
    const double bound = target_[i] > 0 ? upper_[i] : lower_[i];
    most = std::min(most, (bound - cauchy_[i]) / target_[i]);
  }
  direction = cauchy_ + most * target_;
}

// Algorithm CP of the paper (1995); t, f', f'', p and c are its symbols. Coordinates reach their
// bounds at breakpoints, which are taken from a heap as long as the model falls beyond them.
void Lbfgsb::FindCauchyPoint(const Vector& g) {
  const Index n = g.size();
  const double theta = model_.theta();
  path_ = -g;
  cauchy_.setZero(n);
  breakpoints_.clear();
  for (Index i = 0; lower_.size() > 0 && i < n; ++i) {
    if (g[i] == 0) continue;
    const double t = (g[i] < 0 ? upper_[i] : lower_[i]) / -g[i];
    if (t <= 0) path_[i] = 0;
    if (t > 0 && t < kInfinity) breakpoints_.emplace_back(t, i);
  }
  const std::greater<Breakpoint> nearest_first;
  std::make_heap(breakpoints_.begin(), breakpoints_.end(), nearest_first);

  model_.TimesV(path_, p_);
  c_.setZero(p_.size());
  double slope = -path_.squaredNorm();
  double curvature = -theta * slope - p_.dot(model_.TimesM(p_));
  const double least = kUnitRoundoff * -theta * slope;
  double t = 0;
  double ahead = -slope / std::max(curvature, least);

  while (!breakpoints_.empty()) {
    const auto [next, b] = breakpoints_.front();
    const double length = next - t;
    if (!(ahead >= length)) break;
    std::pop_heap(breakpoints_.begin(), breakpoints_.end(), nearest_first);
    breakpoints_.pop_back();
    const double z = path_[b] > 0 ? upper_[b] : lower_[b];
    cauchy_[b] = z;
    c_ += length * p_;
    model_.Row(b, row_);
    const Vector mw = model_.TimesM(row_);
    slope += length * curvature + g[b] * g[b] + theta * g[b] * z - g[b] * mw.dot(c_);
    curvature -= theta * g[b] * g[b] + 2 * g[b] * mw.dot(p_) + g[b] * g[b] * mw.dot(row_);
    p_ += g[b] * row_;
    path_[b] = 0;
    t = next;
    ahead = slope < 0 ? -slope / std::max(curvature, least) : 0;
  }
  ahead = std::max(ahead, 0.0);
  t += ahead;
  c_ += ahead * p_;
  for (Index i = 0; i < n; ++i) {
    if (path_[i] != 0) cauchy_[i] = t * path_[i];
  }
}

// The direct primal method of section 5.1, or, where all coordinates are free, the two loops, which
// lose less to rounding: target_ = x_hat - x^c, 0 where a coordinate is at its
// bound. W'ZZ'W is W'W without the rows of the coordinates that are not free, or the sum of the
// rows of those that are, whichever are fewer.
void Lbfgsb::MinimizeOverFree(const Vector& gradient) {
  const Index n = gradient.size();
  const double theta = model_.theta();
  const auto fixed = [&](Index i) { return AtBound(i, cauchy_[i]); };
  Index free = 0;
  for (Index i = 0; i < n; ++i) free += fixed(i) ? 0 : 1;
  if (free == n) {
    model_.NewtonStep(gradient, target_);
    target_ -= cauchy_;
    return;
  }
  target_.setZero(n);
  if (free == 0) return;

  reduced_ = gradient + theta * cauchy_;
  model_.AddW(-1, model_.TimesM(c_), reduced_);
  for (Index i = 0; i < n; ++i) {
    if (fixed(i)) reduced_[i] = 0;
  }
  const bool few = free < n - free;
  Matrix gram = model_.Gram();
  if (few) gram.setZero();
  for (Index i = 0; i < n; ++i) {
    if (fixed(i) == few) continue;
    model_.Row(i, row_);
    gram.noalias() += (few ? 1.0 : -1.0) * row_ * row_.transpose();
  }
  model_.TimesV(reduced_, p_);
  const Vector v = model_.TimesM(p_);
  Matrix inner = Matrix::Identity(gram.rows(), gram.cols());
  for (Index j = 0; j < gram.cols(); ++j) inner.col(j) -= model_.TimesM(gram.col(j)) / theta;
  const Vector solved = inner.partialPivLu().solve(v);
  target_ = -reduced_ / theta;
  model_.AddW(-1 / (theta * theta), solved, target_);
  for (Index i = 0; i < n; ++i) {
    if (fixed(i)) target_[i] = 0;
  }
}

void Lbfgsb::Learn(const Move& move) {
  if (!move.teaches()) return;
  step_ = move.step * move.direction;
  change_ = move.after.gradient - move.before.gradient;
  model_.Add(step_, change_, move.curvature());
}

OptimizerEntry LbfgsbEntry() {
  return EntryOf<Optimizer, Lbfgsb>(
      {.name = "lbfgsb",
       .title = "L-BFGS-B",
       .summary = "L-BFGS within bounds: finds which variables stay at a bound, and steps in the "
                  "others as L-BFGS does.",
       .formula =
           "x += a*(P(xc + dx) - x): xc the generalized Cauchy point, dx the model's minimum "
           "over the free variables",
       .source = "Byrd, Lu, Nocedal & Zhu (1995); Zhu et al. (1997); Morales & Nocedal (2011)",
       .advice = "The first choice for a smooth objective with bounds, whatever the number of "
                 "variables. Without bounds lbfgs is cheaper, and bfgs needs fewer evaluations.",
       .example = "thalweg minimize \"(x-3)**2 + (y+1)**2\" --start x=1 --start y=1 --lower x=0 "
                  "--upper x=2 --optimizer lbfgsb"});
}

}  // namespace thalweg
