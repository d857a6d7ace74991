// Every method against the loop that its formula spells out, one number at a time.

#include <algorithm>
#include <cmath>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/descending.h"
#include "tests/support/following.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::ExpectFollows;
using testing::Memory;

TEST(GradientDescent, StepsAgainstTheGradient) {
  ExpectFollows({"gradient_descent", {{"learning_rate", 1e-3}}},
                [](Memory&, double g, int) { return 1e-3 * g; });
}

TEST(Momentum, StepsAlongADecayingSumOfGradients) {
  ExpectFollows({"momentum", {{"learning_rate", 1e-4}, {"momentum", 0.8}}},
                [](Memory& m, double g, int) { return 1e-4 * (m["v"] = 0.8 * m["v"] + g); });
}

TEST(Momentum, TakesTheFirstGradientWholeAndDampensTheOthers) {
  ExpectFollows({"momentum", {{"learning_rate", 1e-4}, {"momentum", 0.8}, {"dampening", 0.5}}},
                [](Memory& m, double g, int t) {
                  return 1e-4 * (m["v"] = t == 1 ? g : 0.8 * m["v"] + 0.5 * g);
                });
}

TEST(Nesterov, LooksAheadAlongItsMomentum) {
  ExpectFollows({"nesterov", {{"learning_rate", 1e-4}, {"momentum", 0.8}}},
                [](Memory& m, double g, int) {
                  m["v"] = 0.8 * m["v"] + g;
                  return 1e-4 * (g + 0.8 * m["v"]);
                });
}

TEST(Adagrad, DividesByTheRootOfAllSquaredGradients) {
  ExpectFollows(
      {"adagrad", {{"learning_rate", 0.1}, {"epsilon", 0.5}}},
      [](Memory& m, double g, int) { return 0.1 * g / (std::sqrt(m["s"] += g * g) + 0.5); });
}

TEST(Adagrad, PutsEpsilonUnderTheRootAndBeginsAboveZeroOnRequest) {
  ExpectFollows({"adagrad",
                 {{"learning_rate", 0.1},
                  {"epsilon", 0.5},
                  {"epsilon_placement", "inside"},
                  {"initial_accumulator", 3.0}}},
                [](Memory& m, double g, int t) {
                  if (t == 1) m["s"] = 3;
                  return 0.1 * g / std::sqrt((m["s"] += g * g) + 0.5);
                });
}

TEST(Adadelta, MeasuresStepsInUnitsOfThoseBefore) {
  ExpectFollows({"adadelta", {{"learning_rate", 0.1}, {"rho", 0.9}, {"epsilon", 1e-6}}},
                [](Memory& m, double g, int) {
                  m["s"] = 0.9 * m["s"] + 0.1 * g * g;
                  const double d = std::sqrt(m["u"] + 1e-6) / std::sqrt(m["s"] + 1e-6) * g;
                  m["u"] = 0.9 * m["u"] + 0.1 * d * d;
                  return 0.1 * d;
                });
}

TEST(Adadelta, DividesByTheMeanBeforeThisGradientOnRequest) {
  ExpectFollows(
      {"adadelta",
       {{"learning_rate", 1e-4}, {"rho", 0.9}, {"epsilon", 1e-6}, {"denominator", "previous"}}},
      [](Memory& m, double g, int) {
        const double d = std::sqrt(m["u"] + 1e-6) / std::sqrt(m["s"] + 1e-6) * g;
        m["s"] = 0.9 * m["s"] + 0.1 * g * g;
        m["u"] = 0.9 * m["u"] + 0.1 * d * d;
        return 1e-4 * d;
      });
}

TEST(RmsProp, DividesByTheRootOfTheMeanSquare) {
  ExpectFollows({"rmsprop", {{"learning_rate", 1e-3}, {"decay", 0.9}, {"epsilon", 0.1}}},
                [](Memory& m, double g, int) {
                  m["s"] = 0.9 * m["s"] + 0.1 * g * g;
                  return 1e-3 * g / (std::sqrt(m["s"]) + 0.1);
                });
}

TEST(RmsProp, CentersKeepsMomentumAndPutsEpsilonInsideOnRequest) {
  ExpectFollows({"rmsprop",
                 {{"learning_rate", 1e-3},
                  {"decay", 0.9},
                  {"epsilon", 0.1},
                  {"epsilon_placement", "inside"},
                  {"centered", true},
                  {"momentum", 0.7}}},
                [](Memory& m, double g, int) {
                  m["s"] = 0.9 * m["s"] + 0.1 * g * g;
                  m["a"] = 0.9 * m["a"] + 0.1 * g;
                  const double variance = m["s"] - m["a"] * m["a"];
                  m["b"] = 0.7 * m["b"] + g / std::sqrt(variance + 0.1);
                  return 1e-3 * m["b"];
                });
}

