#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "server/core/descent.h"
#include "server/core/objective_spec.h"
#include "server/core/random.h"
#include "tests/support/descending.h"
#include "tests/support/json.h"

// How often the methods for many minima reach the published minimum of the classic test functions,
// given as formulas that somebody else wrote down, each in its usual box.
namespace thalweg {
namespace {

using thalweg::testing::Discard;
using thalweg::testing::Json;

struct Landscape {
  std::string name;
  ObjectiveSpec spec;
  Bounds box;
  double least = 0;
};

std::vector<Landscape> Landscapes() {
  const std::filesystem::path folder =
      std::filesystem::path(THALWEG_SOURCE_DIR) / "../shared/reference/test_functions";
  std::vector<Landscape> landscapes;
  if (!std::filesystem::is_directory(folder)) return landscapes;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    const Json file = Json::FromFile(entry.path().string());
    if (file["kind"].string() != "test_function") continue;
    Landscape landscape;
    landscape.name = file["name"].string();
    landscape.least = file["fmin"].number();
    landscape.spec.expression = file["expression"].string();
    for (const Json& variable : file["variables"].array()) {
      landscape.spec.variables.push_back({variable.string(), true, 1});
    }
    const std::vector<double> lower = file["lower"].Numbers();
    const std::vector<double> upper = file["upper"].Numbers();
    const auto n = static_cast<Index>(lower.size());
    landscape.box = {Eigen::Map<const Vector>(lower.data(), n),
                     Eigen::Map<const Vector>(upper.data(), n)};
    landscapes.push_back(std::move(landscape));
  }
  std::sort(landscapes.begin(), landscapes.end(),
            [](const Landscape& a, const Landscape& b) { return a.name < b.name; });
  return landscapes;
}

/// Evaluations from a random start of the box to f - f* <= 1e-8 of the gap there (and the digits to
/// which f* is known); 0 where that was not reached.
int64_t EvaluationsToMinimum(const Landscape& landscape, const Part& method, double most,
                             uint64_t seed) {
  auto objective = BuildObjective(landscape.spec, {});
  if (!objective.ok()) {
    ADD_FAILURE() << landscape.name << ": " << objective.status();
    return 0;
  }
  const auto& [lower, upper] = landscape.box;
  Random random(seed, -1, 0);
  Vector start(lower.size());
  for (Index d = 0; d < start.size(); ++d) start[d] = random.Uniform(lower[d], upper[d]);
  double first = 0;
  EXPECT_TRUE((*objective)->Value(start, first).ok());
  const double target = landscape.least + 1e-8 * (first - landscape.least) +
                        1e-9 * std::max(1.0, std::abs(landscape.least));
  const auto descent =
      testing::Begun(*std::move(objective), {.optimizer = method,
                                             .stopping = {{"target_value", {{"threshold", target}}},
                                                          {"evaluations", {{"threshold", most}}}},
                                             .start = start,
                                             .bounds = landscape.box,
                                             .seed = seed});
  Discard sink;
  descent->Advance(1'000'000, 0, nullptr, sink);
  return descent->best().value <= target ? descent->at().evaluations.values : 0;
}

struct Method {
  std::string name;
  Part part;
  double most;  // evaluations for each coordinate
  int seeds;
  double least_rate;  // of all runs: the rate measured, less three standard deviations
};

class GlobalMethod : public ::testing::TestWithParam<Method> {};

TEST_P(GlobalMethod, ReachesThePublishedMinimaOfClassicFunctions) {
  const std::vector<Landscape> landscapes = Landscapes();
  if (landscapes.empty()) GTEST_SKIP() << "no ../shared/reference/test_functions";
  const auto& [name, part, most, seeds, least_rate] = GetParam();

  int reached = 0;
  std::string missed;
  for (const Landscape& landscape : landscapes) {
    int here = 0;
    const double budget = most * static_cast<double>(landscape.box.lower.size());
    for (int seed = 1; seed <= seeds; ++seed) {
      here += EvaluationsToMinimum(landscape, part, budget, static_cast<uint64_t>(seed)) > 0;
    }
    reached += here;
    if (here < seeds) missed += " " + landscape.name + " " + std::to_string(here);
  }
  const double runs = static_cast<double>(seeds) * static_cast<double>(landscapes.size());
  std::printf("%s: %d of %.0f runs; of %d runs each:%s\n", name.c_str(), reached, runs, seeds,
              missed.c_str());

  EXPECT_GE(reached, least_rate * runs);
}

INSTANTIATE_TEST_SUITE_P(
    Catalogue, GlobalMethod,
    ::testing::Values(  // measured: 222 of 235, then 122, 126, 125, 89 and 106 of 141
        Method{"lshade", {"lshade", {}}, 8000, 5, 0.90},
        Method{"cma_es_bipop", {"cma_es", {{"restarts", std::string("bipop")}}}, 8000, 3, 0.78},
        Method{"differential_evolution", {"differential_evolution", {}}, 8000, 3, 0.81},
        Method{"particle_swarm", {"particle_swarm", {}}, 8000, 3, 0.80},
        Method{"genetic_algorithm", {"genetic_algorithm", {}}, 8000, 3, 0.51},
        Method{"artificial_bee_colony", {"artificial_bee_colony", {}}, 8000, 3, 0.64}),
    [](const auto& method) { return method.param.name; });

Landscape TestFunctionOf(const std::string& name, double half_width) {
  Landscape landscape;
  landscape.name = name;
  landscape.spec = {.function = name, .dimension = 10};
  landscape.box = {Vector::Constant(10, -half_width), Vector::Constant(10, half_width)};
  return landscape;
}

// The best peer that was measured, pagmo's self-adaptive differential evolution, needs 31 000 and
// 60 000 evaluations. Here every seed stays below those; 50 seeds have a mean of 18 600 and 19 500.
TEST(Lshade, ReachesRastriginAndGriewankInTenDimensionsFromEverySeed) {
  const Part method{"lshade", {}};
  const Landscape rastrigin = TestFunctionOf("rastrigin", 5.12);
  const Landscape griewank = TestFunctionOf("griewank", 600);
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const int64_t on_rastrigin = EvaluationsToMinimum(rastrigin, method, 31'000, seed);
    EXPECT_GT(on_rastrigin, 0) << "seed " << seed;
    const int64_t on_griewank = EvaluationsToMinimum(griewank, method, 60'000, seed);
    EXPECT_GT(on_griewank, 0) << "seed " << seed;
  }
}

}  // namespace
}  // namespace thalweg
