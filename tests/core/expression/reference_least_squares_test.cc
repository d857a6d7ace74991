// Curve fits and standard problems that others published: NIST's certified sums of squares and
// standard deviations, which follow from residuals and Jacobian; Hessians of the problems of Moré,
// Garbow and Hillstrom. See ../shared/reference/README.md.

#include <Eigen/Dense>
#include <cmath>
#include <filesystem>

#include "gmock/gmock.h"
#include "tests/core/expression/formula.h"
#include "tests/support/reference_files.h"

namespace thalweg::expression {
namespace {

namespace fs = std::filesystem;
namespace testing = thalweg::testing;
using testing::Json;

struct Certified {
  Vector parameters;
  Vector deviations;
  double sum_of_squares = 0;
};

/// NIST prints 11 digits; `tolerance` is relative.
void ExpectCertified(const std::string& name, Formula& f, Index observations,
                     const Certified& certified, double tolerance) {
  const Vector& x = certified.parameters;
  ASSERT_EQ(f.compiled->residual_count(), observations) << name;
  Vector residuals(observations);
  Matrix jacobian(observations, x.size());
  ASSERT_TRUE(f.objective->ResidualsAndJacobian(x, residuals, jacobian).ok()) << name;
  EXPECT_NEAR(residuals.squaredNorm(), certified.sum_of_squares,
              tolerance * certified.sum_of_squares)
      << name;
  // Covariance of the estimate: s^2 inv(J'J) with s^2 = RSS / (m - n), by QR and scaled columns,
  // since J'J squares a condition that is large already.
  const Vector scale = jacobian.colwise().norm().cwiseInverse();
  const Eigen::HouseholderQR<Matrix> qr(jacobian * scale.asDiagonal());
  const Matrix upper = qr.matrixQR().topRows(x.size()).triangularView<Eigen::Upper>();
  const Matrix inverse =
      upper.triangularView<Eigen::Upper>().solve(Matrix::Identity(x.size(), x.size()));
  const double s =
      std::sqrt(certified.sum_of_squares / static_cast<double>(observations - x.size()));
  for (Index j = 0; j < x.size(); ++j) {
    const double deviation = s * scale[j] * inverse.row(j).norm();
    EXPECT_NEAR(deviation, certified.deviations[j], 1e-7 * certified.deviations[j]) << name << j;
  }
}

TEST(NistStrd, BoxBodHasItsCertifiedFit) {
  // https://www.itl.nist.gov/div898/strd/nls/data/boxbod.shtml
  const Parameters data = {{"t", {false, {1, 2, 3, 5, 7, 10}}},
                           {"y", {false, {109, 149, 149, 191, 213, 224}}}};
  Formula f("sum((y - b1*(1 - exp(-b2*t)))**2)", {Scalar("b1"), Scalar("b2")}, data);
  const Certified certified{Point({2.1380940889E+02, 5.4723748542E-01}),
                            Point({1.2354515176E+01, 1.0455993237E-01}), 1.1680088766E+03};

  ExpectCertified("BoxBOD", f, 6, certified, /*tolerance=*/1e-10);
}

TEST(NistStrd, HasItsCertifiedFits) {
  int checked = 0;
  for (const fs::path& path : testing::ReferenceFiles("nist_strd")) {
    const Json file = Json::FromFile(path);
    const Json& certified = file["certified"];
    Formula f(testing::NistFit(file));
    const Certified expected{testing::NumbersIn(file["verified"]["converged_parameters"]),
                             Point(certified["standard_deviations"].Numbers()),
                             certified["residual_sum_of_squares"].number()};
    // Residuals of exact models are differences of equal numbers: Lanczos1's are 1e-13 of its data
    // and have no digits left, those of Lanczos2 and 3 are 1e-6 and 1e-5 of theirs.
    const std::string name = file["name"].string();
    if (name == "Lanczos1") continue;
    const bool exact = name == "Lanczos2" || name == "Lanczos3";
    ExpectCertified(name, f, static_cast<Index>(file["data"].array().size()), expected,
                    exact ? 1e-8 : 2e-10);
    ++checked;
  }
  if (checked == 0) GTEST_SKIP() << "no reference files";
}

TEST(MoreGarbowHillstrom, JacobiansGiveThePublishedGradients) {
  int checked = 0;
  for (const fs::path& path : testing::ReferenceFiles("mgh")) {
    const Json file = Json::FromFile(path);
    if (!file.Has("residuals")) continue;
    Formula f(testing::MghProblem(file));
    // Residuals that do not vary are one term, folded.
    const Index m = f.compiled->residual_count();
    ASSERT_GT(m, 0) << path;
    ASSERT_LE(m, static_cast<Index>(file["residuals"].array().size())) << path;
    for (const Json& evaluation : file["evaluations"].array()) {
      const Vector x = Point(evaluation["x"].Numbers());
      Vector residuals(m);
      Matrix jacobian(m, x.size());
      ASSERT_TRUE(f.objective->ResidualsAndJacobian(x, residuals, jacobian).ok());
      const double value = evaluation["f"].number();
      EXPECT_NEAR(residuals.squaredNorm(), value, 1e-9 * std::max(1.0, value)) << path;
      const Vector gradient = Point(evaluation["grad"].Numbers());
      EXPECT_LT((2 * jacobian.transpose() * residuals - gradient).cwiseAbs().maxCoeff(),
                1e-9 * std::max(1.0, gradient.cwiseAbs().maxCoeff()))
          << path;
      ++checked;
    }
  }
  if (checked == 0) GTEST_SKIP() << "no reference files";
}

TEST(MoreGarbowHillstrom, HessiansHaveThePublishedEigenvalues) {
  int checked = 0;
  for (const fs::path& path : testing::ReferenceFiles("mgh")) {
    const Json file = Json::FromFile(path);
    if (!file.Has("residuals")) continue;
    Formula f(testing::MghProblem(file));
    for (const Json& minimum : file["published_minima"].array()) {
      if (!minimum.Has("hessian_eig_min_max") || !minimum["hessian_eig_min_max"].is_array())
        continue;
      const Vector x = testing::NumbersIn(minimum["refined_x"]);
      const std::vector<double> published = minimum["hessian_eig_min_max"].Numbers();
      Matrix hessian(x.size(), x.size());
      for (Index j = 0; j < x.size(); ++j) {
        Vector column(x.size());
        ASSERT_TRUE(f.objective->HessianVector(x, Vector::Unit(x.size(), j), column).ok());
        hessian.col(j) = column;
      }
      const Vector eigenvalues = Eigen::SelfAdjointEigenSolver<Matrix>(hessian).eigenvalues();
      // Eigenvalues move by the rounding of the largest; second derivatives of badly scaled
      // problems lose some digits of their own.
      const double tolerance = 1e-9 * published[1];
      EXPECT_NEAR(eigenvalues.maxCoeff(), published[1], tolerance) << path;
      EXPECT_NEAR(eigenvalues.minCoeff(), published[0], tolerance) << path;
      ++checked;
    }
  }
  if (checked == 0) GTEST_SKIP() << "no reference files";
}

}  // namespace
}  // namespace thalweg::expression