TEST(RmsProp, StaysFiniteWhereRoundingMakesTheVarianceNegative) {
  Vector slopes(1000);  // many, so that some round the wrong way
  for (Index i = 0; i < slopes.size(); ++i) slopes[i] = 0.1 + 0.37 * static_cast<double>(i);
  const auto plane = [&](const Vector& x, Vector* g) {
    if (g != nullptr) *g = slopes;
    return slopes.dot(x);
  };
  const auto outcome = testing::RunOf(
      testing::Make(slopes.size(), plane),
      {.optimizer = {"rmsprop", {{"learning_rate", 1e-9}, {"decay", 0.7}, {"centered", true}}},
       .stopping = {testing::After(300), {"divergence", {{"threshold", 1e300}}}},
       .start = Vector::Zero(slopes.size())});

  EXPECT_NE(outcome.reason.termination, Termination::kNonFinite) << outcome.reason.detail;
}

double AdamsStep(Memory& m, double g, int t, bool corrected, bool amsgrad) {
  m["m"] = 0.8 * m["m"] + 0.2 * g;
  m["v"] = 0.95 * m["v"] + 0.05 * g * g;
  m["w"] = amsgrad ? std::max(m["w"], m["v"]) : m["v"];
  const double mean = m["m"] / (1 - std::pow(0.8, t));
  const double correction = 1 - std::pow(0.95, t);
  if (corrected) return 0.01 * mean / (std::sqrt(m["w"] / correction) + 0.1);
  return 0.01 * mean * std::sqrt(correction) / (std::sqrt(m["w"]) + 0.1);
}

Part AdamLike(const std::string& kind, const std::string& placement) {
  return {kind,
          {{"learning_rate", 0.01},
           {"beta1", 0.8},
           {"beta2", 0.95},
           {"epsilon", 0.1},
           {"epsilon_placement", placement}}};
}

TEST(Adam, CorrectsTheBiasOfBothMomentsBeforeAddingEpsilon) {
  ExpectFollows(AdamLike("adam", "corrected"),
                [](Memory& m, double g, int t) { return AdamsStep(m, g, t, true, false); });
}

TEST(Adam, AddsEpsilonToTheUncorrectedRootOnRequest) {
  ExpectFollows(AdamLike("adam", "uncorrected"),
                [](Memory& m, double g, int t) { return AdamsStep(m, g, t, false, false); });
}

TEST(AmsGrad, NeverDividesByLessThanBefore) {
  ExpectFollows(AdamLike("amsgrad", "corrected"),
                [](Memory& m, double g, int t) { return AdamsStep(m, g, t, true, true); });
  ExpectFollows(AdamLike("amsgrad", "uncorrected"),
                [](Memory& m, double g, int t) { return AdamsStep(m, g, t, false, true); });
}

TEST(AdamW, IsAdamWhereNothingDecays) {
  Part part = AdamLike("adamw", "corrected");
  part.settings["weight_decay"] = 0.0;
  ExpectFollows(part, [](Memory& m, double g, int t) { return AdamsStep(m, g, t, true, false); });
  part.settings["amsgrad"] = true;
  ExpectFollows(part, [](Memory& m, double g, int t) { return AdamsStep(m, g, t, true, true); });
}

TEST(Adamax, DividesByADecayingMaximum) {
  Part part = AdamLike("adamax", "outside");
  ExpectFollows(part, [](Memory& m, double g, int t) {
    m["m"] = 0.8 * m["m"] + 0.2 * g;
    m["u"] = std::max(0.95 * m["u"], std::abs(g));
    return 0.01 / (1 - std::pow(0.8, t)) * m["m"] / (m["u"] + 0.1);
  });
  part.settings["epsilon_placement"] = "inside";
  ExpectFollows(part, [](Memory& m, double g, int t) {
    m["m"] = 0.8 * m["m"] + 0.2 * g;
    m["u"] = std::max(0.95 * m["u"], std::abs(g) + 0.1);
    return 0.01 / (1 - std::pow(0.8, t)) * m["m"] / m["u"];
  });
}

double NadamsStep(Memory& m, double g, int t, bool corrected) {
  const auto mu = [](int k) { return 0.8 * (1 - 0.5 * std::pow(0.96, k * 0.01)); };
  if (t == 1) m["P"] = 1;
  m["P"] *= mu(t);
  m["m"] = 0.8 * m["m"] + 0.2 * g;
  m["v"] = 0.95 * m["v"] + 0.05 * g * g;
  const double correction = 1 - std::pow(0.95, t);
  const double mean =
      (1 - mu(t)) / (1 - m["P"]) * g + mu(t + 1) / (1 - m["P"] * mu(t + 1)) * m["m"];
  if (corrected) return 0.01 * mean / (std::sqrt(m["v"] / correction) + 0.1);
  return 0.01 * mean * std::sqrt(correction) / (std::sqrt(m["v"]) + 0.1);
}

TEST(Nadam, LooksAheadWithAMomentumThatWarmsUp) {
  for (const bool corrected : {true, false}) {
    Part part = AdamLike("nadam", corrected ? "corrected" : "uncorrected");
    part.settings["momentum_decay"] = 0.01;
    ExpectFollows(part, [=](Memory& m, double g, int t) { return NadamsStep(m, g, t, corrected); });
  }
}

}  // namespace
}  // namespace thalweg
