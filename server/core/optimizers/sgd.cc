#include "server/core/optimizers/sgd.h"

#include "server/core/entry_of.h"

namespace thalweg {

OptionTable<Sgd::Options> Sgd::Table() {
  OptionTable<Options> table = Joined<Options>({}, RowTable());
  table.push_back({"average_from", &Options::average_from, kCountOrZero,
                   "epoch from which on the iterate is the mean of all points; 0: never"});
  return table;
}

absl::Status Sgd::Enter(const Pass& /*pass*/, Problem& /*problem*/, Iterate& at) {
  if (averaged_ > 0) at.x = last_;
  return absl::OkStatus();
}

// The penalty's gradient is taken where the row's step led, as if it had a step of its own.
void Sgd::Visit(const Pass& pass, Index row, double rate, Vector& x) {
  pass.rows.AddTermGradient(row, x, -rate * pass.terms, x);
  pass.rows.AddPenaltyGradient(x, -rate * pass.penalty, x);
}

void Sgd::Visited(const Pass& pass, const Vector& x) {
  if (!Averages(pass)) return;
  if (averaged_ == 0) mean_ = Vector::Zero(x.size());
  mean_ += (x - mean_) / static_cast<double>(++averaged_);
}

void Sgd::Leave(const Pass& pass, Vector& x) {
  if (!Averages(pass)) return;
  last_ = x;
  x = mean_;
}

void Sgd::Remember(State& state) {
  state.Keep("averaged", averaged_);
  state.Keep("last", last_);
  state.Keep("mean", mean_);
}

OptimizerEntry SgdEntry() {
  return EntryOf<Optimizer, Sgd>(
      {.name = "sgd",
       .title = "Stochastic gradient descent",
       .summary = "A small step for every row of the data, in a new order each epoch.",
       .formula = "for each row i: x -= learning_rate*(gradient of t_i + penalty)",
       .source = "Robbins & Monro (1951); averaging: Polyak & Juditsky (1992)",
       .advice =
           "The cheapest way to a good fit of many rows: often a few epochs do. At a constant "
           "rate it ends in a cloud around the minimum whose size is the rate's: let the rate "
           "fall (schedule), average, or take svrg or saga, which reach the minimum itself. "
           "Scale the features.",
       .example = "thalweg fit data.csv --target class --model logistic --optimizer sgd --set "
                  "learning_rate=0.01 --set average_from=2 --stop epochs=10"});
}

}  // namespace thalweg
