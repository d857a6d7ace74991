#include "server/rpc/handlers/understand.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_format.h"
#include "server/core/bounds_spec.h"
#include "server/core/constraint_spec.h"
#include "server/core/models/model_objective.h"
#include "server/core/objective_spec.h"
#include "server/core/violation.h"
#include "server/rpc/translate/objective.h"
#include "server/rpc/translate/run_spec.h"
#include "server/rpc/translate/values.h"

namespace thalweg::rpc {
namespace {

/// Stops evaluating for a caller who has gone, wherever the evaluations are asked for.
class Interruptible final : public Objective {
 public:
  Interruptible(std::unique_ptr<Objective> objective, const Interruption& interruption)
      : objective_(std::move(objective)), interruption_(interruption) {}

  const Layout& layout() const override { return objective_->layout(); }

  absl::Status Value(const Vector& x, double& value) override {
    if (absl::Status status = interruption_.Check(); !status.ok()) return status;
    return objective_->Value(x, value);
  }
  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) override {
    if (absl::Status status = interruption_.Check(); !status.ok()) return status;
    return objective_->ValueAndGradient(x, value, gradient);
  }
  absl::Status Values(const Matrix& points, Vector& values) override {
    if (absl::Status status = interruption_.Check(); !status.ok()) return status;
    return objective_->Values(points, values);
  }
  absl::Status ValuesAndGradients(const Matrix& points, Vector& values,
                                  Matrix& gradients) override {
    if (absl::Status status = interruption_.Check(); !status.ok()) return status;
    return objective_->ValuesAndGradients(points, values, gradients);
  }
  absl::Status HessianVector(const Vector& x, const Vector& v, Vector& product) override {
    if (absl::Status status = interruption_.Check(); !status.ok()) return status;
    return objective_->HessianVector(x, v, product);
  }
  Index residual_count() const override { return objective_->residual_count(); }
  absl::Status Residuals(const Vector& x, Vector& residuals) override {
    if (absl::Status status = interruption_.Check(); !status.ok()) return status;
    return objective_->Residuals(x, residuals);
  }
  absl::Status ResidualsAndJacobian(const Vector& x, Vector& residuals, Matrix& jacobian) override {
    if (absl::Status status = interruption_.Check(); !status.ok()) return status;
    return objective_->ResidualsAndJacobian(x, residuals, jacobian);
  }
  const Penalty* penalty() const override { return objective_->penalty(); }
  absl::Status SmoothValueAndGradient(const Vector& x, double& value, Vector& gradient) override {
    if (absl::Status status = interruption_.Check(); !status.ok()) return status;
    return objective_->SmoothValueAndGradient(x, value, gradient);
  }
  bool layered() const override { return objective_->layered(); }
  Traits traits() const override { return objective_->traits(); }
  std::string ExplainNonFinite(const Vector& x) override { return objective_->ExplainNonFinite(x); }

 private:
  std::unique_ptr<Objective> objective_;
  const Interruption& interruption_;
};

/// About what a model asks of one row: its scores are products of features and unknowns, of which
/// some two are done in the time of one operation of a formula. Without layers and not linear are
/// those that look a few unknowns up.
double OperationsOfRow(const models::ModelObjective& model) {
  const auto n = static_cast<double>(model.layout().size());
  const auto& parts = model.parts();
  const bool looks_up = parts.model && !parts.model->linear() && !parts.model->layered();
  return looks_up ? std::min(n, 64.0) : n / 2 + 1;
}

absl::StatusOr<Understood> UnderstandModel(const ObjectiveSpec& spec, const NamedValues& point,
                                           const Interruption& interruption,
                                           const expression::Limits& limits,
                                           const models::Means& means) {
  auto built = BuildObjective(spec, point, limits, nullptr, means);
  if (!built.ok()) return built.status();
  const auto& model = dynamic_cast<const models::ModelObjective&>(**built);
  Understood understood;
  understood.remarks = model.Remarks();
  understood.operations = static_cast<double>(model.row_count()) * OperationsOfRow(model);
  understood.gradient_operations = 2 * understood.operations;
  auto bounds = BoundsOf(spec, model.layout());
  if (!bounds.ok()) return bounds.status();
  understood.bounds = *std::move(bounds);
  const auto constraints = BuildConstraints(spec, model.layout(), limits);
  if (!constraints.ok()) return constraints.status();
  understood.objective = std::make_unique<Interruptible>(*std::move(built), interruption);
  return understood;
}

}  // namespace

absl::StatusOr<Understood> Understand(const v1::Objective& wire, const v1::Point& point,
                                      const std::string& point_path, EventSink& events,
                                      const Interruption& interruption,
                                      const expression::Limits& limits,
                                      expression::CodeMaker* maker, const models::Means& means) {
  const auto shaped = FromWire(point);
  if (!shaped.ok()) return Under(point_path, shaped.status());
  const auto spec = FromWire(wire, *shaped);
  if (!spec.ok()) return Under("objective", spec.status());
  auto understood = Understand(*spec, shaped->values, events, interruption, limits, maker, means);
  if (!understood.ok()) return InWireTerms(Under("objective", understood.status()));
  return understood;
}

absl::StatusOr<Understood> Understand(const ObjectiveSpec& spec, const NamedValues& point,
                                      EventSink& events, const Interruption& interruption,
                                      const expression::Limits& limits,
                                      expression::CodeMaker* maker, const models::Means& means) {
  if (spec.model) return UnderstandModel(spec, point, interruption, limits, means);
  const auto began = std::chrono::steady_clock::now();
  auto compiled = CompileSpec(spec, point, limits);
  events.On(ObjectiveCompiled{compiled.ok(), std::chrono::steady_clock::now() - began});
  if (!compiled.ok()) return compiled.status();
  auto bounds = BoundsOf(spec, (*compiled)->layout());
  if (!bounds.ok()) return bounds.status();
  const auto constraints = BuildConstraints(spec, (*compiled)->layout(), limits);
  if (!constraints.ok()) return constraints.status();

  Understood understood;
  understood.objective =
      std::make_unique<Interruptible>(expression::MakeObjective(*compiled, maker), interruption);
  understood.compiled = *std::move(compiled);
  understood.operations = static_cast<double>(understood.compiled->operations());
  understood.gradient_operations = static_cast<double>(understood.compiled->gradient_operations());
  understood.bounds = *std::move(bounds);
  return understood;
}

absl::StatusOr<Vector> FlatPoint(const Layout& layout, const v1::Point& point,
                                 const std::string& path) {
  const auto shaped = FromWire(point);
  if (!shaped.ok()) return Under(path, shaped.status());
  auto flat = layout.Flatten(shaped->values);
  if (!flat.ok()) return Under(path, AtCoordinates(flat.status()));
  return flat;
}

absl::Status CheckCost(const std::string& field, double evaluations, double operations) {
  const double total = evaluations * operations;
  if (total <= kMostOperationsPerCall) return absl::OkStatus();
  return Refuse(field, Reason::kEvaluationTooCostly,
                absl::StrFormat("would take %.3g evaluations of %.3g operations each; at most %.3g "
                                "operations are allowed in one call",
                                evaluations, operations, kMostOperationsPerCall));
}

Index PointsAtOnce(const Objective& objective, double operations) {
  const auto n = static_cast<double>(std::max<Index>(objective.layout().size(), 1));
  const double most = std::min({64.0, 1e6 / n, 1e7 / std::max(operations, 1.0)});
  return std::max<Index>(static_cast<Index>(most), 1);
}

}  // namespace thalweg::rpc
