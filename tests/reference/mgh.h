#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/core/bounds.h"
#include "server/core/expression/expression.h"
#include "server/core/option_info.h"
#include "tests/support/json.h"

namespace thalweg::testing {

/// A problem of Moré, Garbow & Hillstrom (1981): the least sum of squares of its residuals.
struct MghProblem {
  struct Minimum {
    double value = 0;
    std::string kind;  ///< "global", "local", "limit ...": reached at infinity.
  };

  std::string name;  ///< "01_rosenbrock"
  std::vector<std::string> residuals;
  Vector start;
  std::vector<Minimum> minima;  ///< As published, to more digits where those are known.

  struct Bounded {
    Bounds bounds;
    double value = 0;  ///< Least within them.
  };
  std::optional<Bounded> bounded;

  Index n() const { return start.size(); }

  /// The sum of squares, as a formula of x1 ... xn.
  std::unique_ptr<Objective> MakeObjective() const {
    expression::Source source;
    source.text = absl::StrJoin(residuals, " + ", [](std::string* out, const std::string& r) {
      absl::StrAppend(out, "(", r, ")**2");
    });
    for (Index i = 1; i <= n(); ++i) source.variables.push_back({absl::StrCat("x", i), true, 1});
    return expression::MakeObjective(expression::Compile(source).value());
  }
};

/// All that are given, in the order of their numbers; none where the folder is absent.
inline std::vector<MghProblem> MghProblems() {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(THALWEG_SOURCE_DIR) / "../shared/reference/mgh";
  std::vector<fs::path> files;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());

  std::vector<MghProblem> problems;
  for (const fs::path& file : files) {
    if (file.extension() != ".json") continue;
    const Json json = Json::FromFile(file.string());
    MghProblem problem;
    problem.name = file.stem().string();
    for (const Json& r : json["residuals"].array()) problem.residuals.push_back(r.string());
    const std::vector<double> start = json["start"].Numbers();
    problem.start = Vector::Map(start.data(), static_cast<Index>(start.size()));
    for (const Json& minimum : json["published_minima"].array()) {
      const bool refined = minimum.Has("refined_f") && !minimum["refined_f"].is_null();
      problem.minima.push_back(
          {refined ? std::stod(minimum["refined_f"].string()) : minimum["f"].number(),
           minimum["kind"].string()});
    }
    if (json.Has("bound_constrained") && !json["bound_constrained"].is_null()) {
      const Json& box = json["bound_constrained"];
      const std::vector<double> lower = box["lower"].Numbers(-kInfinity);
      const std::vector<double> upper = box["upper"].Numbers(kInfinity);
      problem.bounded = {
          {Vector::Map(lower.data(), problem.n()), Vector::Map(upper.data(), problem.n())},
          box["f"].number()};
    }
    problems.push_back(std::move(problem));
  }
  return problems;
}

}  // namespace thalweg::testing
