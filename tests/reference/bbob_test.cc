#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>

#include "tests/support/bbob.h"
#include "tests/support/json.h"

// Our writing of BBOB functions against values of COCO's own code, so that what the benchmark of
// the global methods measures is what others publish figures for.
namespace thalweg {
namespace {

using thalweg::testing::Bbob;
using thalweg::testing::Json;

Vector AsVector(const Json& list) {
  const std::vector<double> numbers = list.Numbers();
  return Eigen::Map<const Vector>(numbers.data(), static_cast<Index>(numbers.size()));
}

TEST(BbobFunctions, HaveTheValuesOfCoco) {
  const std::filesystem::path folder =
      std::filesystem::path(THALWEG_SOURCE_DIR) / "../shared/reference/bbob";
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << "no ../shared/reference/bbob";
  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const int function = std::stoi(entry.path().stem().string().substr(1));
    if (!Bbob::Has(function)) continue;
    const Json file = Json::FromFile(entry.path().string());
    for (const Json& problem : file["problems"].array()) {
      const int instance = static_cast<int>(problem["instance"].number());
      const double f_opt = problem["fopt"].number();
      const Bbob f(function, instance, AsVector(problem["xopt"]), f_opt);
      for (const Json& point : problem["points"].array()) {
        const double expected = point["f"].number();
        // Roundings of rotations, times 1e6 or 50th waves of a sine.
        EXPECT_NEAR(f(AsVector(point["x"])), expected, 1e-9 * (1 + std::abs(expected)))
            << "f" << function << " instance " << instance;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 0);
}

}  // namespace
}  // namespace thalweg
