// NIST's certified curve fits (../shared/reference/nist_strd), from both of its starts.

#include <cmath>
#include <iostream>

#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "tests/support/descending.h"
#include "tests/support/reference_files.h"

namespace thalweg {
namespace {

using testing::After;
using testing::Json;
using testing::Outcome;

/// Digits that agree, of the parameter that agrees least (log relative error).
double Digits(const Vector& x, const Vector& certified) {
  double digits = 15;
  for (Index i = 0; i < x.size(); ++i) {
    const double error = std::abs(x[i] - certified[i]) / std::abs(certified[i]);
    digits = std::min(digits, error > 0 ? -std::log10(error) : 15);
    if (std::isnan(error)) digits = 0;
  }
  return std::max(0.0, digits);
}

Outcome Fit(const expression::Source& source, const std::string& method, const Vector& start) {
  return testing::RunOf(expression::MakeObjective(expression::Compile(source).value()),
                        {.optimizer = {method, {}}, .stopping = {After(3'000)}, .start = start});
}

/// Fits every set from both starts and prints how; returns how many reach eight digits.
int FitAll(const std::string& method, bool all) {
  int reached = 0;
  for (const auto& path : testing::ReferenceFiles("nist_strd")) {
    const Json file = Json::FromFile(path);
    const expression::Source source = testing::NistFit(file);
    const Vector certified = testing::NumbersIn(file["verified"]["converged_parameters"]);
    for (const char* start : {"start1", "start2"}) {
      const std::string name = absl::StrCat(method, " ", file["name"].string(), " from ", start);
      const Outcome outcome = Fit(source, method, testing::VectorOf(file[start].Numbers()));
      const double digits = Digits(outcome.best.x, certified);
      const auto& last = outcome.iterates.back();
      std::cout << absl::StreamFormat(
          "%-40s %5.1f digits, %4d iterations, %4d values, %4d Jacobians: %s\n", name, digits,
          last.iteration, last.evaluations.values, last.evaluations.gradients,
          outcome.reason.criterion);
      if (digits >= 8) ++reached;
      if (!all) continue;
      EXPECT_GE(digits, 8) << name << ": " << outcome.reason.detail;
      EXPECT_EQ(outcome.reason.termination, Termination::kConverged) << name;
    }
  }
  return reached;
}

TEST(NistStrd, IsFittedToEightDigitsFromBothStarts) {
  if (testing::ReferenceFiles("nist_strd").empty()) GTEST_SKIP() << "no reference files";
  FitAll("levenberg_marquardt", /*all=*/true);
}

// Of the 32 fits here; those missed begin far off, from NIST's first starts.
TEST(NistStrd, IsMostlyFittedByTheSimplerMethods) {
  if (testing::ReferenceFiles("nist_strd").empty()) GTEST_SKIP() << "no reference files";
  EXPECT_GE(FitAll("dogleg", /*all=*/false), 30);
  EXPECT_GE(FitAll("gauss_newton", /*all=*/false), 28);
}

}  // namespace
}  // namespace thalweg
