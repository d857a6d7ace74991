#include "server/core/optimizers/svrg.h"

#include "server/core/entry_of.h"

namespace thalweg {

OptionTable<Svrg::Options> Svrg::Table() { return RowTable(); }

absl::Status Svrg::Enter(const Pass& pass, Problem& problem, Iterate& at) {
  snapshot_ = at.x;
  mean_ = at.gradient;
  if (problem.objective().penalty() != nullptr) {  // at.gradient has kinks in it
    double value = 0;
    absl::Status status = problem.objective().SmoothValueAndGradient(at.x, value, mean_);
    if (!status.ok()) return status;
    mean_ *= pass.penalty;  // the sign
    Evaluations evaluations = problem.evaluations();
    ++evaluations.gradients;
    problem.set_evaluations(evaluations);
  }
  pass.rows.AddPenaltyGradient(at.x, -pass.penalty, mean_);
  return absl::OkStatus();
}

void Svrg::Visit(const Pass& pass, Index row, double rate, Vector& x) {
  direction_ = mean_;
  pass.rows.AddTermGradient(row, x, pass.terms, direction_);
  pass.rows.AddTermGradient(row, snapshot_, -pass.terms, direction_);
  pass.rows.AddPenaltyGradient(x, pass.penalty, direction_);
  x -= rate * direction_;
}

OptimizerEntry SvrgEntry() {
  return EntryOf<Optimizer, Svrg>(
      {.name = "svrg",
       .title = "SVRG",
       .summary = "Steps of single rows, corrected by the gradient of all rows at the epoch's "
                  "beginning, so that their noise vanishes at the minimum.",
       .formula = "for each row i: x -= learning_rate*(g_i(x) - g_i(x0) + g(x0))",
       .source = "Johnson & Zhang (2013); Xiao & Zhang (2014), doi:10.1137/140961791",
       .advice = "Reaches the minimum at a constant rate where sgd only comes near, at three times "
                 "the cost of an epoch. Rates up to 1/(4L), L the largest curvature of a single "
                 "row's term: a quarter of the largest squared norm of a row for logistic. Any "
                 "model; saga is cheaper where scores are linear.",
       .example =
           "thalweg fit data.csv --target class --model logistic --penalty l2=0.01 --optimizer "
           "svrg --set learning_rate=0.02"});
}

}  // namespace thalweg
