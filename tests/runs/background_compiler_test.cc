// Machine code made in the background: shared by content, freed with its last user, and never in
// anybody's way.

#include "server/runs/background_compiler.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/core/expression/compiled.h"

namespace thalweg::runs {
namespace {

using expression::Compiled;

class Made final : public EventSink {
 public:
  void On(const MachineCodeMade& event) override { ++(event.ok ? ok : failed); }
  std::atomic<int> ok{0};
  std::atomic<int> failed{0};
};

std::shared_ptr<const Compiled> Formula(const std::string& text, Index n = 10) {
  auto compiled = expression::Compile({text, {{"x", false, n}}, {}});
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  return *compiled;
}

const expression::NativeCode* WaitFor(const expression::PendingCode& pending) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (pending.Ready() == nullptr && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return pending.Ready();
}

std::shared_ptr<const expression::PendingCode> Ask(BackgroundCompiler& compiler,
                                                   const std::shared_ptr<const Compiled>& of) {
  return compiler.Request(of, of->machinery().gradient, expression::Points::kOne);
}

TEST(BackgroundCompiler, MakesCode) {
  Made made;
  BackgroundCompiler compiler(made);
  const auto formula = Formula("sum(x**2)");
  const auto pending = Ask(compiler, formula);
  ASSERT_NE(WaitFor(*pending), nullptr);
  EXPECT_EQ(made.ok, 1);
}

TEST(BackgroundCompiler, SharesCodeBetweenEqualPrograms) {
  Made made;
  BackgroundCompiler compiler(made);
  const auto first = Ask(compiler, Formula("sum(x**2)"));
  const auto second = Ask(compiler, Formula("sum( x*x )"));
  const auto other = Ask(compiler, Formula("sum(x**2)", 11));
  EXPECT_EQ(WaitFor(*first), WaitFor(*second));
  EXPECT_NE(WaitFor(*first), WaitFor(*other));
  EXPECT_EQ(made.ok, 2);
}

TEST(BackgroundCompiler, SharesCodeWhateverTheDataIs) {
  Made made;
  BackgroundCompiler compiler(made);
  const auto with = [](double value) {
    return *expression::Compile(
        {"sum((x - d)**2)", {{"x", false, 3}}, {{"d", {false, {value, 2, 3}}}}});
  };
  const auto first = Ask(compiler, with(1));
  const auto second = Ask(compiler, with(5));
  EXPECT_EQ(WaitFor(*first), WaitFor(*second));
}

TEST(BackgroundCompiler, ForgetsCodeThatNobodyUses) {
  Made made;
  BackgroundCompiler compiler(made);
  const auto formula = Formula("sum(x**2)");
  auto pending = Ask(compiler, formula);
  ASSERT_NE(WaitFor(*pending), nullptr);
  pending.reset();
  ASSERT_NE(WaitFor(*Ask(compiler, formula)), nullptr);
  EXPECT_EQ(made.ok, 2);
}

TEST(BackgroundCompiler, LeavesLargeProgramsToTheInterpreter) {
  Made made;
  BackgroundCompiler compiler(made);
  std::string text = "x[0]";
  for (int i = 0; i < 2000; ++i)
    absl::StrAppend(&text, " + ", i + 1, ".5*sin(x[", i % 10, "]*", i, ")");
  const auto pending = Ask(compiler, Formula(text));
  const auto small = Ask(compiler, Formula("sum(x)"));
  ASSERT_NE(WaitFor(*small), nullptr);
  EXPECT_EQ(pending->Ready(), nullptr);
}

TEST(BackgroundCompiler, TakesNoMoreThanItsQueueHolds) {
  Made made;
  BackgroundCompiler compiler(made, {.max_waiting = 0});
  const auto pending = Ask(compiler, Formula("sum(x**2)"));
  EXPECT_EQ(pending->Ready(), nullptr);
}

TEST(BackgroundCompiler, EvaluatorsChangeToMachineCodeWithoutChangingABit) {
  Made made;
  BackgroundCompiler compiler(made, {.worthwhile = 1000});
  const auto formula = Formula("sum(sin(x[i]*x[i+1]) + exp(x[i]) for i in range(n-1))");
  const auto plain = expression::MakeObjective(formula);
  const auto fast = expression::MakeObjective(formula, &compiler);
  Vector x = Vector::LinSpaced(10, -1, 1);
  for (int step = 0; step < 3000; ++step) {
    double expected = 0;
    double value = 0;
    Vector expected_gradient(10);
    Vector gradient(10);
    ASSERT_TRUE(plain->ValueAndGradient(x, expected, expected_gradient).ok());
    ASSERT_TRUE(fast->ValueAndGradient(x, value, gradient).ok());
    ASSERT_EQ(value, expected) << "step " << step;
    ASSERT_EQ(gradient, expected_gradient) << "step " << step;
    x -= 1e-4 * gradient;
    if (step == 1000) {
      const auto same = Ask(compiler, formula);
      ASSERT_NE(WaitFor(*same), nullptr);
    }
  }
  EXPECT_EQ(made.ok, 1);
}

TEST(BackgroundCompiler, ServesManyThreadsAtOnce) {
  Made made;
  BackgroundCompiler compiler(made, {.worthwhile = 100});
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 30; ++round) {
        const auto formula = Formula(absl::StrCat("sum((x - ", (round + t) % 7, ")**2)"));
        const auto objective = expression::MakeObjective(formula, &compiler);
        const Vector x = Vector::Constant(10, (round + t) % 7 + 1);
        for (int k = 0; k < 50; ++k) {
          double value = 0;
          Vector gradient(10);
          (void)objective->ValueAndGradient(x, value, gradient);
          if (value != 10 || gradient != Vector::Constant(10, 2)) ++wrong;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(made.failed, 0);
}

}  // namespace
}  // namespace thalweg::runs
