// NIST's certified curve fits (../shared/reference/nist_strd), from both of its starts.

#include <cstdio>
#include <iostream>

#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "tests/support/descending.h"
#include "tests/support/reference_files.h"

namespace thalweg {
namespace {

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
                        {.optimizer = {method, {}}, .stopping = {}, .start = start});
}

TEST(NistStrd, IsFittedToEightDigitsFromBothStarts) {
  for (const auto& path : testing::ReferenceFiles("nist_strd")) {
    const Json file = Json::FromFile(path);
    const expression::Source source = testing::NistFit(file);
    const Vector certified = testing::NumbersIn(file["verified"]["converged_parameters"]);
    for (const char* start : {"start1", "start2"}) {
      const std::string name = absl::StrCat(file["name"].string(), " from ", start);
      const Outcome outcome =
          Fit(source, "levenberg_marquardt", testing::VectorOf(file[start].Numbers()));
      const double digits = Digits(outcome.best.x, certified);
      const auto& last = outcome.iterates.back();
      std::cout << absl::StreamFormat(
          "%-20s %5.1f digits, %4d iterations, %4d values, %4d Jacobians, f %.10g: %s\n", name,
          digits, last.iteration, last.evaluations.values, last.evaluations.gradients,
          outcome.best.value, std::string(outcome.reason.criterion));
      EXPECT_GE(digits, 8) << name << ": " << outcome.reason.detail;
    }
  }
}

}  // namespace
}  // namespace thalweg
