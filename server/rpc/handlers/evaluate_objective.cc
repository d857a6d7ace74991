#include "server/rpc/handlers/evaluate_objective.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
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

constexpr double kMostJacobianNumbers = 1e6;

/// What a request wants of every point.
struct Wishes {
  bool gradient = false;
  std::optional<Vector> direction;  // for the Hessian
  bool residuals = false;
  bool jacobian = false;
};

absl::StatusOr<Wishes> WishesOf(const v1::EvaluateObjectiveRequest& request,
                                const Objective& objective) {
  Wishes wishes{.gradient = request.gradient(),
                .direction = std::nullopt,
                .residuals = request.residuals() || request.jacobian(),
                .jacobian = request.jacobian()};
  if (request.direction().values_size() > 0) {
    auto direction = FlatPoint(objective.layout(), request.direction(), "direction");
    if (!direction.ok()) return direction.status();
    wishes.direction = *std::move(direction);
  }
  if (!wishes.residuals) return wishes;
  const std::string field = request.jacobian() ? "jacobian" : "residuals";
  if (objective.residual_count() == 0) {
    return Refuse(field, Reason::kInvalidValue,
                  "asked for, but the objective is not known to be a sum of squares");
  }
  const double numbers = static_cast<double>(request.points_size()) *
                         static_cast<double>(objective.residual_count()) *
                         (wishes.jacobian ? static_cast<double>(objective.layout().size()) : 1.0);
  if (numbers <= kMostJacobianNumbers) return wishes;
  return Refuse(field, Reason::kInvalidValue,
                absl::StrFormat("has %.0f numbers in all; at most %.0f are given in one call",
                                numbers, kMostJacobianNumbers));
}

/// Evaluates at one point after the other, with scratch memory shared between them.
class Evaluator {
 public:
  Evaluator(Objective& objective, const Wishes& wishes)
      : objective_(objective),
        wishes_(wishes),
        gradient_(objective.layout().size()),
        product_(objective.layout().size()),
        residuals_(objective.residual_count()) {
    if (wishes.jacobian) jacobian_.resize(residuals_.size(), gradient_.size());
  }

  absl::Status Evaluate(const Vector& x, v1::Evaluation& wire) {
    double value = 0;
    absl::Status status = wishes_.gradient ? objective_.ValueAndGradient(x, value, gradient_)
                                           : objective_.Value(x, value);
    if (!status.ok()) return status;
    wire.set_value(value);
    if (wishes_.gradient) PointToWire(gradient_, *wire.mutable_gradient());
    if (wishes_.direction) {
      status = objective_.HessianVector(x, *wishes_.direction, product_);
      if (!status.ok()) return status;
      PointToWire(product_, *wire.mutable_hessian_direction());
    }
    if (wishes_.residuals) {
      status = EvaluateResiduals(x, wire);
      if (!status.ok()) return status;
    }
    const bool finite = std::isfinite(value) && (!wishes_.gradient || gradient_.allFinite());
    if (!finite && explanations_++ < kMostExplanations) {
      wire.set_non_finite(objective_.ExplainNonFinite(x));
    }
    return absl::OkStatus();
  }

 private:
  void PointToWire(const Vector& flat, v1::Point& wire) const {
    const Layout& layout = objective_.layout();
    ToWire(layout.Unflatten(flat), layout.variables(), wire);
  }

  absl::Status EvaluateResiduals(const Vector& x, v1::Evaluation& wire) {
    const absl::Status status = wishes_.jacobian
                                    ? objective_.ResidualsAndJacobian(x, residuals_, jacobian_)
                                    : objective_.Residuals(x, residuals_);
    if (!status.ok()) return status;
    wire.mutable_residuals()->Assign(residuals_.begin(), residuals_.end());
    for (Index row = 0; row < jacobian_.rows(); ++row) {
      for (Index column = 0; column < jacobian_.cols(); ++column) {
        wire.add_jacobian(jacobian_(row, column));
      }
    }
    return absl::OkStatus();
  }

  Objective& objective_;
  const Wishes& wishes_;
  Vector gradient_;   // n
  Vector product_;    // n
  Vector residuals_;  // m
  Matrix jacobian_;   // m x n where wished for
  int explanations_ = 0;
};

/// About what one point costs: a Hessian times a direction as much as some four gradients, a
/// Jacobian a gradient for each row or column.
double OperationsOf(const Wishes& wishes, const Understood& understood) {
  const auto value = static_cast<double>(understood.compiled->operations());
  const auto gradient = static_cast<double>(understood.compiled->gradient_operations());
  const Objective& objective = *understood.objective;
  double operations = wishes.gradient ? gradient : value;
  if (wishes.direction) operations += 4 * gradient;
  if (wishes.residuals) operations += gradient;
  if (wishes.jacobian) {
    operations += gradient * static_cast<double>(std::min<Index>(objective.residual_count(),
                                                                 objective.layout().size()));
  }
  return operations;
}

}  // namespace

absl::StatusOr<v1::EvaluateObjectiveResponse> EvaluateObjective(
    EventSink& events, const v1::EvaluateObjectiveRequest& request,
    const Interruption& interruption, const expression::Limits& limits) {
  if (const absl::Status status = CheckPoints(request); !status.ok()) return status;
  const auto understood =
      Understand(request.objective(), request.points(0), "points[0]", events, interruption, limits);
  if (!understood.ok()) return understood.status();
  const auto wishes = WishesOf(request, *understood->objective);
  if (!wishes.ok()) return wishes.status();
  const absl::Status cost =
      CheckCost("points", request.points_size(), OperationsOf(*wishes, *understood));
  if (!cost.ok()) return cost;

  v1::EvaluateObjectiveResponse response;
  Evaluator evaluator(*understood->objective, *wishes);
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
