// Hostile texts (hazards.md, E1 to E9): quick, clear refusals or quick successes, on a thread
// whose stack is as small as any that the server may use.

#include <pthread.h>

#include <chrono>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "tests/core/expression/formula.h"

namespace thalweg::expression {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// Sanitizers give every frame red zones; the stack grows by about as much.
#if defined(__SANITIZE_ADDRESS__)
constexpr size_t kStackBytes = 1024 * 1024;
#else
constexpr size_t kStackBytes = 256 * 1024;
#endif

/// Compiles, evaluates and destroys on a small stack.
struct Attempt {
  std::string text;
  std::vector<Variable> variables = {Scalar("x"), VectorOf("v", 3)};
  Limits limits;
  absl::Status status;
  double value = 0;
  double first_derivative = 0;
  double seconds = 0;
};

void* Try(void* raw) {
  Attempt& attempt = *static_cast<Attempt*>(raw);
  const auto start = std::chrono::steady_clock::now();
  auto compiled = Compile({attempt.text, attempt.variables, {}}, attempt.limits);
  attempt.status = compiled.status();
  if (compiled.ok()) {
    const auto objective = MakeObjective(*compiled);
    const Vector x = Vector::Ones(objective->layout().size());
    Vector gradient(x.size());
    attempt.status = objective->ValueAndGradient(x, attempt.value, gradient);
    attempt.first_derivative = gradient[0];
    objective->ExplainNonFinite(x);
  }
  attempt.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return nullptr;
}

Attempt OnASmallStack(const std::string& text, const Limits& limits = {}) {
  Attempt attempt;
  attempt.text = text;
  attempt.limits = limits;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_t thread{};
  EXPECT_EQ(pthread_create(&thread, &attributes, Try, &attempt), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  // Generous: sanitizers and a busy machine included.
  EXPECT_LT(attempt.seconds, 5.0);
  return attempt;
}

std::string Repeated(const std::string& piece, int times) {
  std::string text;
  text.reserve(piece.size() * static_cast<size_t>(times));
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

TEST(Depth, OfAMebibyteOfOpenersIsRefused) {
  for (const std::string piece :
       {"(", "-", "+", "sin(", "x**", "not ", "v[", "sum(", "x if x else ", "a if ", "(-", "2^-"}) {
    const int times = (1 << 20) / static_cast<int>(piece.size());
    const Attempt attempt = OnASmallStack(Repeated(piece, times));
    EXPECT_THAT(ReasonsOf(attempt.status), ElementsAre(Reason::kExpressionTooDeep)) << piece;
    EXPECT_THAT(std::string(attempt.status.message()), HasSubstr("deeper than 256"));
  }
}

TEST(Depth, IsAllowedUpToTheLimitExactly) {
  const auto nested = [](int depth) {
    return absl::StrCat(Repeated("(", depth), "x", Repeated(")", depth));
  };
  EXPECT_TRUE(OnASmallStack(nested(255)).status.ok());
  EXPECT_TRUE(OnASmallStack(nested(256)).status.ok());
  EXPECT_THAT(ReasonsOf(OnASmallStack(nested(257)).status),
              ElementsAre(Reason::kExpressionTooDeep));
  EXPECT_THAT(ReasonsOf(OnASmallStack(nested(100'000)).status),
              ElementsAre(Reason::kExpressionTooDeep));
}

TEST(Depth, OfEveryKindWorksAtTheLimit) {
  for (const char* piece : {"sin(", "-(", "1+2*(", "x**", "sum(v*", "x if x else "}) {
    const std::string opener = piece;
    const int times = opener == "sum(v*" ? 64 : opener == "-(" ? 128 : 250;
    const bool bracket = opener.find('(') != std::string::npos;
    const std::string text =
        absl::StrCat(Repeated(opener, times), "x", Repeated(bracket ? ")" : "", times));
    EXPECT_TRUE(OnASmallStack(text).status.ok()) << piece;
  }
}

TEST(Loops, NestOnlySoDeep) {
  std::string text = "x";
  for (int i = 0; i < 20; ++i) {
    text = absl::StrFormat("sum(%s for i%d in range(1))", text, i);
  }
  EXPECT_THAT(ReasonsOf(OnASmallStack(text).status), testing::Contains(Reason::kExpressionTooDeep));
}

TEST(Loops, StepFurtherThanIntegersReach) {
  const std::string far(90, '4');
  EXPECT_EQ(OnASmallStack(absl::StrCat("sum(v[i] for i in range(0, 3, ", far, "))")).value, 1);
  EXPECT_EQ(OnASmallStack(absl::StrCat("sum(v[i] for i in range(2, -1, -", far, "))")).value, 1);
}

TEST(Loops, WhoseCountScalesTheirOwnSquaresAreNotResiduals) {
  for (const char* text :
       {"mean(mean(v[i]**2 for j in range(i) if j != 4) for i in range(n))",
        "sum(mean((v[i] - v[j])**2 for j in range(n) if v[j] > 0) for i in range(n))",
        "mean(v[i]**2 for i in range(n) if i != 1)"}) {
    Formula f(text, {VectorOf("v", 5)});
    const Vector at = Point({1, -2, 3, 0.5, 2});
    const Index m = f.objective->residual_count();
    if (m == 0) continue;
    Vector residuals(m);
    ASSERT_TRUE(f.objective->Residuals(at, residuals).ok()) << text;
    EXPECT_DOUBLE_EQ(residuals.squaredNorm(), f.Value(at)) << text;
  }
}

TEST(Size, AFlatChainJustUnderTheLimitWorks) {
  // 99 999 terms and the sum itself: 100 000 nodes.
  const Attempt attempt = OnASmallStack(absl::StrCat("x", Repeated("+x", 99'998)));

  ASSERT_TRUE(attempt.status.ok()) << attempt.status;
  EXPECT_EQ(attempt.value, 99'999);
  EXPECT_EQ(attempt.first_derivative, 99'999);
}

TEST(Size, AFlatChainOverTheLimitIsRefused) {
  for (const int terms : {100'000, 200'000}) {
    const Attempt attempt = OnASmallStack(absl::StrCat("x", Repeated("+x", terms - 1)));
    EXPECT_THAT(ReasonsOf(attempt.status), ElementsAre(Reason::kExpressionTooLarge));
    EXPECT_THAT(std::string(attempt.status.message()), HasSubstr("more than 100000 nodes"));
  }
}

TEST(Size, OtherLongChainsWork) {
  for (const char* piece :
       {"*x", "-x", "/x", " and x", " or x", "<=x", "+x*x", "+sin(x)", "+x**2", "%3"}) {
    const Attempt attempt = OnASmallStack(absl::StrCat("x", Repeated(piece, 20'000)));
    EXPECT_TRUE(attempt.status.ok()) << piece << attempt.status;
  }
  EXPECT_TRUE(OnASmallStack(absl::StrCat("max(x", Repeated(", x", 20'000), ")")).status.ok());
}

TEST(Size, OfTextIsLimited) {
  Limits limits;
  limits.text_bytes = 10;
  const Attempt attempt = OnASmallStack("x + x + x + x", limits);

  EXPECT_THAT(ReasonsOf(attempt.status), ElementsAre(Reason::kExpressionTooLong));
  EXPECT_THAT(std::string(attempt.status.message()), HasSubstr("13 bytes; the limit is 10"));
}

TEST(Locals, ThatDoubleSixtyFourTimesStaySmall) {
  std::string scalars = "a0 = x\n";
  std::string vectors = "a0 = v\n";
  for (int i = 1; i <= 64; ++i) {
    const std::string line = absl::StrFormat("a%d = a%d + a%d\n", i, i - 1, i - 1);
    scalars += line;
    vectors += line;
  }
  const Attempt of_scalars = OnASmallStack(scalars + "a64");
  const Attempt of_vectors = OnASmallStack(vectors + "sum(a64)");

  ASSERT_TRUE(of_scalars.status.ok()) << of_scalars.status;
  ASSERT_TRUE(of_vectors.status.ok()) << of_vectors.status;
  EXPECT_EQ(of_scalars.value, std::ldexp(1, 64));
  EXPECT_EQ(of_scalars.first_derivative, std::ldexp(1, 64));
  EXPECT_EQ(of_vectors.value, 3 * std::ldexp(1, 64));
}

TEST(Locals, MayFormLongChains) {
  std::string text = "a0 = v - mean(v)\n";
  for (int i = 1; i <= 2'000; ++i) {
    text += absl::StrFormat("a%d = a%d - mean(a%d)\n", i, i - 1, i - 1);
  }
  EXPECT_TRUE(OnASmallStack(text + "sum(a2000)").status.ok());
}

TEST(Powers, TowersFoldInPlainArithmetic) {
  EXPECT_TRUE(OnASmallStack(absl::StrCat("9", Repeated("^9", 200))).status.ok());
  const Attempt attempt = OnASmallStack("pow(1e300, 1e300)");
  ASSERT_TRUE(attempt.status.ok());
  EXPECT_EQ(attempt.value, std::numeric_limits<double>::infinity());
}

TEST(Functions, AreFiniteWhereTheirSquaresAreNot) {
  const double expected = 300 * std::log(10) + std::log(2);
  EXPECT_DOUBLE_EQ(OnASmallStack("asinh(1e300*x)").value, expected);
  EXPECT_DOUBLE_EQ(OnASmallStack("asinh(-1e300*x)").value, -expected);
  EXPECT_DOUBLE_EQ(OnASmallStack("acosh(1e300*x)").value, expected);
}

TEST(Clip, ByABoundThatIsNanGivesNan) {
  for (const char* text : {"clip(x, log(-x), 3)", "clip(x, 0, log(-x))", "clip(x, inf-inf, 3)",
                           "clip(x, 0, inf-inf)", "clip(log(-x), 0, 1)"}) {
    EXPECT_TRUE(std::isnan(OnASmallStack(text).value)) << text;
  }
}

TEST(Literals, AreLimitedInLength) {
  EXPECT_TRUE(OnASmallStack(absl::StrCat("0.", std::string(398, '3'))).status.ok());
  const Attempt attempt = OnASmallStack(absl::StrCat("0.", std::string(1'000'000, '3')));
  EXPECT_THAT(ReasonsOf(attempt.status), ElementsAre(Reason::kNumberOutOfRange));
  EXPECT_THAT(std::string(attempt.status.message()), HasSubstr("the limit is 400"));
  EXPECT_THAT(ReasonsOf(OnASmallStack("1e999999999").status),
              ElementsAre(Reason::kNumberOutOfRange));
}

TEST(Cost, IsKnownBeforeAnythingRuns) {
  const Attempt attempt = OnASmallStack("sum(v[0]*i for i in range(1000000000000))");

  EXPECT_THAT(ReasonsOf(attempt.status), ElementsAre(Reason::kEvaluationTooCostly));
  EXPECT_THAT(std::string(attempt.status.message()),
              HasSubstr("the limit is 1e+08, and 'sum(v[0]*i for i in range(1000000000000))' alone "
                        "has 1000000000000 turns"));
}

TEST(Cost, MultipliesOverNestedLoops) {
  const std::string text =
      "x + sum(v[i%3] * v[j%3] * k for i in range(1000) for j in range(1000) for k in range(1000))";
  const Attempt attempt = OnASmallStack(text);
  EXPECT_THAT(ReasonsOf(attempt.status), ElementsAre(Reason::kEvaluationTooCostly));
  EXPECT_THAT(std::string(attempt.status.message()),
              AllOf(HasSubstr("line 1, column 5: one evaluation of the value takes up to"),
                    HasSubstr("has 1000 x 1000 x 1000 turns")));
}

TEST(Cost, OfADerivativeIsNamedAsSuch) {
  Limits limits;
  limits.evaluation_operations = 12'000;
  const Attempt attempt = OnASmallStack("sum(sin(v[i%3]*x) for i in range(1000))", limits);
  EXPECT_THAT(ReasonsOf(attempt.status), ElementsAre(Reason::kEvaluationTooCostly));
  EXPECT_THAT(std::string(attempt.status.message()), HasSubstr("one evaluation of the gradient"));
}

TEST(Size, OfTheVariablesIsLimited) {
  Limits limits;
  limits.coordinates = 3;
  EXPECT_THAT(ReasonsOf(OnASmallStack("x", limits).status),
              ElementsAre(Reason::kExpressionTooLarge));
}

TEST(Memory, OfTemporariesIsLimited) {
  Attempt attempt;
  attempt.text = "prod(1 + x*i for i in range(2000000))";
  attempt.limits.scratch_bytes = 1 << 20;
  Try(&attempt);

  EXPECT_THAT(ReasonsOf(attempt.status), ElementsAre(Reason::kExpressionTooLarge));
}

}  // namespace
}  // namespace thalweg::expression
