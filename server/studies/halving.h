#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/studies/study.h"

namespace thalweg::studies {

/// How `budget` evaluations are shared. Without halving one rung gives every run the same. With it,
/// the budget is divided equally among the rungs, and a rung's share equally among the runs of the
/// arms that are left (successive halving; Jamieson & Talwalkar 2016, Alg. 1, with 1/eta in place
/// of 1/2 as in Hyperband, Li et al. 2018). Errors are at "budget" and "halving.eta",
/// "halving.rungs".
absl::StatusOr<std::vector<Rung>> PlanRungs(int64_t arms, int64_t instances, int64_t budget,
                                            const std::optional<Halving>& halving);

/// The `keep` best of the arms `living`. `values[arm][instance]` are best values so far, smaller
/// better; what is not finite is worse than all else. Arms are compared by their ranks within each
/// instance (1 + how many are better): the median over instances, then the mean, then their order.
std::vector<size_t> Promoted(const std::vector<size_t>& living,
                             const std::vector<std::vector<double>>& values, size_t keep);

}  // namespace thalweg::studies
