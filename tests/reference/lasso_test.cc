// Lasso and elastic net: what proximal methods find against the exact solutions in
// ../shared/reference/datasets/models (active sets solved exactly, KKT residual below 1e-13, and
// scikit-learn's coordinate descent).

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/descending.h"
#include "tests/support/json.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::Json;
using testing::Outcome;

const std::filesystem::path kFolder =
    std::filesystem::path(THALWEG_SOURCE_DIR) / "../shared/reference/datasets";

/// A table with its target apart, both centred: that takes the place of an intercept that is not
/// penalised.
struct Table {
  Matrix x;
  Vector y;
};

Table Centred(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::vector<double>> rows;
  std::string line;
  std::getline(file, line);  // the header
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    std::string cell;
    rows.emplace_back();
    while (std::getline(cells, cell, ',')) rows.back().push_back(std::stod(cell));
  }
  const auto count = static_cast<Index>(rows.size());
  const auto features = static_cast<Index>(rows.front().size()) - 1;
  Table table{Matrix(count, features), Vector(count)};
  for (Index i = 0; i < count; ++i) {
    const auto& row = rows[static_cast<size_t>(i)];
    for (Index j = 0; j < features; ++j) table.x(i, j) = row[static_cast<size_t>(j)];
    table.y[i] = row.back();
  }
  table.x.rowwise() -= table.x.colwise().mean().eval();
  table.y.array() -= table.y.mean();
  return table;
}

/// ||y - X w||^2 / (2 rows) + ridge / 2 * ||w||^2
std::unique_ptr<Objective> SquaresOf(Table table, double ridge) {
  const Index n = table.x.cols();
  return testing::Make(n, [table = std::move(table), ridge](const Vector& w, Vector* g) {
    const auto rows = static_cast<double>(table.y.size());
    const Vector residuals = table.x * w - table.y;
    if (g != nullptr) *g = table.x.transpose() * residuals / rows + ridge * w;
    return residuals.squaredNorm() / (2 * rows) + ridge * w.squaredNorm() / 2;
  });
}

std::vector<Json> Models() {
  std::vector<Json> models;
  if (!std::filesystem::exists(kFolder / "models")) return models;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder / "models")) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("lasso", 0) == 0 || name.rfind("elasticnet", 0) == 0) {
      models.push_back(Json::FromFile(entry.path().string()));
    }
  }
  return models;
}

Outcome Fit(const Json& model, const std::string& kind, std::map<std::string, Setting> settings) {
  const double alpha = model["hyperparameters"]["alpha"].number();
  const double l1_ratio = model["hyperparameters"]["l1_ratio"].number();
  settings["l1"] = alpha * l1_ratio;
  Table table = Centred(kFolder / model["dataset"].string());
  const Index n = table.x.cols();
  return testing::RunOf(
      SquaresOf(std::move(table), alpha * (1 - l1_ratio)),
      {.optimizer = {kind, std::move(settings)},
       .stopping = {{"gradient_norm", {{"threshold", 1e-10}}}, testing::After(200'000)},
       .start = Vector::Zero(n)});
}

void ExpectFits(const std::string& kind, const std::map<std::string, Setting>& settings) {
  const std::vector<Json> models = Models();
  if (models.empty()) GTEST_SKIP() << kFolder << " is absent";
  for (const Json& model : models) {
    SCOPED_TRACE(model["name"].string());
    const Outcome outcome = Fit(model, kind, settings);

    EXPECT_EQ(outcome.reason.criterion, "gradient_norm") << outcome.reason.detail;
    const double value = model["objective"].number();
    EXPECT_NEAR(outcome.best.value, value, 1e-12 * value);
    // The last iterate has the smallest gradient; among values equal but for rounding the best is
    // any.
    const Vector& x = outcome.iterates.back().x;
    const std::vector<double> w = model["coef"].Numbers();
    for (size_t i = 0; i < w.size(); ++i) {
      // The gradient, 1e-10, over the least curvature of these tables, about 1e-2.
      EXPECT_NEAR(x[static_cast<Index>(i)], w[i], 1e-8) << i;
      EXPECT_EQ(x[static_cast<Index>(i)] == 0, w[i] == 0) << i;
    }
  }
}

TEST(Lasso, IsSolvedByProximalGradient) { ExpectFits("proximal_gradient", {}); }
TEST(Lasso, IsSolvedByFista) { ExpectFits("fista", {}); }
TEST(Lasso, IsSolvedByMonotoneFista) { ExpectFits("fista", {{"variant", "monotone"}}); }
TEST(Lasso, IsSolvedByPlainFista) { ExpectFits("fista", {{"variant", "plain"}}); }

}  // namespace
}  // namespace thalweg
