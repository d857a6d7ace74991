#include "server/core/models/mlp.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/random.h"

namespace thalweg::models {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Index kRows = 7;

std::unique_ptr<Mlp> Network(std::vector<double> layers, const std::string& activation = "tanh",
                             Index inputs = 3, Index scores = 2,
                             const std::string& initialisation = "glorot", double scale = 1) {
  auto made = Mlp::Make({std::move(layers), activation, initialisation, scale}, inputs, scores);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

std::vector<double> Numbers(Index count, int64_t stream) {
  Random random(5, 0, stream);
  std::vector<double> numbers(static_cast<size_t>(count));
  for (double& number : numbers) number = random.Normal();
  return numbers;
}

Vector ScoresOf(const Mlp& network, const Vector& x, const std::vector<double>& features) {
  const auto scratch = network.NewScratch();
  const Index count = static_cast<Index>(features.size()) / 3;
  Vector scores(count * network.scores());
  network.Scores(x, {features.data(), count}, scores.data(), scratch.get());
  return scores;
}

class EveryActivation : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryActivation, HasTheGradientThatDifferencesShow) {
  const auto network = Network({5, 4}, GetParam());
  const Index n = network->layout().size();
  Vector x = network->Start(1);
  x += 0.1 * Eigen::Map<const Vector>(Numbers(n, 3).data(), n);  // biases too
  const auto features = Numbers(kRows * 3, 1);
  const Vector slopes = Eigen::Map<const Vector>(Numbers(kRows * 2, 2).data(), kRows * 2);

  Vector gradient = Vector::Zero(n);
  const auto scratch = network->NewScratch();
  Vector scores(kRows * 2);
  network->Scores(x, {features.data(), kRows}, scores.data(), scratch.get());
  network->AddGradient(x, {features.data(), kRows}, slopes.data(), gradient.data(), scratch.get());

  constexpr double kStep = 1e-6;  // central: an error of 1e-12 and rounding of 1e-10
  for (Index i = 0; i < n; ++i) {
    Vector right = x, left = x;
    right[i] += kStep;
    left[i] -= kStep;
    const double expected =
        slopes.dot(ScoresOf(*network, right, features) - ScoresOf(*network, left, features)) /
        (2 * kStep);
    EXPECT_NEAR(gradient[i], expected, 1e-7) << network->layout().CoordinateName(i);
  }
}

TEST_P(EveryActivation, KeepsWhatIsNotANumber) {
  const double nan = std::nan("");
  double out[1];
  Activate(ActivationOf(GetParam()), 1, &nan, out);
  EXPECT_TRUE(std::isnan(out[0]));
}

TEST_P(EveryActivation, StaysFiniteFarFromZero) {
  for (const double z : {-1e3, 1e3, -40.0, 40.0}) {
    double a[1], slope[1] = {1};
    Activate(ActivationOf(GetParam()), 1, &z, a);
    TimesDerivative(ActivationOf(GetParam()), 1, &z, a, slope);
    EXPECT_TRUE(std::isfinite(a[0]) && std::isfinite(slope[0])) << z;
  }
}

TEST_P(EveryActivation, GivesALaneTheBitsOfANumberAlone) {
  const auto z = Numbers(11, 4);
  std::vector<double> together(11), alone(11);
  Activate(ActivationOf(GetParam()), 11, z.data(), together.data());
  for (size_t i = 0; i < 11; ++i) Activate(ActivationOf(GetParam()), 1, &z[i], &alone[i]);
  EXPECT_EQ(together, alone);
}

INSTANTIATE_TEST_SUITE_P(All, EveryActivation, ::testing::ValuesIn(ActivationNames()),
                         [](const auto& each) { return each.param; });

TEST(Activations, AreTheTextbooks) {
  const auto at = [](Activation activation, double z) {
    double a;
    Activate(activation, 1, &z, &a);
    return a;
  };
  EXPECT_NEAR(at(Activation::kTanh, 0.7), std::tanh(0.7), 1e-15);
  EXPECT_NEAR(at(Activation::kSigmoid, 0.7), 1 / (1 + std::exp(-0.7)), 1e-15);
  EXPECT_EQ(at(Activation::kRelu, -0.7), 0);
  EXPECT_EQ(at(Activation::kRelu, 0.7), 0.7);
  EXPECT_NEAR(at(Activation::kGelu, 0.7), 0.7 * 0.5 * std::erfc(-0.7 / std::sqrt(2)), 1e-15);
}

TEST(Mlp, NamesTheWeightsAndBiasesOfEachLayer) {
  const auto network = Network({5, 4});

  std::vector<std::string> shapes;
  for (const Variable& variable : network->layout().variables()) {
    shapes.push_back(variable.name + " " + variable.shape().Text());
  }
  EXPECT_THAT(shapes,
              ElementsAre("W1 (5, 3)", "b1 (5,)", "W2 (4, 5)", "b2 (4,)", "W3 (2, 4)", "b3 (2,)"));
  EXPECT_TRUE(network->layered());
}

TEST(Mlp, PenalisesWeightsAndNoBiases) {
  const auto network = Network({5});
  const auto groups = network->PenalisedGroups();

  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].size(), 15u);
  EXPECT_EQ(groups[0].front(), 0);
  EXPECT_EQ(groups[1].size(), 10u);
  EXPECT_EQ(groups[1].front(), 20);
}

