#include "server/core/optimizers/lbfgs.h"

#include <algorithm>

#include "server/core/entry_of.h"
#include "server/core/optimizers/two_loops.h"

namespace thalweg {

OptionTable<Lbfgs::Options> Lbfgs::Table() {
  return {
      {"memory", &Options::memory, {1, 100, false, false}, "pairs of vectors that are kept"},
      {"line_search", &Options::line_search, From("line search"), "how step lengths are found"}};
}

absl::StatusOr<std::unique_ptr<Optimizer>> Lbfgs::Make(const Options& options) {
  auto search = MakeLineSearch(options.line_search);
  if (!search.ok()) return search.status();
  return std::unique_ptr<Optimizer>(new Lbfgs(options, *std::move(search)));
}

void Lbfgs::Fit(Index n) {
  if (s_.rows() == n && s_.cols() == memory_) return;
  Forget();
  s_.resize(n, memory_);
  y_.resize(n, memory_);
  sy_.setZero(memory_, memory_);
  yy_.setZero(memory_, memory_);
  sg_.setZero(memory_);
  yg_.setZero(memory_);
  new_sg_.setZero(memory_);
  new_yg_.setZero(memory_);
  of_s_.setZero(memory_);
  of_y_.setZero(memory_);
}

void Lbfgs::Direct(const Bounds& /*bounds*/, const Iterate& at, Vector& direction) {
  new_sg_.head(pairs_).noalias() = s_.leftCols(pairs_).transpose() * at.gradient;
  new_yg_.head(pairs_).noalias() = y_.leftCols(pairs_).transpose() * at.gradient;
  CompleteProducts();
  const double scale = Scale();
  TwoLoops({sy_, yy_, pairs_, newest_}, scale, sg_, yg_, of_s_, of_y_);
  direction = -scale * at.gradient;
  direction.noalias() += s_.leftCols(pairs_) * of_s_.head(pairs_);
  direction.noalias() += y_.leftCols(pairs_) * of_y_.head(pairs_);
}

// Products of a fresh y with all older vectors: y is the difference of two gradients, whose
// products are known. Learn set those of the pair with itself.
void Lbfgs::CompleteProducts() {
  for (Index i = 0; i < pairs_; ++i) {
    if (fresh_ && i != newest_) {
      sy_(i, newest_) = new_sg_[i] - sg_[i];
      yy_(i, newest_) = yy_(newest_, i) = new_yg_[i] - yg_[i];
    }
  }
  fresh_ = false;
  sg_.swap(new_sg_);
  yg_.swap(new_yg_);
}

// H before the pairs is this times the unit matrix. Where the unit matrix is much too great, no
// more than 1e8 times what the first pair says: beyond that the inner products lose the small among
// the large.
double Lbfgs::Scale() const {
  constexpr double kMostAbove = 1e8;  // about 1/sqrt(unit roundoff)
  const double newest = sy_(newest_, newest_) / yy_(newest_, newest_);
  if (pairs_ == memory_) return newest;
  const double first = sy_(0, 0) / yy_(0, 0);
  return std::clamp(1.0, first, kMostAbove * first);
}

void Lbfgs::Learn(const Move& move) {
  if (!move.teaches()) return;
  const Index next = pairs_ == 0 ? 0 : (newest_ + 1) % memory_;
  y_.col(next) = move.after.gradient - move.before.gradient;
  s_.col(next) = move.step * move.direction;
  sy_(next, next) = move.curvature();
  yy_(next, next) = y_.col(next).squaredNorm();
  newest_ = next;
  if (pairs_ < memory_) ++pairs_;
  fresh_ = true;
}

void Lbfgs::Keep(State& state) {
  Matrix s = s_.leftCols(pairs_);
  Matrix y = y_.leftCols(pairs_);
  state.Keep("s", s);
  state.Keep("y", y);
  if (!state.writing()) {
    if (s.cols() > memory_ || y.cols() != s.cols() || y.rows() != s.rows()) {
      return state.Fail("the pairs of lbfgs do not have one size");
    }
    Fit(s.rows());
    s_.leftCols(s.cols()) = s;
    y_.leftCols(y.cols()) = y;
  }
  state.Keep("pairs", pairs_);
  state.Keep("newest", newest_);
  state.Keep("fresh", fresh_);
  state.Keep("sy", sy_);
  state.Keep("yy", yy_);
  state.Keep("sg", sg_);
  state.Keep("yg", yg_);
  const bool sound = pairs_ == s.cols() && newest_ >= 0 && newest_ < memory_ &&
                     sy_.rows() == yy_.rows() && sg_.size() == yg_.size();
  if (!sound) state.Fail("the products of lbfgs do not belong to its pairs");
}

OptimizerEntry LbfgsEntry() {
  return EntryOf<Optimizer, Lbfgs>(
      {.name = "lbfgs",
       .title = "L-BFGS",
       .summary = "BFGS from the last few steps alone: the memory of a few vectors, for any number "
                  "of variables.",
       .formula = "x -= a*H*g, H from the last m pairs s, y by the two-loop recursion",
       .source = "Nocedal (1980); Liu & Nocedal (1989); Nocedal & Wright (2006), alg. 7.4",
       .advice = "The first choice for smooth objectives of many variables without bounds. Up to a "
                 "few hundred variables bfgs needs fewer evaluations; with bounds use lbfgsb.",
       .example = "thalweg minimize --function rosenbrock --dimension 1000 --optimizer lbfgs"});
}

}  // namespace thalweg
