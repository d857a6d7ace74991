#include "server/core/optimizers/lookahead.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/entry_of.h"
#include "server/core/violation.h"

namespace thalweg {

OptionTable<Lookahead::Options> Lookahead::Table() {
  return {
      {"inner", &Options::inner, From("optimizer"),
       "the method that makes the steps: one with a learning rate"},
      {"period", &Options::period, kCount, "k, steps of the inner method between synchronisations"},
      {"alpha",
       &Options::alpha,
       {0, 1, true, false},
       "part of the way that a synchronisation keeps; 1 is the inner method alone"},
  };
}

absl::StatusOr<std::unique_ptr<Optimizer>> Lookahead::Make(const Options& options) {
  auto inner = MakeFrom(Optimizers(), "optimizer", options.inner);
  if (!inner.ok()) return Under("settings[inner]", inner.status());
  if (!(*inner)->capabilities().rate || options.inner.kind == "lookahead") {
    return Refuse("settings[inner].kind", Reason::kInvalidValue,
                  absl::StrCat("lookahead works over methods that move by a learning rate (adam, "
                               "momentum, ...), and ",
                               options.inner.kind, " is none"));
  }
  return std::unique_ptr<Optimizer>(new Lookahead(options, *std::move(inner)));
}

absl::Status Lookahead::Step(Problem& problem, Iterate& at) {
  if (slow_.size() == 0) slow_ = at.x;
  absl::Status status = inner_->Step(problem, at);
  if (!status.ok() || ++steps_ < period_) return status;
  steps_ = 0;
  slow_ += alpha_ * (at.x - slow_);
  problem.bounds().Project(slow_);  // rounding may have left the box
  at.x = slow_;
  return at.gradient.size() > 0 ? problem.Evaluate(at) : problem.Value(at.x, at.value);
}

void Lookahead::Remember(State& state) {
  inner_->Remember(state);
  state.Keep("steps", steps_);
  state.Keep("slow", slow_);
}

OptimizerEntry LookaheadEntry() {
  return EntryOf<Optimizer, Lookahead>(
      {.name = "lookahead",
       .title = "Lookahead",
       .summary = "Lets another method run ahead for some steps, then follows part of the way.",
       .formula = "every period steps: s += alpha*(x - s); x = s",
       .source = "Zhang, Lucas, Ba & Hinton (2019), arXiv:1907.08610",
       .advice =
           "Over a method whose steps are noisy or swing about: it averages them out and "
           "forgives a rate that is a little too large. Where the inner method goes straight, "
           "it halves its speed. Each synchronisation costs an evaluation.",
       .example = "thalweg minimize --function beale --optimizer lookahead --set "
                  "'inner=adam(learning_rate=0.1)'"});
}

}  // namespace thalweg
