// Random programs against NumPy, which evaluates the same text: to within what rounding can
// explain. bounded.py carries each value in extended precision together with a running error
// bound, so a tolerance is not chosen here but computed for every program and point. Gradients are
// held to forward derivatives computed the same way.

#include <cmath>
#include <limits>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "tests/differential/python.h"
#include "tests/differential/random_program.h"
#include "tests/support/engines.h"

namespace thalweg::testing {
namespace {

/// What is compared at one point.
struct Sample {
  const RandomProgram* program = nullptr;
  const Vector* x = nullptr;
  double value = 0;
  Vector gradient;
  const double* answer = nullptr;  ///< As values.py writes it.
};

std::string Describe(const Sample& sample) {
  std::string text =
      absl::StrCat("seed ", sample.program->seed, ":\n", sample.program->source.text, "\nat");
  for (const double value : *sample.x) absl::StrAppendFormat(&text, " %.17g", value);
  return text;
}

class AgainstNumPy : public ::testing::Test {
 protected:
  void SetUp() override {
    python_ = PythonWith("numpy, mpmath");
    if (python_.empty()) GTEST_SKIP() << "no Python with NumPy and mpmath";
  }

  /// Evaluates everything here and there. Empty after a failure.
  std::vector<Sample> Samples(bool bounds) {
    answers_ = Ask(python_, "values.py", programs_, bounds);
    std::vector<Sample> samples;
    if (answers_.empty()) return samples;
    size_t next = 0;
    for (const RandomProgram& program : programs_) {
      const auto compiled = expression::Compile(program.source);
      EXPECT_TRUE(compiled.ok()) << program.source.text << "\n" << compiled.status();
      if (!compiled.ok()) return {};
      const auto objective = Engines()[0].make(*compiled);
      for (const Vector& x : program.points) {
        Sample& sample = samples.emplace_back();
        sample.program = &program;
        sample.x = &x;
        sample.gradient = Vector(x.size());
        EXPECT_TRUE(objective->ValueAndGradient(x, sample.value, sample.gradient).ok());
        sample.answer = answers_[next++].data();
      }
    }
    return samples;
  }

