#pragma once

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/core/expression/expression.h"
#include "tests/support/json.h"

// Published problems in ../shared/reference (see its README.md) as formulas of the objective
// language. Tests skip where the folder is absent.
namespace thalweg::testing {

/// The JSON files of a folder, in order of their names; none where it is absent.
inline std::vector<std::filesystem::path> ReferenceFiles(const std::string& folder) {
  namespace fs = std::filesystem;
  const fs::path path = fs::path(THALWEG_SOURCE_DIR) / "../shared/reference" / folder;
  std::vector<fs::path> files;
  if (!fs::is_directory(path)) return files;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

inline Vector VectorOf(const std::vector<double>& values) {
  return Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()));
}

/// Numbers that a file holds as text, for their digits.
inline Vector NumbersIn(const Json& texts) {
  std::vector<double> numbers;
  for (const Json& text : texts.array()) {
    numbers.push_back(0);
    if (!absl::SimpleAtod(text.string(), &numbers.back())) {
      throw std::runtime_error("not a number: " + text.string());
    }
  }
  return VectorOf(numbers);
}

inline std::vector<Variable> ScalarsNamed(const Json& names) {
  std::vector<Variable> variables;
  for (const Json& name : names.array()) variables.push_back({name.string(), true, 1});
  return variables;
}

inline std::vector<Variable> ScalarsX1To(size_t n) {
  std::vector<Variable> variables;
  for (size_t i = 1; i <= n; ++i) variables.push_back({absl::StrCat("x", i), true, 1});
  return variables;
}

/// A curve fit of NIST's as a sum of squares over its rows.
inline expression::Source NistFit(const Json& file) {
  expression::Source source;
  source.text =
      absl::StrCat("sum((", file["response"].string(), " - (", file["model"].string(), "))^2)");
  source.variables = ScalarsNamed(file["parameters"]);
  const auto& columns = file["columns"].array();
  for (size_t c = 0; c < columns.size(); ++c) {
    std::vector<double> column;
    for (const Json& row : file["data"].array()) column.push_back(row.Numbers()[c]);
    source.parameters.emplace(columns[c].string(), expression::Parameter{false, column});
  }
  return source;
}

/// A problem of Moré, Garbow and Hillstrom as the sum of its residuals' squares.
inline expression::Source MghProblem(const Json& file) {
  expression::Source source;
  for (const Json& residual : file["residuals"].array()) {
    absl::StrAppend(&source.text, source.text.empty() ? "(" : " + (", residual.string(), ")^2");
  }
  source.variables = ScalarsX1To(file["start"].array().size());
  return source;
}

}  // namespace thalweg::testing
