#include "server/rpc/handlers/evaluate_objective.h"

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/handlers/understand.h"
#include "server/rpc/translate/values.h"

namespace thalweg::rpc {
namespace {

constexpr int kMostPoints = 10'000;
// Explaining costs an evaluation or more; a grid over a hole needs the reason once, not each time.
constexpr int kMostExplanations = 20;

absl::Status CheckPoints(const v1::EvaluateObjectiveRequest& request) {
  if (request.points_size() == 0) {
    return Refuse("points", Reason::kMissingField, "is empty; give at least one point");
  }
  if (request.points_size() > kMostPoints) {
    return Refuse("points", Reason::kInvalidValue,
                  absl::StrCat("has ", request.points_size(), " entries; at most ", kMostPoints,
                               " are allowed"));
  }
  return absl::OkStatus();
}

/// Evaluates at one point after the other, with scratch memory shared between them.
class Evaluator {
 public:
  Evaluator(Objective& objective, bool gradient)
      : objective_(objective), wants_gradient_(gradient), gradient_(objective.layout().size()) {}

  absl::Status Evaluate(const Vector& x, v1::Evaluation& wire) {
    double value = 0;
    const absl::Status status = wants_gradient_ ? objective_.ValueAndGradient(x, value, gradient_)
                                                : objective_.Value(x, value);
    if (!status.ok()) return status;
    wire.set_value(value);
    if (wants_gradient_) {
      const Layout& layout = objective_.layout();
      ToWire(layout.Unflatten(gradient_), layout.variables(), *wire.mutable_gradient());
    }
    const bool finite = std::isfinite(value) && (!wants_gradient_ || gradient_.allFinite());
    if (!finite && explanations_++ < kMostExplanations) {
      wire.set_non_finite(objective_.ExplainNonFinite(x));
    }
    return absl::OkStatus();
  }

 private:
  Objective& objective_;
  bool wants_gradient_;
  Vector gradient_;  // n
  int explanations_ = 0;
};

}  // namespace

absl::StatusOr<v1::EvaluateObjectiveResponse> EvaluateObjective(
    EventSink& events, const v1::EvaluateObjectiveRequest& request,
    const Interruption& interruption, const expression::Limits& limits) {
  if (const absl::Status status = CheckPoints(request); !status.ok()) return status;
  const auto understood =
      Understand(request.objective(), request.points(0), "points[0]", events, interruption, limits);
  if (!understood.ok()) return understood.status();
  const auto operations =
      static_cast<double>(request.gradient() ? understood->compiled->gradient_operations()
                                             : understood->compiled->operations());
  const absl::Status cost = CheckCost("points", request.points_size(), operations);
  if (!cost.ok()) return cost;

  v1::EvaluateObjectiveResponse response;
  Evaluator evaluator(*understood->objective, request.gradient());
  for (int i = 0; i < request.points_size(); ++i) {
    const auto x = FlatPoint(understood->objective->layout(), request.points(i),
                             absl::StrCat("points[", i, "]"));
    if (!x.ok()) return x.status();
    const absl::Status status = evaluator.Evaluate(*x, *response.add_evaluations());
    if (!status.ok()) return status;
  }
  return response;
}

}  // namespace thalweg::rpc