TEST(Mlp, GivesTheSameBitsWhateverTheScratchSawBefore) {
  const auto network = Network({5, 4});
  const Vector x = network->Start(1);
  const auto features = Numbers(kRows * 3, 1);
  const auto scratch = network->NewScratch();
  Vector scores(kRows * 2), fewer(2);
  network->Scores(x, {features.data(), kRows}, scores.data(), scratch.get());
  network->Scores(x, {features.data(), 1}, fewer.data(), scratch.get());
  network->Scores(x, {features.data(), kRows}, scores.data(), scratch.get());

  EXPECT_EQ(scores, ScoresOf(*network, x, features));
}

double DeviationOfFirstLayer(const std::string& initialisation, double scale = 1) {
  const auto network = Network({400}, "tanh", 100, 1, initialisation, scale);
  return std::sqrt(network->Start(3).head(40'000).squaredNorm() / 40'000);
}

// 40 000 draws: a relative error of 1 / sqrt(80 000) = 0.0035 is one standard error.
TEST(Mlp, DrawsWeightsOfTheDeviationThatTheInitialisationAsksFor) {
  EXPECT_NEAR(DeviationOfFirstLayer("glorot") / std::sqrt(2.0 / 500), 1, 0.015);
  EXPECT_NEAR(DeviationOfFirstLayer("he") / std::sqrt(2.0 / 100), 1, 0.015);
  EXPECT_NEAR(DeviationOfFirstLayer("lecun") / std::sqrt(1.0 / 100), 1, 0.015);
  EXPECT_NEAR(DeviationOfFirstLayer("normal", 0.5) / 0.5, 1, 0.015);
  EXPECT_EQ(DeviationOfFirstLayer("zero"), 0);
}

TEST(Mlp, StartsWithBiasesOfZeroAndElsewhereForAnotherSeed) {
  const auto network = Network({5});
  const Vector start = network->Start(1);

  EXPECT_EQ(start, network->Start(1));
  EXPECT_NE(start, network->Start(2));
  EXPECT_EQ(start.segment(15, 5), Vector::Zero(5));
}

TEST(Mlp, RefusesLayersThatItCannotHave) {
  const auto refusal = [](std::vector<double> layers) {
    const auto made = MlpEntry().make({"mlp", {{"layers", std::move(layers)}}});
    return std::string(made.status().message());
  };
  EXPECT_THAT(refusal({}), HasSubstr("0 layers; expected 1 to 8"));
  EXPECT_THAT(refusal(std::vector<double>(9, 2)), HasSubstr("9 layers; expected 1 to 8"));
  EXPECT_THAT(refusal({2.5}), HasSubstr("2.5 units; expected a whole number from 1 to 4096"));
  EXPECT_THAT(refusal({5000}), HasSubstr("4096"));
  EXPECT_EQ(refusal({4096}), "");
}

TEST(Mlp, RefusesMoreWeightsThanItMayHave) {
  const auto made = Mlp::Make({{4096, 4096}, "tanh", "glorot", 1}, 10, 1);
  EXPECT_THAT(std::string(made.status().message()), HasSubstr("at most 1000000 are allowed"));
}

}  // namespace
}  // namespace thalweg::models
