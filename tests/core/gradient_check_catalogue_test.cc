// A gradient that is right raises no alarm: every function of the language at random points of its
// domain, and every test function around its usual start.

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "absl/strings/str_cat.h"
#include "server/core/diagnosis/gradient_check.h"
#include "server/core/expression/expression.h"
#include "server/core/functions/catalogue.h"

namespace thalweg {
namespace {

std::unique_ptr<Objective> Made(const std::string& text, std::vector<Variable> variables) {
  auto compiled = expression::Compile({text, std::move(variables), {}});
  EXPECT_TRUE(compiled.ok()) << text << compiled.status();
  return compiled.ok() ? expression::MakeObjective(*compiled) : nullptr;
}

TEST(GradientCheckOfTheCatalogue, PassesEveryFunctionOfTheLanguage) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> inside(0.1, 0.9);  // of every domain but acosh's
  int checked = 0;
  for (const expression::FunctionInfo& function : expression::Functions()) {
    if (function.arity < 1 || function.arity > 2) continue;
    const bool second = function.arity == 2;
    const std::string argument = function.name == "acosh" ? "1 + x" : "x";
    const std::string text =
        absl::StrCat(function.name, "(", argument, second ? ", y" : "", ") + x*y");
    const std::vector<Variable> variables = {{.name = "x", .scalar = true, .length = 1},
                                             {.name = "y", .scalar = true, .length = 1}};
    auto compiled = expression::Compile({text, variables, {}});
    if (!compiled.ok()) continue;  // it takes vectors
    const auto objective = expression::MakeObjective(*compiled);
    for (int i = 0; i < 20; ++i) {
      const auto check = CheckGradient(*objective, Vector{{inside(random), inside(random)}});
      ASSERT_TRUE(check.ok());
      EXPECT_TRUE(check->passed) << text << ": " << check->suspicion;
      EXPECT_EQ(check->suspicion, "") << text;
      ++checked;
    }
  }
  EXPECT_GT(checked, 20 * 30);
}

TEST(GradientCheckOfTheCatalogue, PassesEveryTestFunction) {
  std::mt19937 random(2);
  std::uniform_real_distribution<double> shift(-0.3, 0.3);
  for (const TestFunction& function : TestFunctions()) {
    const Index n = function.dimensions.usual;
    const auto objective = Made(function.expression, VariablesOf(function, n));
    const Layout& layout = objective->layout();
    Vector x = *layout.Flatten(layout.Unflatten(function.start(n)));
    for (double& value : x) value += shift(random);
    const auto check = CheckGradient(*objective, x);
    ASSERT_TRUE(check.ok());
    if (!std::isfinite(check->value)) continue;
    EXPECT_TRUE(check->passed) << function.name << ": " << check->suspicion;
  }
}

}  // namespace
}  // namespace thalweg
