#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "server/core/objective.h"

namespace thalweg::testing {

/// An objective whose every evaluation is seen, and may be spoiled, by a test.
class Wrapped : public Objective {
 public:
  explicit Wrapped(std::unique_ptr<Objective> f) : f_(std::move(f)) {}

  const Layout& layout() const override { return f_->layout(); }
  absl::Status Value(const Vector& x, double& value) override {
    absl::Status status = f_->Value(x, value);
    if (status.ok()) status = See(x, &value, nullptr);
    return status;
  }
  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) override {
    absl::Status status = f_->ValueAndGradient(x, value, gradient);
    if (status.ok()) status = See(x, &value, &gradient);
    return status;
  }
  absl::Status HessianVector(const Vector& x, const Vector& v, Vector& product) override {
    absl::Status status = f_->HessianVector(x, v, product);
    if (status.ok()) status = See(x, nullptr, &product);
    return status;
  }
  absl::Status Values(const Matrix& points, Vector& values) override {
    absl::Status status = f_->Values(points, values);
    for (Index i = 0; status.ok() && i < points.cols(); ++i) {
      status = See(points.col(i), &values[i], nullptr);
    }
    return status;
  }
  Index residual_count() const override { return f_->residual_count(); }
  absl::Status Residuals(const Vector& x, Vector& residuals) override {
    absl::Status status = f_->Residuals(x, residuals);
    if (status.ok()) status = See(x, nullptr, &residuals);
    return status;
  }
  absl::Status ResidualsAndJacobian(const Vector& x, Vector& residuals, Matrix& jacobian) override {
    absl::Status status = f_->ResidualsAndJacobian(x, residuals, jacobian);
    if (status.ok()) status = See(x, nullptr, &residuals);
    return status;
  }
  Traits traits() const override { return f_->traits(); }
  std::string ExplainNonFinite(const Vector& x) override { return f_->ExplainNonFinite(x); }

 protected:
  /// Asked after each evaluation, for each point of it. `value` and `numbers` (a gradient, a
  /// product or residuals) may be null, and may be changed.
  virtual absl::Status See(const Vector& x, double* value, Vector* numbers) = 0;

 private:
  std::unique_ptr<Objective> f_;
};

/// Tells `seen` of every point that is evaluated.
class Watched final : public Wrapped {
 public:
  Watched(std::unique_ptr<Objective> f, std::function<void(const Vector&)> seen)
      : Wrapped(std::move(f)), seen_(std::move(seen)) {}

 private:
  absl::Status See(const Vector& x, double* /*value*/, Vector* /*numbers*/) override {
    seen_(x);
    return absl::OkStatus();
  }
  std::function<void(const Vector&)> seen_;
};

/// What goes wrong at an evaluation.
enum class Fault { kNanValue, kNanGradient, kInfiniteValue, kStatus };

/// `f`, with `fault` at its evaluation number `at` and all after it (the first is number 0).
class Faulty final : public Wrapped {
 public:
  Faulty(std::unique_ptr<Objective> f, int at, Fault fault)
      : Wrapped(std::move(f)), left_(at), fault_(fault) {}

  std::string ExplainNonFinite(const Vector& /*x*/) override { return "injected"; }

 private:
  absl::Status See(const Vector& /*x*/, double* value, Vector* numbers) override {
    if (left_-- > 0) return absl::OkStatus();
    const bool infinite = fault_ == Fault::kInfiniteValue;
    const double wrong = infinite ? std::numeric_limits<double>::infinity()
                                  : std::numeric_limits<double>::quiet_NaN();
    if (fault_ == Fault::kStatus) return absl::UnavailableError("the evaluator has gone");
    const bool spoil_numbers = fault_ == Fault::kNanGradient || value == nullptr;
    if (spoil_numbers && numbers != nullptr) (*numbers)[0] = wrong;
    if (!spoil_numbers || numbers == nullptr) *value = wrong;
    return absl::OkStatus();
  }
  int left_;
  Fault fault_;
};

}  // namespace thalweg::testing