  std::string python_;
  std::vector<RandomProgram> programs_;
  std::vector<std::vector<double>> answers_;
};

/// The gradient is the reverse of the derivatives that the bound was computed for: the same
/// products, associated from the other end.
constexpr double kReversed = 4;

TEST_F(AgainstNumPy, ValuesAndGradientsAreTrueToRounding) {
  const Share share = ProgramsToTry(600);
  for (unsigned i = 0; i < share.count; ++i) {
    const Style style = i % 2 == 0 ? Style::kSmooth : Style::kAnything;
    // Small ones mostly: Python takes microseconds an operation.
    RandomProgram program = MakeRandomProgram(share.first + i, style, i % 20 == 0 ? 100 : 9);
    program.points.resize(2);  // the special point is for the next test
    programs_.push_back(std::move(program));
  }
  int compared = 0;
  int tight = 0;
  int wrong = 0;

  for (const Sample& sample : Samples(/*bounds=*/true)) {
    const double numpy = sample.answer[0];
    const double truth = sample.answer[1];
    const double bound = sample.answer[2];
    if (!std::isfinite(truth) || !std::isfinite(bound)) continue;
    ++compared;
    tight += bound <= 1e-9 * std::abs(truth) ? 1 : 0;
    bool good =
        std::abs(sample.value - truth) <= bound && std::abs(sample.value - numpy) <= 2 * bound;
    if (!good) {
      ADD_FAILURE() << Describe(sample)
                    << absl::StrFormat("\nis %.17g; truth %.17g within %.3g, NumPy %.17g",
                                       sample.value, truth, bound, numpy);
    }
    for (Index k = 0; good && k < sample.x->size(); ++k) {
      const double slope = sample.answer[3 + 2 * k];
      const double slope_bound = sample.answer[4 + 2 * k];
      if (!std::isfinite(slope) || !std::isfinite(slope_bound)) continue;
      good = std::abs(sample.gradient[k] - slope) <= kReversed * slope_bound;
      if (good) continue;
      ADD_FAILURE() << Describe(sample)
                    << absl::StrFormat("\nderivative %d is %.17g; truth %.17g within %.3g", k,
                                       sample.gradient[k], slope, slope_bound);
    }
    if (!good && ++wrong == 5) break;
  }

  if (HasFailure()) return;
  RecordProperty("compared", compared);
  EXPECT_GT(compared, static_cast<int>(share.count)) << "half of the points must have an answer";
  EXPECT_GT(tight, compared * 3 / 4) << "and most bounds must say something";
}

TEST_F(AgainstNumPy, ZerosInfinitiesAndNanGoWhereNumPySendsThem) {
  const Share share = ProgramsToTry(2500);
  for (unsigned i = 0; i < share.count; ++i) {
    RandomProgram program = MakeRandomProgram(share.first + i, Style::kAnything);
    program.points = {program.points[2]};
    programs_.push_back(std::move(program));
  }
  std::vector<std::string> different;

  for (const Sample& sample : Samples(/*bounds=*/false)) {
    const double numpy = sample.answer[0];
    const bool same = std::isfinite(numpy)
                          ? std::isfinite(sample.value)
                          : (std::isnan(numpy) ? std::isnan(sample.value) : sample.value == numpy);
    if (same) continue;
    different.push_back(
        absl::StrFormat("%s\nis %g, in NumPy %g", Describe(sample), sample.value, numpy));
  }

  // A product of very large and very small numbers overflows or not with the order it is taken in,
  // which NumPy chooses otherwise.
  EXPECT_LE(different.size(), share.count / 500) << absl::StrJoin(different, "\n");
}

// Each function over the whole range of doubles, not only where formulas usually are.
TEST_F(AgainstNumPy, EveryFunctionIsTrueWhereverItIsDefined) {
  std::vector<double> arguments;
  for (int exponent = -1070; exponent <= 1020; exponent += 15) {
    arguments.push_back(std::ldexp(1.37, exponent));
    arguments.push_back(std::ldexp(-1.83, exponent));
  }
  for (int i = -400; i <= 400; ++i) arguments.push_back(i / 37.0);
  for (const expression::FunctionInfo& info : expression::Functions()) {
    if (info.arity != 1 || !info.elementwise) continue;
    RandomProgram program;
    program.source = {info.name + "(x)", {{"x", true, 1}}, {}};
    for (const double x : arguments) program.points.push_back(Vector::Constant(1, x));
    programs_.push_back(std::move(program));
  }

  std::map<std::string, std::vector<std::string>> wrong;
  for (const Sample& sample : Samples(/*bounds=*/true)) {
    const double truth = sample.answer[1];
    const double bound = sample.answer[2];
    const double slope = sample.answer[3];
    const double slope_bound = sample.answer[4];
    // Below the normal range a result has fewer digits than its bound supposes.
    const double least = 2 * std::numeric_limits<double>::min();
    const bool value_known = std::isfinite(truth) && (truth == 0 || std::abs(truth) > least);
    const bool slope_known = std::isfinite(slope) && (slope == 0 || std::abs(slope) > least);
    const bool good = (!value_known || std::abs(sample.value - truth) <= bound) &&
                      (!slope_known || !value_known ||
                       std::abs(sample.gradient[0] - slope) <= kReversed * slope_bound);
    if (good) continue;
    wrong[sample.program->source.text].push_back(absl::StrFormat(
        "at %.17g: %.17g for %.17g within %.2g, slope %.17g for %.17g within %.2g", (*sample.x)[0],
        sample.value, truth, bound, sample.gradient[0], slope, slope_bound));
  }

  for (const auto& [text, places] : wrong) {
    ADD_FAILURE() << text << ", " << places.size() << " times:\n"
                  << places.front() << "\n"
                  << places.back();
  }
}

}  // namespace
}  // namespace thalweg::testing
