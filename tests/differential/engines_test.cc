// Random programs through every engine: the same bits, whatever runs them. A failure prints the
// seed, the formula and the point. THALWEG_PROGRAMS=1000 makes the run a thousand times longer,
// THALWEG_SEED=k starts at another seed.

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

/// Everything an evaluation gives, one number after the other.
struct Answer {
  double value = 0;
  double value_with_gradient = 0;
  Vector gradient;
};

Answer AnswerOf(Objective& objective, const Vector& x) {
  Answer answer;
  answer.gradient = Vector::Constant(x.size(), 777);
  EXPECT_TRUE(objective.Value(x, answer.value).ok());
  EXPECT_TRUE(objective.ValueAndGradient(x, answer.value_with_gradient, answer.gradient).ok());
  return answer;
}

/// Evaluates one program everywhere; false, with a failure, where something differs.
bool Agree(const RandomProgram& program) {
  const auto compiled = expression::Compile(program.source);
  if (!compiled.ok()) {
    ADD_FAILURE() << Describe(program, {}) << "\n" << compiled.status();
    return false;
  }
  std::vector<std::unique_ptr<Objective>> objectives;
  for (const Engine& engine : Engines()) objectives.push_back(engine.make(*compiled));
  for (const Vector& x : program.points) {
    const Answer first = AnswerOf(*objectives[0], x);
    if (!Same(first.value, first.value_with_gradient)) {
      ADD_FAILURE() << Describe(program, x) << "\nvalue " << first.value << ", with gradient "
                    << first.value_with_gradient;
      return false;
    }
    for (size_t i = 0; i < objectives.size(); ++i) {
      const Answer other = AnswerOf(*objectives[i], x);
      bool same = Same(first.value, other.value) &&
                  Same(first.value_with_gradient, other.value_with_gradient);
      for (Index k = 0; k < x.size(); ++k) same &= Same(first.gradient[k], other.gradient[k]);
      if (same) continue;
      ADD_FAILURE() << Describe(program, x) << "\nof " << Engines()[i].name << ": " << other.value
                    << " for " << first.value << ",\n"
                    << other.gradient.transpose() << "\nfor\n"
                    << first.gradient.transpose();
      return false;
    }
  }
  return true;
}

TEST(Engines, GiveTheSameBitsForRandomPrograms) {
  const Share share = ProgramsToTry(6000);
  int wrong = 0;
  for (unsigned i = 0; i < share.count && wrong < 5; ++i) {
    const Style style = i % 4 == 3 ? Style::kSmooth : Style::kAnything;
    if (!Agree(MakeRandomProgram(share.first + i, style))) ++wrong;
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
