// Random programs through every engine: the same bits, whatever runs them. A failure prints the
// seed, the formula and the point. THALWEG_PROGRAMS=1000 makes the run a thousand times longer,
// THALWEG_SEED=k starts at another seed.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/differential/random_program.h"
#include "tests/support/engines.h"

namespace thalweg::testing {
namespace {

using ::testing::IsEmpty;

/// Any NaN is NaN: hardware does not say which of two NaNs an addition passes on.
bool Same(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

std::string Describe(const RandomProgram& program, const Vector& x) {
  std::string text = absl::StrCat("seed ", program.seed, ":\n", program.source.text, "\nat");
  for (const double value : x) absl::StrAppend(&text, " ", value);
  return text;
}

/// Everything an objective can say at a point, one number after the other.
std::vector<double> AnswersOf(Objective& objective, const Vector& x) {
  const Index n = x.size();
  std::vector<double> answers(2);
  Vector gradient = Vector::Constant(n, 777);
  EXPECT_TRUE(objective.Value(x, answers[0]).ok());
  EXPECT_TRUE(objective.ValueAndGradient(x, answers[1], gradient).ok());
  EXPECT_TRUE(Same(answers[0], answers[1])) << answers[0] << ", with gradient " << answers[1];
  const auto append = [&](const auto& numbers) {
    answers.insert(answers.end(), numbers.begin(), numbers.end());
  };
  append(gradient);
  Vector product = Vector::Constant(n, 777);
  if (objective.HessianVector(x, Vector::LinSpaced(n, -1, 2), product).ok()) append(product);
  const Index m = objective.residual_count();
  if (m == 0) return answers;
  Vector residuals(m);
  Matrix jacobian(m, n);
  EXPECT_TRUE(objective.Residuals(x, residuals).ok());
  append(residuals);
  EXPECT_TRUE(objective.ResidualsAndJacobian(x, residuals, jacobian).ok());
  append(residuals);
  append(jacobian.reshaped());
  return answers;
}

/// The first place at which two answers differ; -1 if none.
int DifferenceOf(const std::vector<double>& a, const std::vector<double>& b) {
  for (size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    if (i >= a.size() || i >= b.size() || !Same(a[i], b[i])) return static_cast<int>(i);
  }
  return -1;
}

/// All points at once must give what they give one by one.
void ExpectBatchesAgree(Objective& objective, const RandomProgram& program) {
  const auto count = static_cast<Index>(program.points.size());
  const Index n = program.points[0].size();
  Matrix points(n, count);
  for (Index k = 0; k < count; ++k) points.col(k) = program.points[static_cast<size_t>(k)];
  Vector values(count);
  Vector values_too(count);
  Matrix gradients(n, count);
  ASSERT_TRUE(objective.Values(points, values).ok());
  ASSERT_TRUE(objective.ValuesAndGradients(points, values_too, gradients).ok());
  for (Index k = 0; k < count; ++k) {
    const Vector x = points.col(k);
    double value = 0;
    Vector gradient(n);
    ASSERT_TRUE(objective.ValueAndGradient(x, value, gradient).ok());
    bool same = Same(values[k], value) && Same(values_too[k], value);
    for (Index i = 0; i < n; ++i) same &= Same(gradients(i, k), gradient[i]);
    ASSERT_TRUE(same) << Describe(program, x) << "\nin a batch: " << values[k] << " for " << value;
  }
}

/// Evaluates one program everywhere; false, with a failure, where something differs.
bool Agree(const RandomProgram& program, const std::vector<Engine>& engines) {
  const auto compiled = expression::Compile(program.source);
  if (!compiled.ok()) {
    ADD_FAILURE() << Describe(program, {}) << "\n" << compiled.status();
    return false;
  }
  std::vector<std::unique_ptr<Objective>> objectives;
  for (const Engine& engine : engines) {
    objectives.push_back(engine.make(*compiled));
    ExpectBatchesAgree(*objectives.back(), program);
  }
  for (const Vector& x : program.points) {
    const std::vector<double> expected = AnswersOf(*objectives[0], x);
    for (size_t i = 1; i < objectives.size(); ++i) {
      const std::vector<double> answers = AnswersOf(*objectives[i], x);
      const int place = DifferenceOf(answers, expected);
      if (place < 0) continue;
      const auto at = static_cast<size_t>(place);
      ADD_FAILURE() << Describe(program, x) << "\nof " << engines[i].name << ": number " << place
                    << " (value, value, gradient, ...) is "
                    << (at < answers.size() ? answers[at] : 0) << " for "
                    << (at < expected.size() ? expected[at] : 0);
    }
    if (::testing::Test::HasFailure()) return false;
  }
  return true;
}

TEST(Engines, GiveTheSameBitsForRandomPrograms) {
  const Share share = ProgramsToTry(4000);
  const std::vector<Engine> all = Engines();
  const std::vector<Engine> interpreter = {all[0]};
  for (unsigned i = 0; i < share.count; ++i) {
    const Style style = i % 4 == 3 ? Style::kSmooth : Style::kAnything;
    // Machine code takes milliseconds to make: it sees some of the programs.
    const RandomProgram program = MakeRandomProgram(share.first + i, style);
    ASSERT_TRUE(Agree(program, i % 25 == 0 || i % 25 == 3 ? all : interpreter));
  }
}

TEST(Engines, AreFedEveryFunction) {
  EXPECT_THAT(FunctionsNeverUsed(), IsEmpty()) << "teach them to random_program.cc and names.py";
}

TEST(RandomPrograms, AreTheSameForTheSameSeed) {
  EXPECT_EQ(MakeRandomProgram(17, Style::kAnything).source.text,
            MakeRandomProgram(17, Style::kAnything).source.text);
  EXPECT_NE(MakeRandomProgram(17, Style::kAnything).source.text,
            MakeRandomProgram(18, Style::kAnything).source.text);
}

}  // namespace
}  // namespace thalweg::testing
