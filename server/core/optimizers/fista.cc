#include "server/core/optimizers/fista.h"

#include <cmath>

#include "server/core/entry_of.h"

namespace thalweg {
namespace {

// Of the step length after a restart: curvature may be less where the path has come to.
constexpr double kLonger = 1.25;

}  // namespace

OptionTable<Fista::Options> Fista::Table() {
  OptionTable<Options> table = Joined<Options>({}, SharedTable());
  table.push_back({"variant",
                   &Options::variant,
                   {},
                   "restart: drops the momentum when it points uphill; monotone: never lets the "
                   "value rise; plain: neither",
                   {"restart", "monotone", "plain"}});
  return table;
}

absl::Status Fista::Step(Problem& problem, Iterate& at) {
  if (absl::Status status = BeginIfNew(problem, at); !status.ok()) return status;
  const Place here = Here(at);
  Place from = here;
  if (y_.size() > 0 && y_ != at.x) {
    from.x = y_;
    auto status = Evaluate(problem, from);
    if (!status.ok()) return status;
    if (!std::isfinite(from.f) || !from.slope.allFinite()) from = here;
  }
  Place found;
  const absl::StatusOr<bool> stepped = StepFrom(from, problem, at, found);
  if (!stepped.ok()) return stepped.status();
  at.learning_rate = step();
  if (!*stepped) {
    at.flags |= kRejected;
    return absl::OkStatus();
  }

  const bool keep = monotone_ && Penalised(found, problem) > at.value;
  const Place& next = keep ? here : found;
  if (restarts_ && (from.x - found.x).dot(found.x - here.x) > 0) {
    at.flags |= kRestarted;
    t_ = 1;
    LengthenStep(kLonger);
    y_.resize(0);
  } else {
    const double t_next = (1 + std::sqrt(1 + 4 * t_ * t_)) / 2;
    y_ = next.x + (t_ / t_next) * (found.x - next.x) + ((t_ - 1) / t_next) * (next.x - here.x);
    problem.bounds().Project(y_);
    t_ = t_next;
  }
  if (next.x == here.x) at.flags |= kRejected;
  KeepHere(next);
  Show(next, problem, at);
  return absl::OkStatus();
}

void Fista::Remember(State& state) {
  RememberShared(state);
  state.Keep("y", y_);
  state.Keep("t", t_);
}

OptimizerEntry FistaEntry() {
  return EntryOf<Optimizer, Fista>(
      {.name = "fista",
       .title = "FISTA (accelerated proximal gradient)",
       .summary =
           "Minimises an objective with an l1 or group penalty by proximal gradient steps with "
           "Nesterov's momentum.",
       .formula = "x' = soft(y - s*g(y), s*l1); t' = (1 + sqrt(1 + 4*t^2))/2; "
                  "y = x' + (t-1)/t'*(x' - x)",
       .source = "Beck & Teboulle (2009), doi:10.1137/080716542; O'Donoghue & Candes (2015)",
       .advice = "For sparse regression and other convex objectives with an l1 penalty: the first "
                 "choice. Where the objective is not convex, proximal_gradient is safer. With no "
                 "penalty it is an accelerated gradient descent that finds its own rate.",
       .example =
           "thalweg minimize '(x-3)**2 + 10*(y-0.05)**2' --start x=0 --start y=1 --optimizer "
           "fista --set l1=2"});
}

}  // namespace thalweg
