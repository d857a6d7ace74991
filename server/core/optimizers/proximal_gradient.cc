#include "server/core/optimizers/proximal_gradient.h"

#include "server/core/entry_of.h"

namespace thalweg {

OptionTable<ProximalGradient::Options> ProximalGradient::Table() {
  OptionTable<Options> table = Joined<Options>({}, SharedTable());
  table.push_back({"grow",
                   &Options::grow,
                   {1, kInfinity, false, true},
                   "factor of the step length before each step, which halves it where too long"});
  return table;
}

absl::Status ProximalGradient::Step(Problem& problem, Iterate& at) {
  if (absl::Status status = BeginIfNew(problem, at); !status.ok()) return status;
  const Place here = Here(at);
  Place found;
  const absl::StatusOr<bool> stepped = StepFrom(here, problem, at, found);
  if (!stepped.ok()) return stepped.status();
  at.learning_rate = step();
  if (!*stepped || found.x == here.x) {
    at.flags |= kRejected;
    return absl::OkStatus();
  }
  KeepHere(found);
  Show(found, problem, at);
  LengthenStep(options_.grow);
  return absl::OkStatus();
}

OptimizerEntry ProximalGradientEntry() {
  return EntryOf<Optimizer, ProximalGradient>(
      {.name = "proximal_gradient",
       .title = "Proximal gradient (ISTA)",
       .summary = "Minimises the objective plus l1*||x||_1: a gradient step, then every coordinate "
                  "shrinks towards 0.",
       .formula =
           "x = soft(x - t*g, t*l1), soft(v, s) = sign(v)*max(|v| - s, 0); t is halved until "
           "f is below the parabola of curvature 1/t",
       .source = "Daubechies et al. (2004); Beck & Teboulle (2009), doi:10.1137/080716542",
       .advice =
           "For sparse solutions: l1 makes coordinates exactly 0. fista needs far fewer steps "
           "on convex objectives; this one is the safer of the two where they are not. With "
           "l1 = 0 it is gradient descent that finds its rate and keeps within bounds.",
       .example =
           "thalweg minimize '(x-3)**2 + 10*(y-0.05)**2' --start x=0 --start y=1 --optimizer "
           "proximal_gradient --set l1=2"});
}

}  // namespace thalweg
