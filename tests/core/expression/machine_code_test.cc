// Machine code has the interpreter's bits, for every instruction set of this machine and whatever
// the lengths of loops: whole groups of lanes, rests of every size, no turn at all.

#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/core/expression/compiled.h"
#include "server/core/expression/content.h"
#include "server/core/expression/jit/native.h"
#include "tests/core/expression/formula.h"
#include "tests/support/engines.h"

namespace thalweg::expression {
namespace {

using thalweg::testing::Engine;
using thalweg::testing::Engines;

bool SameBits(const double* a, const double* b, Index count) {
  for (Index i = 0; i < count; ++i) {
    const bool nan = a[i] != a[i] && b[i] != b[i];
    if (!nan && std::memcmp(&a[i], &b[i], sizeof(double)) != 0) return false;
  }
  return true;
}

/// Values that are not alike, some of them tiny, zero or negative zero.
Vector Wave(Index n, int seed) {
  Vector x(n);
  for (Index i = 0; i < n; ++i) {
    const Index k = (7 * i + 3 * seed) % 13;
    x[i] = k == 5 ? -0.0 : (k == 9 ? 1e-300 : 0.25 * static_cast<double>(k) - 1.375);
  }
  return x;
}

void ExpectSameBits(const std::string& text, const std::vector<Variable>& variables,
                    const Parameters& parameters = {}) {
  const auto compiled = Compile({text, variables, parameters});
  ASSERT_TRUE(compiled.ok()) << text << "\n" << compiled.status();
  const Index n = (*compiled)->layout().size();
  const auto oracle = MakeObjective(*compiled);
  for (const Engine& engine : Engines()) {
    const auto objective = engine.make(*compiled);
    constexpr Index kPoints = 19;
    Matrix points(n, kPoints);
    for (int seed = 0; seed < kPoints; ++seed) points.col(seed) = Wave(n, seed);
    Vector values(kPoints);
    Matrix gradients = Matrix::Constant(n, kPoints, 777);
    ASSERT_TRUE(objective->ValuesAndGradients(points, values, gradients).ok());
    for (Index p = 0; p < kPoints; ++p) {
      const Vector x = points.col(p);
      double expected = 0;
      double value = 0;
      Vector expected_gradient(n);
      Vector gradient = Vector::Constant(n, 777);
      ASSERT_TRUE(oracle->ValueAndGradient(x, expected, expected_gradient).ok());
      ASSERT_TRUE(objective->ValueAndGradient(x, value, gradient).ok());
      const auto what = [&] { return absl::StrCat(text, ", n = ", n, ", ", engine.name); };
      ASSERT_TRUE(SameBits(&value, &expected, 1)) << what() << ": " << value << " " << expected;
      ASSERT_TRUE(SameBits(gradient.data(), expected_gradient.data(), n))
          << what() << ": " << gradient.transpose() << " against " << expected_gradient.transpose();
      ASSERT_TRUE(SameBits(&values[p], &expected, 1)) << what() << ", many points";
      ASSERT_TRUE(SameBits(gradients.col(p).data(), expected_gradient.data(), n))
          << what() << ", many points";
    }
  }
}

class EveryLength : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryLength, HasTheSameBits) {
  for (const Index n : {3, 4, 6, 8, 9, 10, 11, 15, 17, 66}) {
    ExpectSameBits(GetParam(), {VectorOf("x", n)});
  }
}

INSTANTIATE_TEST_SUITE_P(
    MachineCode, EveryLength,
    ::testing::Values(
        "sum(x**2)", "mean(x)*prod(1 + 0.1*x) + min(x) - max(x*x)",
        "sum(100*(x[i+1] - x[i]**2)**2 + (1 - x[i])**2 for i in range(n-1))",
        // Cells that gain three terms, in the order of the turns.
        "sum((x[i] - 2*x[i+1] + x[i+2])**2 + x[i]*x[i+2] for i in range(n-2))",
        // Walks that meet one another: not in lanes.
        "sum(sin(x[i])*x[n-1-i] for i in range(n))", "sum(x[i]*x[2*i]**2 for i in range(n//2))",
        "sum(exp(x[i]) for i in range(0, n, 2)) + sum(x[i] for i in range(n-1, 0, -1))",
        "sum(x[i] if i % 3 == 1 else -x[i]*x[i] for i in range(n) if x[i] < 1)",
        // Sine and cosine of one argument, alone and together.
        "sum(sin(2*x)*cos(2*x) + tanh(x)) + sin(x[0])*cos(x[0]) + cos(x[1])",
        "sqrt(abs(sum(x))) + sum(where(x > 0, log(x), x)) + floor(x[0]*3) % 2",
        "norm(x) + sum(clip(x, -0.5, 0.5)) + logsumexp(x) + sum(cumsum(x)**2)"));

TEST(MachineCode, HasTheSameBitsForLoopsInLoops) {
  for (const int m : {1, 3, 8, 17}) {
    for (const int n : {1, 8, 11}) {
      Parameters data;
      std::vector<double> matrix;
      std::vector<double> labels;
      for (int k = 0; k < m * n; ++k) matrix.push_back(0.1 * ((k * 7) % 11) - 0.4);
      for (int k = 0; k < m; ++k) labels.push_back(k % 2 == 0 ? 1 : -1);
      data["X"] = {false, matrix, n};
      data["y"] = {false, labels};
      // Along rows, and across them.
      ExpectSameBits("mean(log1p(exp(-y*(X @ w)))) + 0.1*w @ w", {VectorOf("w", n)}, data);
      ExpectSameBits(
          "sum(log(sum(exp(w[k] - X[i, 0]*k) for k in range(3))) for i in range(len(y)))",
          {VectorOf("w", 3)}, data);
      ExpectSameBits("sum((tanh(X @ W + b) @ v - y)**2)",
                     {{"W", false, 4 * n, 4}, VectorOf("b", 4), VectorOf("v", 4)}, data);
      // Turns that depend on the turn outside.
      ExpectSameBits("sum(sum(w[j]*w[i] for j in range(i+1)) for i in range(len(w)))",
                     {VectorOf("w", n)}, data);
      // One cell from many turns, computed and not.
      ExpectSameBits(
          "sum(w[(i*j) % len(w)]*exp(w[i % len(w)]) for i in range(9) for j in range(5))",
          {VectorOf("w", n)}, data);
    }
  }
}

TEST(MachineCode, HasTheSameBitsOfEveryFunction) {
  for (const FunctionInfo& function : Functions()) {
    if (function.arity != 1 && function.arity != 2) continue;
    const std::string call = function.arity == 1 ? absl::StrCat(function.name, "(x)")
                                                 : absl::StrCat(function.name, "(x, 0.75)");
    const std::vector<Variable> many = {VectorOf("x", 21)};
    if (Compile({absl::StrCat("sum(", call, ")"), many, {}}).ok()) {
      ExpectSameBits(absl::StrCat("sum(", call, ")"), many);
    }
    if (Compile({call, {Scalar("x")}, {}}).ok()) ExpectSameBits(call, {Scalar("x")});
  }
}

TEST(MachineCode, LeavesNothingOfWhatTheOutputsHeld) {
  ExpectSameBits("3.5", {VectorOf("x", 9)});
  ExpectSameBits("x[2]", {VectorOf("x", 9)});
  ExpectSameBits("2*x - x*x", {Scalar("x")});
}

TEST(MachineCode, IsNotMadeOfProgramsThatAreTooLarge) {
  std::string text = "x[0]";
  for (int i = 1; i < 1500; ++i) absl::StrAppend(&text, " + sin(", i, "*x[", i % 7, "])");
  const auto compiled = Compile({text, {VectorOf("x", 7)}, {}});
  ASSERT_TRUE(compiled.ok());
  const auto code = CompileNative((*compiled)->machinery().gradient);
  EXPECT_EQ(code.status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(MachineCode, IsTheSameForTheSameContentOnly) {
  const auto content = [](const char* text, Index n) {
    return ContentOf((*Compile({text, {VectorOf("x", n)}, {}}))->machinery().gradient);
  };
  EXPECT_EQ(content("sum(x**2)", 5), content("sum( x * x )", 5));
  EXPECT_NE(content("sum(x**2)", 5), content("sum(x**2)", 6));
  EXPECT_NE(content("sum(x**2)", 5), content("sum(x**3)", 5));
  EXPECT_NE(content("sum(2*x)", 5), content("sum(3*x)", 5));
}

}  // namespace
}  // namespace thalweg::expression
