// Gradients against SymPy: it differentiates the same text by its own rules, and the result is
// evaluated in 30 digits. The tolerance of each coordinate is its running error bound.

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "tests/differential/python.h"
#include "tests/differential/random_program.h"
#include "tests/support/engines.h"

namespace thalweg::testing {
namespace {

/// The reverse pass takes the products of the chain rule from the other end than the bound does.
constexpr double kReversed = 4;

class AgainstSymPy : public ::testing::Test {
 protected:
  void SetUp() override {
    python_ = PythonWith("numpy, mpmath, sympy");
    if (python_.empty()) GTEST_SKIP() << "no Python with NumPy, mpmath and SymPy";
  }

  /// How many coordinates were compared.
  int Compare() {
    const auto answers = Ask(python_, "derivatives.py", programs_, /*bounds=*/true);
    if (answers.empty()) return 0;
    int compared = 0;
    size_t next = 0;
    for (const RandomProgram& program : programs_) {
      const auto compiled = expression::Compile(program.source);
      if (!compiled.ok()) {
        ADD_FAILURE() << program.source.text << "\n" << compiled.status();
        continue;
      }
      const auto objective = Engines()[0].make(*compiled);
      for (const Vector& x : program.points) {
        const std::vector<double>& answer = answers[next++];
        double value = 0;
        Vector gradient(x.size());
        EXPECT_TRUE(objective->ValueAndGradient(x, value, gradient).ok());
        for (Index k = 0; k < x.size(); ++k) {
          const auto at = static_cast<size_t>(2 * k);
          const double expected = answer[at];
          const double bound = answer[at + 1];
          if (!std::isfinite(expected) || !std::isfinite(bound)) continue;
          ++compared;
          if (std::abs(gradient[k] - expected) <= kReversed * bound) continue;
          ADD_FAILURE() << "seed " << program.seed << ":\n"
                        << program.source.text << "\nat " << x.transpose()
                        << absl::StrFormat("\nderivative %d is %.17g, by SymPy %.17g within %.3g",
                                           k, gradient[k], expected, bound);
        }
      }
    }
    return compared;
  }

  std::string python_;
  std::vector<RandomProgram> programs_;
};

// Places inside the domain of every function: of those of one argument, and of two.
TEST_F(AgainstSymPy, EveryFunctionHasItsDerivative) {
  for (const expression::FunctionInfo& info : expression::Functions()) {
    const bool of_numbers = info.elementwise;
    if (!of_numbers || (info.arity != 1 && info.arity != 2)) continue;
    RandomProgram program;
    program.source = {
        info.name + (info.arity == 1 ? "(x)" : "(x, y)"), {{"x", true, 1}, {"y", true, 1}}, {}};
    const double shift = info.name == "acosh" ? 1 : 0;
    for (const double x : {0.0625, 0.3, 0.72, 0.98}) {
      for (const double y : {0.41, 1.9}) program.points.push_back(Vector{{x + shift, y}});
    }
    programs_.push_back(std::move(program));
  }

  EXPECT_GE(Compare(), static_cast<int>(2 * programs_.size()));
}

TEST_F(AgainstSymPy, RandomFormulasHaveTheirGradient) {
  const Share share = ProgramsToTry(150);
  for (unsigned seed = share.first; programs_.size() < share.count; ++seed) {
    RandomProgram program = MakeRandomProgram(seed, Style::kSmooth, /*most=*/3);
    // Symbolic derivatives of long formulas take minutes.
    if (program.source.text.size() < 120) programs_.push_back(std::move(program));
  }

  EXPECT_GE(Compare(), static_cast<int>(2 * share.count));
}

}  // namespace
}  // namespace thalweg::testing
