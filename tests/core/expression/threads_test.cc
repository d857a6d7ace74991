// Threads compile, share, evaluate and drop formulas at once: the same ones and different ones.
// ThreadSanitizer (preset tsan) sees whatever they share behind Compile.

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/core/expression/formula.h"
#include "tests/support/engines.h"

namespace thalweg::expression {
namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 16;

void InThreads(const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) threads.emplace_back(work, t);
  for (std::thread& thread : threads) thread.join();
}

/// v.v/2 - k sum(v) at v = 1 2 3: 7 - 6k, with gradient v - k.
Source Shifted(int k) {
  return {absl::StrCat("dot(v, v)/2 - ", k, "*sum(v)"), {VectorOf("v", 3)}, {}};
}

bool IsRight(Objective& objective, int k) {
  double value = 0;
  Vector gradient(3);
  if (!objective.ValueAndGradient(Point({1, 2, 3}), value, gradient).ok()) return false;
  return value == 7 - 6 * k && gradient == Point({1.0 - k, 2.0 - k, 3.0 - k});
}

TEST(Threads, CompileEvaluateAndDropAtOnce) {
  for (const testing::Engine& engine : testing::Engines()) {
    std::atomic<int> wrong = 0;

    InThreads([&](int thread) {
      for (int round = 0; round < kRounds; ++round) {
        // Every other formula is one that other threads compile and drop too.
        const int k = round % 2 == 0 ? round % 8 : 100 * thread + round;
        const auto compiled = Compile(Shifted(k));
        if (!compiled.ok() || !IsRight(*engine.make(*compiled), k)) ++wrong;
      }
    });

    EXPECT_EQ(wrong, 0) << engine.name;
  }
}

TEST(Threads, EachEvaluateOneCompiledFormula) {
  for (const testing::Engine& engine : testing::Engines()) {
    const auto compiled = Compile(Shifted(5));
    ASSERT_TRUE(compiled.ok());
    std::atomic<int> wrong = 0;

    InThreads([&](int) {
      for (int round = 0; round < kRounds; ++round) {
        if (!IsRight(*engine.make(*compiled), 5)) ++wrong;
      }
    });

    EXPECT_EQ(wrong, 0) << engine.name;
  }
}

}  // namespace
}  // namespace thalweg::expression
