#include "server/core/pairing.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/core/rows.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

// Numbers: 256 MiB, and a method keeps a few of these.
constexpr int64_t kLargestJacobian = int64_t{1} << 25;

// Slopes that a method may keep: 64 MiB, which checkpoints hold too.
constexpr int64_t kMostSlopes = int64_t{1} << 23;

/// Of methods that pass over the rows of data.
std::optional<std::string> RowsMisfit(const Capabilities& can, const Problem& problem) {
  RowObjective* const rows = problem.objective().rows();
  if (rows == nullptr) return "it passes over rows of data, and this objective has none";
  if (problem.objective().penalty() != nullptr && problem.direction() == Direction::kMaximize) {
    return "it shrinks towards the kinks of a penalty, and this objective is maximised";
  }
  if (!can.linear_rows) return std::nullopt;
  const Index slopes = rows->slopes_per_term();
  if (slopes == 0) return "it keeps slopes by scores that are linear in x, and these are not";
  if (rows->row_count() > kMostSlopes / slopes) {
    return absl::StrFormat("it keeps %d numbers for each of %d rows; %d in all at most", slopes,
                           rows->row_count(), kMostSlopes);
  }
  return std::nullopt;
}

/// What does not fit; nothing where all does.
std::optional<std::string> Misfit(const Capabilities& can, const Problem& problem, bool batched) {
  if (can.rows) {
    if (auto misfit = RowsMisfit(can, problem)) return misfit;
  }
  const Bounds& bounds = problem.bounds();
  if (can.residuals && problem.residual_count() == 0) {
    return problem.direction() == Direction::kMaximize
               ? "it minimises sums of squares, and this objective is maximised"
               : "it works on sums of squares, and this objective is not known to be one";
  }
  if (can.residuals && problem.residual_count() > kLargestJacobian / problem.size()) {
    return absl::StrFormat(
        "its Jacobian of %d residuals by %d variables is too large: it may have "
        "%d numbers",
        problem.residual_count(), problem.size(), kLargestJacobian);
  }
  if (can.needs_bounds && !bounds.finite()) {
    return "it searches a box: a finite lower and upper bound is needed for every coordinate";
  }
  if (batched && !can.batches) {
    return "it needs values and gradients of one function, all rows, and batches change it at "
           "every "
           "step; leave batches out, or use a method of one gradient a step";
  }
  if (!can.constraints && problem.constraints().any()) return "it cannot honour constraints";
  if (!can.bounds && bounds.any()) return "it cannot keep within bounds";
  if (problem.size() > can.most_coordinates) {
    return absl::StrFormat("it works on up to %d coordinates, and this problem has %d",
                           can.most_coordinates, problem.size());
  }
  return std::nullopt;
}

// Those that fit with their default settings.
std::vector<std::string> Fitting(const Problem& problem, bool batched) {
  std::vector<std::string> names;
  for (const OptimizerEntry& entry : Optimizers()) {
    const auto optimizer = entry.make({entry.name, {}});
    if (optimizer.ok() && !Misfit((*optimizer)->capabilities(), problem, batched)) {
      names.push_back(entry.name);
    }
  }
  return names;
}

}  // namespace

absl::Status CheckPairing(const Part& optimizer, const Capabilities& capabilities,
                          const Problem& problem, bool batched) {
  const std::optional<std::string> misfit = Misfit(capabilities, problem, batched);
  if (!misfit) return absl::OkStatus();
  return Refuse("kind", Reason::kInvalidValue,
                absl::StrCat(optimizer.kind, " does not fit: ", *misfit, "; these optimizers fit: ",
                             absl::StrJoin(Fitting(problem, batched), ", ")));
}

absl::Status CheckRules(const std::vector<Part>& rules, const Capabilities& capabilities,
                        bool batched) {
  static constexpr std::string_view kOfOneFunction[] = {"gradient_norm", "value_change",
                                                        "relative_value_change"};
  for (size_t i = 0; batched && i < rules.size(); ++i) {
    if (std::ranges::find(kOfOneFunction, rules[i].kind) == std::end(kOfOneFunction)) continue;
    return Refuse(absl::StrCat("[", i, "].kind"), Reason::kInvalidValue,
                  absl::StrCat(rules[i].kind,
                               " means nothing where each step sees other rows; use "
                               "epochs, validation, target_value, stall or a limit"));
  }
  if (capabilities.gradient) return absl::OkStatus();
  for (size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].kind != "gradient_norm") continue;
    return Refuse(absl::StrCat("[", i, "].kind"), Reason::kInvalidValue,
                  "gradient_norm cannot be met: this optimizer computes no gradients; use "
                  "value_change, step_size, stall, target_value or a limit");
  }
  return absl::OkStatus();
}

absl::Status CheckRules(const std::vector<Part>& rules, Problem& problem) {
  const RowObjective* const rows = problem.objective().rows();
  for (size_t i = 0; i < rules.size(); ++i) {
    const std::string field = absl::StrCat("[", i, "].kind");
    const bool validation = rules[i].kind == "validation";
    if (!rows && (validation || rules[i].kind == "epochs")) {
      return Refuse(field, Reason::kInvalidValue,
                    absl::StrCat(rules[i].kind,
                                 " is of the rows of a model, and this objective is "
                                 "none"));
    }
    if (validation && !rows->has_validation()) {
      return Refuse(field, Reason::kInvalidValue,
                    "no rows are held out to validate with; set objective.model.split.validation");
    }
  }
  return absl::OkStatus();
}

}  // namespace thalweg
