#include "server/core/optimizers/row_method.h"

#include <numeric>
#include <utility>

#include "server/core/penalty.h"
#include "server/core/random.h"

namespace thalweg {
namespace {

constexpr int64_t kAhead = 3;  // rows that memory is asked for before they are visited

/// 0 ... count - 1 in random order (Fisher & Yates (1938)).
void Shuffle(uint64_t seed, int64_t epoch, Index count, std::vector<Index>& order) {
  order.resize(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), Index{0});
  Random random(seed, epoch, /*member=*/0);
  for (Index left = count; left > 1; --left) {
    std::swap(order[static_cast<size_t>(left - 1)], order[static_cast<size_t>(random.Below(left))]);
  }
}

}  // namespace

OptionTable<RowOptions> RowTable() {
  return {
      {"learning_rate", &RowOptions::learning_rate, kPositive,
       "length of a row's step in units of x over those of the gradient"},
      {"schedule",
       &RowOptions::schedule,
       {},
       "what a schedule of the learning rate counts: epochs, or rows",
       {"epoch", "row"}},
  };
}

absl::Status RowMethod::Step(Problem& problem, Iterate& at) {
  RowObjective& rows = *problem.objective().rows();
  const Penalty* const kinked = problem.objective().penalty();
  const Bounds& bounds = problem.bounds();
  const bool bounded = bounds.any();
  const double sign = problem.Signed(1);
  const Pass pass{rows, sign * rows.term_scale(), sign, at.iteration};
  const int64_t count = rows.row_count();
  const bool by_epoch = shared_.schedule == "epoch" || shared_.learning_rate.constant();
  double rate = shared_.learning_rate.At(pass.epoch);

  if (absl::Status status = Enter(pass, problem, at); !status.ok()) return status;
  Shuffle(problem.seed(), pass.epoch, count, order_);
  for (int64_t i = 0; i < count; ++i) {
    if (!by_epoch) rate = shared_.learning_rate.At(pass.epoch * count + i);
    if (i + kAhead < count) rows.Expect(order_[static_cast<size_t>(i + kAhead)]);
    Visit(pass, order_[static_cast<size_t>(i)], rate, at.x);
    if (kinked != nullptr) kinked->Shrink(rate, at.x);
    if (bounded) bounds.Project(at.x);
    Visited(pass, at.x);
  }
  Leave(pass, at.x);

  Evaluations evaluations = problem.evaluations();
  evaluations.gradients += gradients_per_visit();
  problem.set_evaluations(evaluations);
  at.learning_rate = rate;
  return problem.Evaluate(at);
}

}  // namespace thalweg
