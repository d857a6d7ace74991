// Compiled formulas as objectives: each evaluator has memory of its own, and writes the forms
// that few need (Hessian products, residuals) when they are first asked for.

#include "server/core/expression/evaluator.h"

#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "server/core/expression/compiled.h"
#include "server/core/expression/forms.h"
#include "server/core/expression/report.h"
#include "server/core/expression/runner.h"

namespace thalweg::expression {
namespace {

class Evaluator final : public Objective {
 public:
  Evaluator(std::shared_ptr<const Compiled> compiled, CodeMaker* maker,
            const double* const* parameters)
      : compiled_(std::move(compiled)),
        machinery_(compiled_->machinery()),
        maker_(maker),
        parameters_(parameters),
        value_(compiled_, machinery_.value, machinery_.value_code, maker),
        gradient_(compiled_, machinery_.gradient, machinery_.gradient_code, maker) {}

  const Layout& layout() const override { return machinery_.layout; }

  absl::Status Value(const Vector& x, double& value) override {
    if (x.size() != machinery_.layout.size()) return WrongSize(x);
    value = value_.Run({.x = x.data(), .parameters = parameters_});
    return absl::OkStatus();
  }

  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) override {
    if (x.size() != machinery_.layout.size() || gradient.size() != x.size()) return WrongSize(x);
    value = gradient_.Run({.x = x.data(), .gradient = gradient.data(), .parameters = parameters_});
    return absl::OkStatus();
  }

  absl::Status Values(const Matrix& points, Vector& values) override {
    if (points.rows() != machinery_.layout.size()) return WrongSize(points.col(0));
    value_.RunPoints(points.data(), points.cols(), parameters_, values.data(), nullptr);
    return absl::OkStatus();
  }

  absl::Status ValuesAndGradients(const Matrix& points, Vector& values,
                                  Matrix& gradients) override {
    if (points.rows() != machinery_.layout.size()) return WrongSize(points.col(0));
    gradient_.RunPoints(points.data(), points.cols(), parameters_, values.data(), gradients.data());
    return absl::OkStatus();
  }

  absl::Status HessianVector(const Vector& x, const Vector& v, Vector& product) override {
    if (x.size() != machinery_.layout.size()) return WrongSize(x);
    if (v.size() != x.size() || product.size() != x.size()) return WrongSize(v);
    const auto run = Lazily(hessian_vector_, HessianVectorForm);
    if (!run.ok()) return run.status();
    product.setZero();  // a linear formula's program does not name it
    (*run)->Run({.x = x.data(),
                 .direction = v.data(),
                 .hessian_vector = product.data(),
                 .parameters = parameters_});
    return absl::OkStatus();
  }

  Traits traits() const override { return TraitsOf(*compiled_); }

  Index residual_count() const override { return machinery_.residuals.count; }

  absl::Status Residuals(const Vector& x, Vector& residuals) override {
    if (residual_count() == 0) return Objective::Residuals(x, residuals);
    if (x.size() != machinery_.layout.size()) return WrongSize(x);
    if (residuals.size() != residual_count()) return WrongSize(residuals);
    const auto run = Lazily(residuals_, ResidualForm);
    if (!run.ok()) return run.status();
    residuals.setZero();
    (*run)->Run({.x = x.data(), .residuals = residuals.data(), .parameters = parameters_});
    return absl::OkStatus();
  }

  absl::Status ResidualsAndJacobian(const Vector& x, Vector& residuals, Matrix& jacobian) override {
    if (residual_count() == 0) return Objective::ResidualsAndJacobian(x, residuals, jacobian);
    if (x.size() != machinery_.layout.size()) return WrongSize(x);
    if (residuals.size() != residual_count()) return WrongSize(residuals);
    if (jacobian.rows() != residuals.size() || jacobian.cols() != x.size()) return WrongSize(x);
    if (!jacobian_) {
      auto form = FormOfJacobian(machinery_);
      if (!form.ok()) return form.status();
      by_columns_ = form->by_columns;
      const auto kept = std::make_shared<const Form>(std::move(form->form));
      jacobian_.emplace(kept, kept->program, kept->code, maker_);
    }
    jacobian.setZero();
    if (by_columns_) return Columns(x, residuals, jacobian);
    residuals.setZero();
    jacobian_->Run({.x = x.data(),
                    .residuals = residuals.data(),
                    .jacobian = jacobian.data(),
                    .parameters = parameters_});
    return absl::OkStatus();
  }

  std::string ExplainNonFinite(const Vector& x) override {
    if (x.size() != machinery_.layout.size()) return "";
    Machine& value = value_.interpreter();
    if (!std::isfinite(value.Run({.x = x.data(), .parameters = parameters_}))) {
      return Explain(machinery_, machinery_.value, machinery_.value_code, value);
    }
    Vector gradient(x.size());
    Machine& with_gradient = gradient_.interpreter();
    with_gradient.Run({.x = x.data(), .gradient = gradient.data(), .parameters = parameters_});
    if (gradient.allFinite()) return "";
    return Explain(machinery_, machinery_.gradient, machinery_.gradient_code, with_gradient);
  }

 private:
  absl::Status WrongSize(const Vector& x) const {
    return absl::InternalError(absl::StrFormat("a point of %d coordinates for a formula of %d",
                                               x.size(), machinery_.layout.size()));
  }

  absl::StatusOr<Runner*> Lazily(std::optional<Runner>& runner,
                                 absl::StatusOr<Form> (*write)(const Machinery&)) {
    if (!runner) {
      auto written = write(machinery_);
      if (!written.ok()) return written.status();
      const auto form = std::make_shared<const Form>(*std::move(written));
      runner.emplace(form, form->program, form->code, maker_);
    }
    return &*runner;
  }

  absl::Status Columns(const Vector& x, Vector& residuals, Matrix& jacobian) {
    Vector axis = Vector::Zero(x.size());
    for (Index j = 0; j < x.size(); ++j) {
      axis[j] = 1;
      jacobian_->Run({.x = x.data(),
                      .direction = axis.data(),
                      .jacobian = jacobian.col(j).data(),
                      .parameters = parameters_});
      axis[j] = 0;
    }
    return Residuals(x, residuals);
  }

  std::shared_ptr<const Compiled> compiled_;
  const Machinery& machinery_;
  CodeMaker* maker_;
  const double* const* parameters_;
  Runner value_;
  Runner gradient_;
  std::optional<Runner> hessian_vector_;
  std::optional<Runner> residuals_;
  std::optional<Runner> jacobian_;
  bool by_columns_ = false;
};

}  // namespace

std::unique_ptr<Objective> MakeObjective(std::shared_ptr<const Compiled> compiled,
                                         CodeMaker* maker) {
  return MakeEvaluator(std::move(compiled), maker, nullptr);
}

std::unique_ptr<Objective> MakeEvaluator(std::shared_ptr<const Compiled> compiled, CodeMaker* maker,
                                         const double* const* parameters) {
  return std::make_unique<Evaluator>(std::move(compiled), maker, parameters);
}

}  // namespace thalweg::expression
