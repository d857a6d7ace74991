// NIST's certified curve fits (../shared/reference/nist_strd), from both of its starts.

#include <cmath>
#include <iostream>

#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "server/core/objective_spec.h"
#include "tests/support/descending.h"
#include "tests/support/reference_files.h"
#include "tests/support/tables.h"

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

// The same fits as models that are formulas over the columns of a table, whose unknowns the start
// names: eight digits from NIST's nearer start, and each row its own residual.
TEST(NistStrd, IsFittedByFormulasOverTables) {
  const auto paths = testing::ReferenceFiles("nist_strd");
  if (paths.empty()) GTEST_SKIP() << "no reference files";
  for (const auto& path : paths) {
    SCOPED_TRACE(path.filename());
    const Json file = Json::FromFile(path);
    const expression::Source source = testing::NistFit(file);
    std::vector<std::pair<std::string, std::vector<double>>> columns;
    for (const auto& [name, parameter] : source.parameters) {
      columns.emplace_back(name, parameter.values);
    }
    testing::Tables tables(testing::NumbersTable(columns));
    models::Means means;
    means.tables = &tables;
    ObjectiveSpec spec;
    spec.model = models::ModelSpec{.dataset = "data"};
    spec.model->model = {"formula", {{"expression", source.text}}};
    spec.model->sum = true;
    NamedValues start;
    const std::vector<double> numbers = file["start2"].Numbers();
    for (size_t i = 0; i < numbers.size(); ++i) start[source.variables[i].name] = {numbers[i]};

    auto objective = BuildObjective(spec, start, {}, nullptr, means);
    ASSERT_TRUE(objective.ok()) << objective.status();
    EXPECT_EQ((*objective)->residual_count(), static_cast<Index>(columns.front().second.size()));
    const Layout layout = (*objective)->layout();  // by name: b1, b2 ...
    const Outcome outcome =
        testing::RunOf(*std::move(objective), {.optimizer = {"levenberg_marquardt", {}},
                                               .stopping = {After(3'000)},
                                               .start = layout.Flatten(start).value()});
    const auto found = layout.Unflatten(outcome.best.x);
    Vector x(static_cast<Index>(numbers.size()));
    for (size_t i = 0; i < numbers.size(); ++i) {
      x[static_cast<Index>(i)] = found.at(source.variables[i].name).front();
    }
    EXPECT_GE(Digits(x, testing::NumbersIn(file["verified"]["converged_parameters"])), 8);
  }
}

}  // namespace
}  // namespace thalweg
