// Second derivatives and Jacobians of random programs: against slopes of the gradient, against
// symmetry, and against the gradient itself where the program is the only residual.

#include <cmath>

#include "gtest/gtest.h"
#include "server/core/expression/forms.h"
#include "tests/differential/random_program.h"

namespace thalweg::testing {
namespace {

using expression::Compile;
using expression::MakeObjective;

Vector Direction(Index n, double phase) {
  Vector v(n);
  for (Index i = 0; i < n; ++i) v[i] = std::cos(phase + 2.4 * static_cast<double>(i));
  return v;
}

Vector GradientAt(Objective& f, const Vector& x) {
  double value = 0;
  Vector gradient(x.size());
  EXPECT_TRUE(f.ValueAndGradient(x, value, gradient).ok());
  return gradient;
}

bool IsFiniteAt(Objective& f, const Vector& x) {
  double value = 0;
  return f.Value(x, value).ok() && std::isfinite(value) && GradientAt(f, x).allFinite();
}

TEST(RandomPrograms, HaveHessianProductsThatAreSymmetricSlopesOfTheirGradients) {
  const Share share = ProgramsToTry(1000);
  unsigned noisy = 0;
  unsigned poles = 0;  // second derivatives that are not finite though the gradient is: cbrt(v - v)
  for (unsigned k = 0; k < share.count; ++k) {
    const RandomProgram program = MakeRandomProgram(share.first + k, Style::kSmooth);
    const auto compiled = Compile(program.source);
    ASSERT_TRUE(compiled.ok()) << program.source.text;
    const auto f = MakeObjective(*compiled);
    const Vector& x = program.points.front();
    if (!IsFiniteAt(*f, x)) continue;  // means of nothing
    const Vector u = Direction(x.size(), 1);
    const Vector v = Direction(x.size(), 2);
    Vector hu(x.size());
    Vector hv(x.size());
    const absl::Status status = f->HessianVector(x, v, hv);
    if (!status.ok()) continue;  // larger than the limits
    ASSERT_TRUE(f->HessianVector(x, u, hu).ok());
    if (!hv.allFinite() || !hu.allFinite()) {
      ++poles;
      continue;
    }
    const Vector gradient = GradientAt(*f, x);
    const double scale = std::max(
        {1.0, gradient.cwiseAbs().maxCoeff(), hv.cwiseAbs().maxCoeff(), hu.cwiseAbs().maxCoeff()});
    if (!(scale < 1e6)) continue;  // too steep to compare
    // Rounding of sums with terms as large as the largest derivative.
    ASSERT_NEAR(u.dot(hv), v.dot(hu), 1e-9 * scale * static_cast<double>(x.size()))
        << program.seed << "\n"
        << program.source.text;
    const auto slope = [&](double step) -> Vector {
      return (GradientAt(*f, x + step * v) - GradientAt(*f, x - step * v)) / (2 * step);
    };
    const Vector wide = slope(1e-5);
    const Vector narrow = slope(5e-6);
    // The error of central differences falls with the square of the step, so two tell its size;
    // sines of 1e10 and the like leave noise.
    const double error = (wide - narrow).cwiseAbs().maxCoeff();
    if ((narrow - hv).cwiseAbs().maxCoeff() < 1e-3 * scale + 2 * error) continue;
    EXPECT_LE(++noisy, 1 + share.count / 10'000) << program.seed << "\n" << program.source.text;
  }
  EXPECT_LE(poles, 1 + share.count / 1000);
}

TEST(RandomPrograms, AreResidualsWhoseJacobianIsTheirGradient) {
  const Share share = ProgramsToTry(1000);
  for (unsigned k = 0; k < share.count; ++k) {
    const RandomProgram program = MakeRandomProgram(share.first + k, Style::kSmooth);
    const auto compiled = Compile(program.source);
    ASSERT_TRUE(compiled.ok());
    expression::Source squared = program.source;
    const size_t last = squared.text.find_last_of("\n;") + 1;  // 0 where there is one line
    squared.text.insert(last, "(");
    squared.text += ")**2";
    const auto fit = Compile(squared);
    if (!fit.ok() || (*fit)->residual_count() != 1) continue;  // the root of a sum falls apart
    const Vector& x = program.points.front();
    const auto f = MakeObjective(*compiled);
    if (!IsFiniteAt(*f, x)) continue;
    const Vector gradient = GradientAt(*f, x);
    const double tolerance = 1e-11 * std::max(1.0, gradient.cwiseAbs().maxCoeff());
    const expression::Machinery& machinery = (*fit)->machinery();

    const auto rows = JacobianByRows(machinery);
    if (rows.ok()) {
      expression::Machine machine(rows->program, rows->code);
      double residual = 0;
      Vector row = Vector::Zero(x.size());
      machine.Run({.x = x.data(), .residuals = &residual, .jacobian = row.data()});
      ASSERT_LE((row - gradient).cwiseAbs().maxCoeff(), tolerance) << squared.text;
    }
    const auto columns = JacobianByColumns(machinery);
    if (columns.ok()) {
      expression::Machine machine(columns->program, columns->code);
      Vector row = Vector::Zero(x.size());
      for (Index j = 0; j < x.size(); ++j) {
        const Vector axis = Vector::Unit(x.size(), j);
        machine.Run({.x = x.data(), .direction = axis.data(), .jacobian = &row[j]});
      }
      // Forwards and backwards: the same sum in another order.
      ASSERT_LE((row - gradient).cwiseAbs().maxCoeff(), 1e3 * tolerance) << squared.text;
    }
  }
}

}  // namespace
}  // namespace thalweg::testing
