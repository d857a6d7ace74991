// Programs as matrices give them: temporaries filled in loops inside loops, at addresses with two
// terms, and read back in loops that nest differently.

#include <utility>

#include "gtest/gtest.h"
#include "server/core/expression/builder.h"
#include "server/core/expression/derivative.h"
#include "server/core/expression/machine.h"
#include "server/core/expression/schedule.h"
#include "tests/core/expression/formula.h"

namespace thalweg::expression {
namespace {

class Running {
 public:
  explicit Running(Program program)
      : program_(std::move(program)), code_(Assemble(program_)), machine_(program_, code_) {}
  double Value(const Vector& x) {
    gradient = Vector::Zero(x.size());
    return machine_.Run({.x = x.data(), .gradient = gradient.data()});
  }
  Vector gradient;  // at the latest x

 private:
  Program program_;
  MachineCode code_;
  Machine machine_;
};

/// A program being written: loops of constant length open and close like brackets.
class Writer : public Builder {
 public:
  explicit Writer(int64_t n) : Builder(10'000) {
    AddArray({.kind = ArrayKind::kInput, .length = n});
    AddArray({.kind = ArrayKind::kGradient, .length = n});
  }
  int32_t Open(int32_t region, int64_t turns) {
    return OpenLoop(region, Constant(static_cast<double>(turns)), turns);
  }
  int32_t Multiply(int32_t a, int32_t b) { return Emit(Code::kMultiply, a, b); }
  void Store(int32_t loop, int32_t value, const Address& address) {
    Effect(BodyOf(loop), Code::kStore, value, -1, AddressOf(address));
  }
  int32_t SumAndClose(int32_t loop, int32_t value) {
    const int32_t sum = Accumulate(loop, Fold::kSum, value);
    CloseLoop(loop);
    return sum;
  }
};

void ExpectGradientIsSlope(Writer& writer, int32_t result, const Vector& at) {
  writer.program().result = result;
  Program value = writer.program();
  Schedule(value);
  Builder gradient(10'000);
  ASSERT_TRUE(Differentiate(value, 1 << 20, gradient));
  Schedule(gradient.program());

  Running f(value);
  Running df(gradient.program());

  EXPECT_EQ(df.Value(at), f.Value(at));
  const Vector slope = Differences([&](const Vector& x) { return f.Value(x); }, at);
  const Vector exact = df.gradient;
  // Central differences carry errors near 1e-10 of the scale of f and its third derivative.
  const double scale = std::max(1.0, exact.cwiseAbs().maxCoeff());
  for (Index i = 0; i < at.size(); ++i) EXPECT_NEAR(exact[i], slope[i], 2e-9 * scale) << i;
}

/// T = A @ B for A (3 x 4) and B (4 x 2) in x, kept in a temporary at the top.
struct Product {
  int32_t array;
};
Product Multiply(Writer& w) {
  const int32_t t = w.AddArray({.length = 6, .home = 0});
  const int32_t i = w.Open(0, 3);
  const int32_t j = w.Open(w.BodyOf(i), 2);
  const int32_t k = w.Open(w.BodyOf(j), 4);
  const int32_t a = w.Load({kInputArray, 0, {{i, 4}, {k, 1}}});
  const int32_t b = w.Load({kInputArray, 12, {{j, 1}, {k, 2}}});
  const int32_t sum = w.SumAndClose(k, w.Multiply(a, b));
  w.Store(j, sum, {t, 0, {{i, 2}, {j, 1}}});
  w.CloseLoop(j);
  w.CloseLoop(i);
  return {t};
}

Vector SomePoint() { return Vector::LinSpaced(20, -0.8, 1.3); }

TEST(NestedStores, AreReversedWhereTheyAreReadInLoopsNestedOtherwise) {
  Writer w(20);
  const auto [t] = Multiply(w);
  const int32_t j = w.Open(0, 2);
  const int32_t i = w.Open(w.BodyOf(j), 3);
  const int32_t element = w.Load({t, 0, {{j, 1}, {i, 2}}});
  const int32_t first = w.Load({t, 0, {{i, 2}}});
  const int32_t inner = w.SumAndClose(i, w.Multiply(w.Multiply(element, element), first));
  const int32_t sum = w.SumAndClose(j, w.Multiply(inner, w.Load({t, 1, {{j, 2}}})));

  ExpectGradientIsSlope(w, sum, SomePoint());
}

TEST(NestedStores, AreReversedWhereTheyAreReadInOneLoopOrOutsideLoops) {
  Writer w(20);
  const auto [t] = Multiply(w);
  const int32_t flat = w.Open(0, 6);
  const int32_t element = w.Load({t, 0, {{flat, 1}}});
  const int32_t sum = w.SumAndClose(flat, w.Emit(Code::kSqrt, w.Emit(Code::kAbs, element)));
  const int32_t corner = w.Load({t, 5, {}});

  ExpectGradientIsSlope(w, w.Multiply(sum, corner), SomePoint());
}

TEST(NestedStores, OfStoresAreReversedInTurn) {
  Writer w(20);
  const auto [t] = Multiply(w);
  // u = exp(-T transposed), row by row; f = (sum u * T.T)**2
  const int32_t u = w.AddArray({.length = 6, .home = 0});
  int32_t j = w.Open(0, 2);
  int32_t i = w.Open(w.BodyOf(j), 3);
  const int32_t element = w.Load({t, 0, {{j, 1}, {i, 2}}});
  w.Store(i, w.Call("exp", w.Emit(Code::kNegate, element)), {u, 0, {{j, 3}, {i, 1}}});
  w.CloseLoop(i);
  w.CloseLoop(j);
  i = w.Open(0, 3);
  j = w.Open(w.BodyOf(i), 2);
  const int32_t both =
      w.Multiply(w.Load({u, 0, {{i, 1}, {j, 3}}}), w.Load({t, 0, {{i, 2}, {j, 1}}}));
  const int32_t sum = w.SumAndClose(i, w.SumAndClose(j, both));

  ExpectGradientIsSlope(w, w.Multiply(sum, sum), SomePoint());
}

TEST(NestedStores, IntoAnArrayOfTheTurnAreMadeAnewWhereTheTurnIsRepeated) {
  // (sum over i of s_i * s_i * r_i[1])**2, where r_i[k] = sin(x[4i+k] * x[12+k]) is kept per turn
  // and s_i is its sum: the outer loop is repeated, since the square needs its result first.
  Writer w(20);
  const int32_t i = w.Open(0, 3);
  const int32_t r = w.AddArray({.length = 4, .home = w.BodyOf(i)});
  int32_t k = w.Open(w.BodyOf(i), 4);
  const int32_t angle =
      w.Multiply(w.Load({kInputArray, 0, {{i, 4}, {k, 1}}}), w.Load({kInputArray, 12, {{k, 1}}}));
  w.Store(k, w.Call("sin", angle), {r, 0, {{k, 1}}});
  w.CloseLoop(k);
  k = w.Open(w.BodyOf(i), 4);
  const int32_t s = w.SumAndClose(k, w.Load({r, 0, {{k, 1}}}));
  const int32_t turn = w.Multiply(w.Multiply(s, s), w.Load({r, 1, {}}));
  const int32_t sum = w.SumAndClose(i, turn);

  ExpectGradientIsSlope(w, w.Multiply(sum, sum), SomePoint());
}

}  // namespace
}  // namespace thalweg::expression
