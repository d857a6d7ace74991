#include "server/core/composition/auto.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/composition/choice.h"
#include "server/core/entry_of.h"

namespace thalweg {

OptionTable<Auto::Options> Auto::Table() {
  return {{"search",
           &Options::search,
           {},
           "local: the nearest minimum; global: the least in the bounds, or near the start",
           {"local", "global"}}};
}

// What it chooses fits the problem, so it fits all problems.
Capabilities Auto::capabilities() const {
  return {.bounds = true, .constraints = !global_, .searches_on = global_, .random = global_};
}

absl::Status Auto::Take(const std::string& kind) {
  kind_ = kind;
  absl::StatusOr<Leg> leg = Leg::Make({kind, {}}, {});
  if (!leg.ok()) return leg.status();
  leg_ = std::make_unique<Leg>(*std::move(leg));
  return absl::OkStatus();
}

absl::Status Auto::Begin(const std::string& kind, Problem& problem, Iterate& at) {
  if (absl::Status status = Take(kind); !status.ok()) return status;
  return leg_->Begin(problem, fallen_back_ ? 1 : 0, /*evaluated=*/true, at);
}

absl::Status Auto::Step(Problem& problem, Iterate& at) {
  if (!leg_) {
    const auto choice = ChooseOptimizer(problem, at, global_);
    if (!choice.ok()) return choice.status();
    at.notes.push_back({"choice", absl::StrCat("Chose ", choice->kind, ": ", choice->why, ".")});
    if (absl::Status status = Begin(choice->kind, problem, at); !status.ok()) return status;
  } else if (fall_back_) {
    fall_back_ = false;
    fallen_back_ = true;
    const Choice choice = ChooseWithoutGradients(problem.size(), "");
    at.flags |= kRestarted;
    if (absl::Status status = Begin(choice.kind, problem, at); !status.ok()) return status;
  }
  const auto reason = leg_->Step(problem, at);
  if (!reason.ok()) return reason.status();
  if (!reason->has_value()) return absl::OkStatus();
  const bool by_gradient = leg_->optimizer().capabilities().gradient;
  const bool at_rounding = (*reason)->measured <= (*reason)->threshold;  // of a line search
  if ((*reason)->termination == Termination::kStalled && by_gradient && !at_rounding &&
      !fallen_back_ && !problem.constraints().any()) {
    fall_back_ = true;
    const Choice choice = ChooseWithoutGradients(problem.size(), "");
    at.notes.push_back(
        {"choice", absl::StrFormat("%s can go no further: %s. Goes on with %s, which asks for "
                                   "values only.",
                                   kind_, (*reason)->detail, choice.kind)});
    return absl::OkStatus();
  }
  finished_ = **reason;
  return absl::OkStatus();
}

void Auto::Remember(State& state) {
  state.Keep("choice", kind_);
  state.Keep("fallen_back", fallen_back_);
  state.Keep("fall_back", fall_back_);
  if (!state.writing() && !kind_.empty() && !Take(kind_).ok()) {
    state.Fail(absl::StrCat("there is no optimizer '", kind_, "'"));
    leg_.reset();
  }
  if (leg_) leg_->Remember(state);
}

OptimizerEntry AutoEntry() {
  return EntryOf<Optimizer, Auto>(
      {.name = "auto",
       .title = "Automatic choice",
       .summary = "Chooses an optimizer from what the problem shows, and says which and why.",
       .formula = "squares: levenberg_marquardt; constraints: sqp; penalties with kinks: fista; "
                  "other kinks or noise: nelder_mead, "
                  "cma_es; bounds: lbfgsb; else bfgs, lbfgs",
       .source = "decision rules as in Nocedal & Wright (2006); noise: Moré & Wild (2011)",
       .advice = "When you do not want to choose. With search=global it looks for the least of "
                 "several minima. Once you know what your function is like, a method you name "
                 "yourself can be tuned.",
       .example = "thalweg minimize --function beale --optimizer auto"});
}

}  // namespace thalweg
