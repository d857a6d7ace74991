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

/// Evaluates at some points after others, with scratch memory shared between them.
class Evaluator {
 public:
  Evaluator(Objective& objective, const Wishes& wishes)
      : objective_(objective),
        wishes_(wishes),
        product_(objective.layout().size()),
        residuals_(objective.residual_count()) {
    if (wishes.jacobian) jacobian_.resize(residuals_.size(), product_.size());
  }

  /// One evaluation for every column of `points`.
  absl::Status Evaluate(const Matrix& points, v1::EvaluateObjectiveResponse& response) {
    values_.resize(points.cols());
    if (wishes_.gradient) gradients_.resize(points.rows(), points.cols());
    const absl::Status status = wishes_.gradient
                                    ? objective_.ValuesAndGradients(points, values_, gradients_)
                                    : objective_.Values(points, values_);
    if (!status.ok()) return status;
    for (Index p = 0; p < points.cols(); ++p) {
      v1::Evaluation& wire = *response.add_evaluations();
      wire.set_value(values_[p]);
      if (wishes_.gradient) PointToWire(gradients_.col(p), *wire.mutable_gradient());
      const Vector x = points.col(p);
      if (absl::Status more = EvaluateMore(x, wire); !more.ok()) return more;
      const bool finite =
          std::isfinite(values_[p]) && (!wishes_.gradient || gradients_.col(p).allFinite());
      if (!finite && explanations_++ < kMostExplanations) {
        wire.set_non_finite(objective_.ExplainNonFinite(x));
      }
    }
    return absl::OkStatus();
  }

 private:
  void PointToWire(const Vector& flat, v1::Point& wire) const {
    const Layout& layout = objective_.layout();
    ToWire(layout.Unflatten(flat), layout.variables(), wire);
  }

  absl::Status EvaluateMore(const Vector& x, v1::Evaluation& wire) {
    if (wishes_.direction) {
      const absl::Status status = objective_.HessianVector(x, *wishes_.direction, product_);
      if (!status.ok()) return status;
      PointToWire(product_, *wire.mutable_hessian_direction());
    }
    return wishes_.residuals ? EvaluateResiduals(x, wire) : absl::OkStatus();
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
  Vector values_;     // p, of the points at hand
  Matrix gradients_;  // n x p where wished for
  Vector product_;    // n
  Vector residuals_;  // m
  Matrix jacobian_;   // m x n where wished for
  int explanations_ = 0;
};

/// About what one point costs: a Hessian times a direction as much as some four gradients, a
/// Jacobian a gradient for each row or column.
double OperationsOf(const Wishes& wishes, const Understood& understood) {
  const double value = understood.operations;
  const double gradient = understood.gradient_operations;
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
    const Interruption& interruption, const expression::Limits& limits,
    expression::CodeMaker* maker, const models::Means& means) {
  if (const absl::Status status = CheckPoints(request); !status.ok()) return status;
  const auto understood = Understand(request.objective(), request.points(0), "points[0]", events,
                                     interruption, limits, maker, means);
  if (!understood.ok()) return understood.status();
  const auto wishes = WishesOf(request, *understood->objective);
  if (!wishes.ok()) return wishes.status();
  const double operations = OperationsOf(*wishes, *understood);
  const absl::Status cost = CheckCost("points", request.points_size(), operations);
  if (!cost.ok()) return cost;

  v1::EvaluateObjectiveResponse response;
  Objective& objective = *understood->objective;
  Evaluator evaluator(objective, *wishes);
  const Index at_once = PointsAtOnce(objective, operations);
  Matrix points;
  for (Index first = 0; first < request.points_size(); first += at_once) {
    points.resize(objective.layout().size(),
                  std::min<Index>(at_once, request.points_size() - first));
    for (Index p = 0; p < points.cols(); ++p) {
      const auto i = static_cast<int>(first + p);
      const auto x =
          FlatPoint(objective.layout(), request.points(i), absl::StrCat("points[", i, "]"));
      if (!x.ok()) return x.status();
      points.col(p) = *x;
    }
    const absl::Status status = evaluator.Evaluate(points, response);
    if (!status.ok()) return status;
  }
  return response;
}

}  // namespace thalweg::rpc
