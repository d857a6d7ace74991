#include "server/rpc/handlers/evaluate_model.h"

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/handlers/fitted_model.h"
#include "server/rpc/translate/values.h"

namespace thalweg::rpc {
namespace {

using Response = v1::EvaluateModelResponse;

absl::Status NoRows(v1::Rows rows) {
  const bool test = rows == v1::ROWS_TEST;
  return Refuse("rows", Reason::kInvalidValue,
                absl::StrCat("the model holds no rows out to ", test ? "test" : "validate",
                             " with; give split.", test ? "test" : "validation or split.folds"));
}

const models::DesignRows& RowsOf(const models::Design& design, v1::Rows rows) {
  return rows == v1::ROWS_TEST         ? design.test()
         : rows == v1::ROWS_VALIDATION ? design.validation()
                                       : design.training();
}

void ToWire(const models::Quality& quality, const models::Design& design, Response& wire) {
  wire.set_row_count(quality.rows);
  wire.set_loss(quality.loss);
  for (const auto& [name, value] : quality.metrics) (*wire.mutable_metrics())[name] = value;
  for (const std::string& name : design.classes()) wire.add_classes(name);
  wire.mutable_confusion()->Assign(quality.confusion.begin(), quality.confusion.end());
}

/// A score of its own stands for each class, a single one for the second of two.
std::string ClassOf(const models::ModelParts& parts, Index score) {
  const auto& classes = parts.design->classes();
  if (parts.model->scores() == 1 || static_cast<size_t>(score) >= classes.size()) return "";
  return classes[static_cast<size_t>(score)];
}

void CoefficientsToWire(const models::ModelParts& parts, const Vector& x, Response& wire) {
  for (const models::CoefficientInfo& info : parts.model->Coefficients(x)) {
    v1::Coefficient& to = *wire.add_coefficients();
    to.set_feature(info.feature);
    to.set_class_name(ClassOf(parts, info.score));
    to.set_value(info.value);
    to.set_scaled(info.scaled);
  }
}

absl::Status AddQuality(const KnownModel& model, v1::Rows rows, const Vector& x,
                        const Interruption& interruption, Response& response) {
  const models::ModelParts& parts = model.objective->parts();
  const models::DesignRows& chosen = RowsOf(*parts.design, rows);
  if (chosen.count == 0) return NoRows(rows);
  const auto quality = models::Evaluate(parts, chosen, x, Asking(interruption));
  if (!quality.ok()) return quality.status();
  ToWire(*quality, *parts.design, response);
  CoefficientsToWire(parts, x, response);
  return absl::OkStatus();
}

/// What a formula says of the rows; it need not be a mean over them.
absl::Status AddFormulaLoss(KnownModel& model, v1::Rows rows, const Vector& x, Response& response) {
  models::ModelObjective& objective = *model.objective;
  const bool training = rows != v1::ROWS_VALIDATION && rows != v1::ROWS_TEST;
  if (rows == v1::ROWS_TEST || (!training && !objective.has_validation())) return NoRows(rows);
  double loss = 0;
  absl::Status status = training ? objective.Value(x, loss) : objective.Validation(x, loss);
  if (!status.ok()) return status;
  if (training) response.set_row_count(model.objective->row_count());
  response.set_loss(loss);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Response> EvaluateModel(runs::RunBook& runs, const models::Means& means,
                                       const v1::EvaluateModelRequest& request,
                                       const Interruption& interruption) {
  auto model = FindModel(runs, means, request.model());
  if (!model.ok()) return model.status();
  const auto x = PointOf(*model, request.model());
  if (!x.ok()) return x.status();
  const auto gradient = models::MeasureGradient(*model->objective, *x, Asking(interruption));
  if (!gradient.ok()) return gradient.status();

  Response response;
  absl::Status status = model->objective->parts().model
                            ? AddQuality(*model, request.rows(), *x, interruption, response)
                            : AddFormulaLoss(*model, request.rows(), *x, response);
  if (!status.ok()) return status;
  response.set_gradient_noise_scale(gradient->noise_scale);
  response.mutable_gradient_norms()->Assign(gradient->norms.begin(), gradient->norms.end());
  for (const Variable& variable : model->objective->layout().variables()) {
    rpc::ToWire(variable, *response.add_variables());
  }
  for (const std::string& remark : model->objective->Remarks()) response.add_findings(remark);
  return response;
}

}  // namespace thalweg::rpc
