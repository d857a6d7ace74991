#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <span>
#include <string>
#include <vector>

#include "server/core/objective_spec.h"

// The catalogue's formulas against values that do not come from them.
namespace thalweg {
namespace {

constexpr double kPi = std::numbers::pi;

struct Known {
  std::string function;
  std::vector<double> x;
  double value;
};

void ExpectValues(std::span<const Known> known, double relative) {
  for (const auto& [name, x, value] : known) {
    const Vector point = Eigen::Map<const Vector>(x.data(), static_cast<Index>(x.size()));
    const auto objective = BuildObjective({.function = name, .dimension = point.size()}, {});
    ASSERT_TRUE(objective.ok()) << objective.status();
    double actual = std::nan("");
    ASSERT_TRUE((*objective)->Value(point, actual).ok());
    EXPECT_NEAR(actual, value, relative * std::abs(value)) << name;
  }
}

/// Values that the literature prints, at points other than the minimum.
const Known kPublished[] = {
    // More, Garbow & Hillstrom (1981) and the CUTEst collection: values at the standard starts.
    {"rosenbrock", {-1.2, 1}, 24.2},
    {"freudenstein_roth", {0.5, -2}, 400.5},
    {"freudenstein_roth", {11.412779, -0.896805}, 48.9842},
    {"beale", {1, 1}, 14.203125},
    {"powell_singular", {3, -1, 0, 1}, 215},
    {"wood", {-3, -1, -3, -1}, 19192},
    // Himmelblau (1972): the hill between the four minima.
    {"himmelblau", {-0.270845, -0.923039}, 181.617},
    // Goldstein & Price (1971): the four minima.
    {"goldstein_price", {1.2, 0.8}, 840},
    {"goldstein_price", {1.8, 0.2}, 84},
    {"goldstein_price", {-0.6, -0.4}, 30},
    // Dixon & Szego (1978), Shubert (1972): minimisers and minima as printed.
    {"hartmann_3", {0.114614, 0.555649, 0.852547}, -3.86278},
    {"shubert", {-7.0835, 4.8580}, -186.7309},
};

TEST(TestFunctionValues, AgreeWithPublishedOnes) {
  ExpectValues(kPublished, /*relative=*/5e-6);  // printed to six digits at least
}

/// Values that can be worked out by hand, where a wrong coefficient would show: at most minima it
/// would not.
const Known kByHand[] = {
    {"sphere", {1, 2}, 5},
    {"sum_of_squares", {1, 2}, 9},
    {"rotated_hyper_ellipsoid", {1, 2}, 1 + (1 + 4)},
    {"sum_of_different_powers", {-0.5, 0.5}, 0.25 + 0.125},
    {"booth", {0, 0}, 49 + 25},
    {"matyas", {1, 2}, 0.26 * 5 - 0.96},
    {"trid", {1, 2, 4}, 0 + 1 + 9 - (2 + 8)},
    {"trid", {1, 2, 5}, 0 + 1 + 16 - (2 + 10)},
    {"exponential", {1, 1}, -std::exp(-1)},
    {"brown", {1, 2}, 1 + 16},
    {"ravine", {1, 1}, 0.5 * (1 + 1000)},
    {"ravine", {2, 1, 1, 1}, 0.5 * (4 + 10 + 100 + 1000)},
    {"dixon_price", {1, 1, 2}, 0 + 2 * 1 + 3 * 49},
    {"cube", {2, 7}, 100 + 1},
    {"perm_d_beta", {1, 1}, 1.25 * 1.25 + 3.375 * 3.375},
    {"perm_0_d_beta", {1, 1}, 6 * 6 + 9 * 9},
    {"saddle", {2, 1}, 3},
    {"monkey_saddle", {2, 1}, 2},
    {"plateau", {1, 1}, 2.0 / 3},
    {"easom", {0, 0}, -std::exp(-2 * kPi * kPi)},
    {"zakharov", {1, 1}, 2 + 1.5 * 1.5 + 1.5 * 1.5 * 1.5 * 1.5},
    {"power_sum", {0, 0, 0, 0}, 64 + 324 + 1936 + 12996},
    {"six_hump_camel", {1, 1}, 4 - 2.1 + 1.0 / 3 + 1},
    {"three_hump_camel", {1, 1}, 2 - 1.05 + 1.0 / 6 + 2},
    {"branin", {0, 0}, 36 + 10 * (1 - 1 / (8 * kPi)) + 10},
    {"mccormick", {1, -1}, 4 - 1.5 - 2.5 + 1},
    {"styblinski_tang", {1, 2}, -5 + 0.5 * (16 - 64 + 10)},
    {"rastrigin", {1, 0.5}, 20 + (1 - 10) + (0.25 + 10)},
    {"ackley", {1}, 20 - 20 * std::exp(-0.2)},
    {"griewank", {kPi}, 2 + kPi* kPi / 4000},
    {"levy", {5}, 1},
    {"levy", {5, 9}, 1 + 10 * std::pow(std::sin(1), 2) + 4},
    {"schwefel", {0}, 418.98288727243370},
    {"michalewicz", {kPi / 2}, -std::pow(std::sin(kPi / 4), 20)},
    {"salomon", {3, 4}, 0.5},
    {"salomon", {0.5}, 2.05},
    {"bohachevsky", {1, 1}, 3 + 0.3 - 0.4 + 0.7},
    {"bohachevsky", {2, 0.25}, 4.125 - 0.3 + 0.4 + 0.7},
    {"bohachevsky_2", {1, 0.25}, 1.125 - 0.3 + 0.3},
    {"bohachevsky_3", {1, 0.25}, 1.125 - 0.3 + 0.3},
    {"bohachevsky_3", {1, 1}, 3 + 0.3 + 0.3},
    {"levy_n13", {0.5, 0.5}, 1 + 0.25 * 2 + 0.25},
    {"drop_wave", {0.6, 0.8}, -(1 + std::cos(12)) / 2.5},
    {"eggholder", {0, 0}, -47 * std::sin(std::sqrt(47))},
    {"bukin_n6", {-10, 2}, 100},
    {"cross_in_tray", {0, 5}, -0.0001},
    {"holder_table", {kPi / 2, 0}, -std::exp(0.5)},
    {"schaffer_n2", {1, 0}, 0.5 + (std::pow(std::sin(1), 2) - 0.5) / (1.001 * 1.001)},
    {"schaffer_n4", {1, 1}, 0.5 + 0.5 / (1.002 * 1.002)},
    {"parabola_1d", {0}, 5.25},
    {"quartic_1d", {2}, 16},
    {"double_well_1d", {2}, 9.6},
    {"wave_1d", {20}, -20},
    {"sine_sum_1d", {3 * kPi / 2}, -1},
    {"gramacy_lee_1d", {1.05}, 1 / 2.1 + std::pow(0.05, 4)},
    {"forrester_1d", {0.5}, std::sin(2)},
    {"kink_1d", {0}, 1},
};

TEST(TestFunctionValues, AgreeWithThoseWorkedOutByHand) {
  ExpectValues(kByHand, /*relative=*/1e-12);
}

}  // namespace
}  // namespace thalweg
