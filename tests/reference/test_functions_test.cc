#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/core/functions/catalogue.h"
#include "server/core/objective_spec.h"
#include "tests/support/reference_files.h"

// The catalogue against formulas that somebody else wrote down and evaluated in 40 digits.
namespace thalweg {
namespace {

using ::testing::IsEmpty;
using thalweg::testing::Json;

/// What the reference calls otherwise than the catalogue; both mean the same formula.
const std::map<std::string, std::string> kAliases = {
    {"bohachevsky1", "bohachevsky"},
    {"bohachevsky2", "bohachevsky_2"},
    {"bohachevsky3", "bohachevsky_3"},
    {"colville", "wood"},
    {"de_jong_5_foxholes", "foxholes"},
    {"forrester", "forrester_1d"},
    {"gramacy_lee", "gramacy_lee_1d"},
    {"hartmann3", "hartmann_3"},
    {"hartmann6", "hartmann_6"},
    {"powell", "powell_singular"},
    {"shekel5", "shekel_5"},
    {"shekel7", "shekel_7"},
    {"shekel10", "shekel_10"},
    {"sum_different_powers", "sum_of_different_powers"},
    {"sum_squares", "sum_of_squares"},
};

/// The catalogue's row for a reference name: "ackley_n5" is ackley, "schaffer_n2" is itself.
const TestFunction* RowFor(std::string name) {
  if (const auto row = FindTestFunction(name); row.ok()) return *row;
  const size_t size = name.rfind("_n");
  if (size != name.npos && name.find_first_not_of("0123456789", size + 2) == name.npos) {
    name.resize(size);
  }
  if (const auto alias = kAliases.find(name); alias != kAliases.end()) name = alias->second;
  const auto row = FindTestFunction(name);
  return row.ok() ? *row : nullptr;
}

double ValueAt(const TestFunction& function, const std::vector<double>& x) {
  const auto n = static_cast<Index>(x.size());
  const auto objective = BuildObjective({.function = function.name, .dimension = n}, {});
  EXPECT_TRUE(objective.ok()) << objective.status();
  double value = std::nan("");
  if (!objective.ok()) return value;
  EXPECT_TRUE((*objective)->Value(Eigen::Map<const Vector>(x.data(), n), value).ok());
  return value;
}

/// Relative to the value, or to 1 near zero, where terms of that size cancel.
void ExpectNear(double actual, double expected, double relative) {
  EXPECT_NEAR(actual, expected, relative * std::max(1.0, std::abs(expected)));
}

TEST(ReferenceTestFunctions, AgreeInValueAndMinimum) {
  const auto files = testing::ReferenceFiles("test_functions");
  if (files.empty()) GTEST_SKIP() << "no ../shared/reference/test_functions";
  std::vector<std::string> without_counterpart;

  for (const auto& path : files) {
    const Json file = Json::FromFile(path.string());
    if (file["kind"].string() != "test_function") continue;
    SCOPED_TRACE(path.filename().string());
    const TestFunction* function = RowFor(file["name"].string());
    if (function == nullptr) {
      without_counterpart.push_back(file["name"].string());
      continue;
    }
    for (const Json& evaluation : file["evaluations"].array()) {
      // 40 digits rounded to a double; ours loses a few in sums, and 100 ulp in exp(100 ...).
      ExpectNear(ValueAt(*function, evaluation["x"].Numbers()), evaluation["f"].number(), 1e-12);
    }
    // Published minima are refined to about ten digits.
    const auto minimum = function->minimum(static_cast<Index>(file["n"].number()));
    ASSERT_TRUE(minimum);
    ExpectNear(*minimum, file["fmin"].number(), 1e-9);
  }

  EXPECT_THAT(without_counterpart, IsEmpty());
}

/// A few of these evaluations, so that something is compared where the folder is absent.
struct Certified {
  std::string function;
  std::vector<double> x;
  double value;
};
const Certified kCertified[] = {
    {"ackley", {21.3239, -20.5116}, 21.92813980477094},
    {"branin", {5.8652, 14.1243}, 188.1665851477962},
    {"eggholder", {-170.3814, -33.9787}, 130.71045962844627},
    {"hartmann_6", {0.5644, 0.3083, 0.2547, 0.3373, 0.9153, 0.5775}, -0.025327406365711243},
    {"rosenbrock", {6.2208, 8.7565, -3.955, 2.636, -1.5371}, 764022.8340855126},
    {"levy", {2.5191, -7.1248, 3.3657, 7.8904, 1.986}, 35.681532143258906},
    {"cross_in_tray", {-2.8348, 0.1463}, -1.472566080131546},
    {"perm_d_beta", {0.4555, -1.4622, -2.4184}, 3209.6469138714597},
};

TEST(ReferenceTestFunctions, AgreeWithCertifiedValues) {
  for (const auto& [name, x, value] : kCertified) {
    SCOPED_TRACE(name);
    ExpectNear(ValueAt(**FindTestFunction(name), x), value, 1e-12);
  }
}

}  // namespace
}  // namespace thalweg
