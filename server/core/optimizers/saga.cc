#include "server/core/optimizers/saga.h"

#include "server/core/entry_of.h"

namespace thalweg {

OptionTable<Saga::Options> Saga::Table() { return RowTable(); }

absl::Status Saga::Enter(const Pass& pass, Problem& problem, Iterate& at) {
  const auto count = static_cast<size_t>(pass.rows.row_count());
  per_term_ = pass.rows.slopes_per_term();
  const auto k = static_cast<size_t>(per_term_);
  changes_.resize(k);
  if (slopes_.size() == count * k && mean_.size() == at.x.size()) return absl::OkStatus();
  slopes_.resize(count * k);
  mean_ = Vector::Zero(at.x.size());
  for (size_t i = 0; i < count; ++i) {
    const auto row = static_cast<Index>(i);
    pass.rows.TermSlopes(row, at.x, &slopes_[i * k]);
    pass.rows.AddSlopes(row, &slopes_[i * k], 1 / static_cast<double>(count), mean_);
  }
  Evaluations evaluations = problem.evaluations();
  ++evaluations.gradients;
  problem.set_evaluations(evaluations);
  return absl::OkStatus();
}

void Saga::Visit(const Pass& pass, Index row, double rate, Vector& x) {
  double* const kept = &slopes_[static_cast<size_t>(row * per_term_)];
  pass.rows.TermSlopes(row, x, changes_.data());
  for (size_t j = 0; j < changes_.size(); ++j) {
    const double slope = changes_[j];
    changes_[j] = slope - kept[j];
    kept[j] = slope;
  }
  direction_ = pass.terms * mean_;
  pass.rows.AddSlopes(row, changes_.data(), pass.terms, direction_);
  pass.rows.AddPenaltyGradient(x, pass.penalty, direction_);
  pass.rows.AddSlopes(row, changes_.data(), 1 / static_cast<double>(pass.rows.row_count()), mean_);
  x -= rate * direction_;
}

void Saga::Remember(State& state) {
  state.Keep("slopes", slopes_);
  state.Keep("mean", mean_);
}

OptimizerEntry SagaEntry() {
  return EntryOf<Optimizer, Saga>(
      {.name = "saga",
       .title = "SAGA",
       .summary = "Steps of single rows, corrected by the mean of every row's last gradient, so "
                  "that their noise vanishes at the minimum.",
       .formula = "for each row i: x -= learning_rate*(g_i(x) - last_i + mean(last)); last_i = "
                  "g_i(x)",
       .source = "Defazio, Bach & Lacoste-Julien (2014)",
       .advice =
           "Reaches the minimum at a constant rate where sgd only comes near, for one gradient "
           "a row; keeps one number a row and score. Rates up to 1/(3L), L the largest "
           "curvature of a single row's term: a quarter of the largest squared norm of a row "
           "for logistic. Linear scores only: linear, logistic, softmax, svm.",
       .example =
           "thalweg fit data.csv --target class --model logistic --penalty l1=0.01 --optimizer "
           "saga --set learning_rate=0.02"});
}

}  // namespace thalweg
