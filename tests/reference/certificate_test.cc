// Certificates against NIST's certified standard deviations and the published spectra of Moré,
// Garbow and Hillstrom's problems. See ../shared/reference/README.md.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/core/expression/expression.h"
#include "tests/support/descending.h"
#include "tests/support/json.h"

namespace thalweg {
namespace {

namespace fs = std::filesystem;
using thalweg::testing::Json;

std::vector<fs::path> FilesIn(const std::string& folder) {
  const fs::path path = fs::path(THALWEG_SOURCE_DIR) / "../shared/reference" / folder;
  std::vector<fs::path> files;
  if (!fs::exists(path)) return files;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Vector Parsed(const Json& texts) {
  Vector numbers(static_cast<Index>(texts.array().size()));
  Index i = 0;
  for (const Json& text : texts.array()) {
    EXPECT_TRUE(absl::SimpleAtod(text.string(), &numbers[i++]));
  }
  return numbers;
}

std::unique_ptr<Objective> Made(const std::string& text, const Json& names,
                                expression::Parameters data) {
  std::vector<Variable> variables;
  for (const Json& name : names.array()) variables.push_back({name.string(), true, 1});
  auto compiled = expression::Compile({text, std::move(variables), std::move(data)});
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  return expression::MakeObjective(*compiled);
}

std::unique_ptr<Objective> Regression(const Json& file) {
  expression::Parameters data;
  const auto& columns = file["columns"].array();
  for (size_t c = 0; c < columns.size(); ++c) {
    std::vector<double> column;
    for (const Json& row : file["data"].array()) column.push_back(row.Numbers()[c]);
    data[columns[c].string()] = {false, column};
  }
  return Made(
      absl::StrCat("sum((", file["response"].string(), " - (", file["model"].string(), "))^2)"),
      file["parameters"], std::move(data));
}

Certificate CertificateAt(std::unique_ptr<Objective> objective, const Vector& x) {
  const auto descent =
      testing::Begun(std::move(objective), {.optimizer = {"gradient_descent", {}}, .start = x});
  return descent->Explained({}).certificate.value_or(Certificate());
}

/// Digits that two numbers have in common.
double DigitsOf(double actual, double expected) {
  const double error = std::abs(actual - expected) / std::abs(expected);
  return error == 0 ? 17 : -std::log10(error);
}

TEST(NistStrd, FitsHaveTheirCertifiedStandardDeviations) {
  int checked = 0;
  for (const fs::path& path : FilesIn("nist_strd")) {
    const Json file = Json::FromFile(path);
    const std::string name = file["name"].string();
    const Json& certified = file["certified"];
    const Certificate made =
        CertificateAt(Regression(file), Parsed(file["verified"]["converged_parameters"]));
    ASSERT_TRUE(made.fit) << name;
    EXPECT_EQ(static_cast<double>(made.fit->degrees_of_freedom),
              certified["degrees_of_freedom"].number())
        << name;
    // Residuals of exact models are differences of equal numbers: those of Lanczos1 are 1e-13 of
    // its data and have no digits left, those of Lanczos2 and 3 are 1e-6 and 1e-5 of theirs.
    if (name == "Lanczos1") continue;
    const double needed = name == "Lanczos2" || name == "Lanczos3" ? 8 : 9;
    const std::vector<double> deviations = certified["standard_deviations"].Numbers();
    double digits =
        DigitsOf(made.fit->residual_deviation, certified["residual_standard_deviation"].number());
    ASSERT_EQ(made.fit->standard_errors.size(), deviations.size()) << name;
    for (size_t i = 0; i < deviations.size(); ++i) {
      digits = std::min(digits, DigitsOf(made.fit->standard_errors[i], deviations[i]));
    }
    RecordProperty(name, absl::StrCat(digits));
    EXPECT_GE(digits, needed) << name;
    EXPECT_EQ(made.verdict, Verdict::kLocalMinimum) << name << ": " << made.text;
    ++checked;
  }
  if (checked == 0) GTEST_SKIP() << "no reference files";
}

TEST(MoreGarbowHillstrom, MinimaHaveThePublishedSpectra) {
  int checked = 0;
  for (const fs::path& path : FilesIn("mgh")) {
    const Json file = Json::FromFile(path);
    if (!file.Has("residuals")) continue;
    for (const Json& minimum : file["published_minima"].array()) {
      if (!minimum.Has("hessian_eig_min_max") || !minimum["hessian_eig_min_max"].is_array()) {
        continue;
      }
      std::string text;
      for (const Json& residual : file["residuals"].array()) {
        absl::StrAppend(&text, text.empty() ? "(" : " + (", residual.string(), ")^2");
      }
      Json::Array names;
      for (size_t i = 1; i <= file["start"].array().size(); ++i) {
        names.emplace_back(absl::StrCat("x", i));
      }
      const Certificate made =
          CertificateAt(Made(text, Json(names), {}), Parsed(minimum["refined_x"]));
      const std::vector<double> published = minimum["hessian_eig_min_max"].Numbers();
      ASSERT_TRUE(made.curvature) << path;
      // Eigenvalues move by the rounding of the largest.
      EXPECT_NEAR(made.curvature->greatest, published[1], 1e-9 * published[1]) << path;
      EXPECT_NEAR(made.curvature->least, published[0], 1e-9 * published[1]) << path;
      // A published minimum is never called anything else, but where it is none: at Brown's almost
      // linear (0, ..., 0, n + 1), along (t, ..., t, n + 1 - n t), f is (t^(n-1) (n + 1 - n t) -
      // 1)^2, which falls as t grows from 0.
      const bool none = absl::StrContains(path.string(), "brown_almost_linear") &&
                        std::abs(Parsed(minimum["refined_x"])[0]) < 0.1;
      const bool minimal =
          made.verdict == Verdict::kLocalMinimum || made.verdict == Verdict::kStationary;
      EXPECT_TRUE(minimal || none) << path << ": " << made.text;
      EXPECT_FALSE(none && made.verdict == Verdict::kLocalMinimum) << path << ": " << made.text;
      ++checked;
    }
  }
  if (checked == 0) GTEST_SKIP() << "no reference files";
}

}  // namespace
}  // namespace thalweg
