// Random formulas: values against an independent evaluator that knows nothing of programs, loops
// in lanes or hash-consing, and gradients against differences.

#include <cmath>
#include <memory>
#include <random>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/core/expression/formula.h"

namespace thalweg::expression {
namespace {

constexpr int kLength = 10;  // of v; not a multiple of the lanes

/// A formula as text, and as a plain function of v, s and the loop variables i and j.
struct Sample {
  std::string text;
  std::function<double(const Vector&, double, int, int)> value;
};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  /// `loops` is how many loop variables there are around: none, i, or i and j.
  Sample Make(int depth, int loops) {
    if (depth == 0) return Leaf(loops);
    switch (Pick(9)) {
      case 0:
        return Binary("+", depth, loops, [](double a, double b) { return a + b; });
      case 1:
        return Binary("-", depth, loops, [](double a, double b) { return a - b; });
      case 2:
        return Binary("*", depth, loops, [](double a, double b) { return a * b; });
      case 3:
        return Unary("sin", depth, loops, [](double a) { return std::sin(a); });
      case 4:
        return Unary("tanh", depth, loops, [](double a) { return std::tanh(a); });
      case 5:
        return Square(depth, loops);
      case 6:
        return Choice(depth, loops);
      default:
        return loops < 2 ? Sum(depth, loops) : Leaf(loops);
    }
  }

 private:
  int Pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  Sample Leaf(int loops) {
    const int choice = Pick(loops == 0 ? 3 : 5);
    if (choice == 0) return {"s", [](const Vector&, double s, int, int) { return s; }};
    if (choice == 1) {
      const int k = Pick(kLength);
      return {absl::StrCat("v[", k, "]"), [k](const Vector& v, double, int, int) { return v[k]; }};
    }
    if (choice == 2) {
      const double number = Pick(40) / 8.0 - 2;
      return {absl::StrCat("(", number, ")"),
              [number](const Vector&, double, int, int) { return number; }};
    }
    const bool inner = loops == 2 && Pick(2) == 0;
    const int shift = Pick(3);
    if (choice == 3) {
      return {absl::StrCat("v[(", inner ? "j" : "i", "+", shift, ") % n]"),
              [=](const Vector& v, double, int i, int j) {
                return v[((inner ? j : i) + shift) % kLength];
              }};
    }
    return {inner ? "v[j]" : "v[i]",
            [=](const Vector& v, double, int i, int j) { return v[inner ? j : i]; }};
  }

  Sample Binary(const char* symbol, int depth, int loops, double (*apply)(double, double)) {
    const Sample a = Make(depth - 1, loops);
    const Sample b = Make(depth - 1, loops);
    return {absl::StrCat("(", a.text, " ", symbol, " ", b.text, ")"),
            [=](const Vector& v, double s, int i, int j) {
              return apply(a.value(v, s, i, j), b.value(v, s, i, j));
            }};
  }

  Sample Unary(const char* name, int depth, int loops, double (*apply)(double)) {
    const Sample a = Make(depth - 1, loops);
    return {absl::StrCat(name, "(", a.text, ")"),
            [=](const Vector& v, double s, int i, int j) { return apply(a.value(v, s, i, j)); }};
  }

  Sample Square(int depth, int loops) {
    const Sample a = Make(depth - 1, loops);
    return {absl::StrCat("(", a.text, ")**2/4"), [=](const Vector& v, double s, int i, int j) {
              const double value = a.value(v, s, i, j);
              return value * value / 4;
            }};
  }

  /// Continuous at the border, so that differences across it still mean something.
  Sample Choice(int depth, int loops) {
    const Sample a = Make(depth - 1, loops);
    return {absl::StrCat("where(", a.text, " > 0, ", a.text, ", exp(", a.text, ") - 1)"),
            [=](const Vector& v, double s, int i, int j) {
              const double value = a.value(v, s, i, j);
              return value > 0 ? value : std::exp(value) - 1;
            }};
  }

  Sample Sum(int depth, int loops) {
    const Sample a = Make(depth - 1, loops + 1);
    if (loops == 0) {
      return {absl::StrCat("mean(", a.text, " for i in range(n))"),
              [=](const Vector& v, double s, int, int) {
                double sum = 0;
                for (int i = 0; i < kLength; ++i) sum += a.value(v, s, i, 0);
                return sum / kLength;
              }};
    }
    return {absl::StrCat("sum(", a.text, " for j in range(i) if j != 3)"),
            [=](const Vector& v, double s, int i, int) {
              double sum = 0;
              for (int j = 0; j < i; ++j) sum += j != 3 ? a.value(v, s, i, j) : 0;
              return sum;
            }};
  }

  std::mt19937 random_;
};

TEST(RandomFormula, HasTheValueOfItsTreeAndTheGradientOfItsSlope) {
  constexpr int kFormulas = 3000;
  for (unsigned seed = 0; seed < kFormulas; ++seed) {
    const Sample sample = Generator(seed).Make(5, 0);
    Formula f(sample.text, {VectorOf("v", kLength), Scalar("s")});
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> coordinate(-1.3, 1.3);
    Vector x(kLength + 1);
    for (double& value : x) value = coordinate(random);

    const double expected = sample.value(x.head(kLength), x[kLength], 0, 0);
    if (std::abs(expected) > 1e6) continue;  // squares of squares: too steep to compare
    const Vector slope = Differences([&](const Vector& at) { return f.Value(at); }, x);
    const Vector gradient = f.Gradient(x);

    // Other order of summation, other sin and exp: a few rounding errors of the largest terms.
    ASSERT_NEAR(f.Value(x), expected, 1e-10 * std::max(1.0, std::abs(expected))) << sample.text;
    const double scale = std::max({1.0, slope.cwiseAbs().maxCoeff(), std::abs(expected)});
    ASSERT_LT((gradient - slope).cwiseAbs().maxCoeff(), 1e-5 * scale * scale) << sample.text;
  }
}

/// Random formulas of whole arrays, each with a function that computes every element on its own.
struct ArraySample {
  std::string text;
  int rows = 0;  // of the result; columns likewise
  int columns = 0;
  std::function<double(const Vector&, int, int)> at;
};

class ArrayGenerator {
 public:
  explicit ArrayGenerator(unsigned seed) : random_(seed) {}

  /// M is 3 x 4 and N 4 x 3: the coordinates of x one after the other.
  ArraySample Make(int depth, int rows, int columns) {
    if (depth == 0) return Leaf(rows, columns);
    switch (Pick(9)) {
      case 0:
        return Elementwise("+", depth, rows, columns, [](double a, double b) { return a + b; });
      case 1:
        return Elementwise("*", depth, rows, columns, [](double a, double b) { return a * b; });
      case 2:
        return Tanh(depth, rows, columns);
      case 3:
        return Transposed(depth, rows, columns);
      case 4:
        return Product(depth, rows, columns);
      case 5:
        return Reversed(depth, rows, columns);
      case 6:
        return RowSums(depth, rows, columns);
      case 7:
        return Running(depth, rows, columns);
      default:
        return Elementwise("-", depth, rows, columns, [](double a, double b) { return a - b; });
    }
  }

 private:
  int Pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  ArraySample Leaf(int rows, int columns) {
    const bool n = rows == 4;
    const std::string name = n ? "N" : "M";
    const int offset = n ? 12 : 0;
    const int width = n ? 3 : 4;
    const std::string slice = absl::StrCat("[:", rows, ", ", width - columns, ":]");
    return {name + slice, rows, columns, [=](const Vector& x, int i, int j) {
              return x[offset + i * width + j + width - columns];
            }};
  }

  ArraySample Elementwise(const char* symbol, int depth, int rows, int columns,
                          double (*apply)(double, double)) {
    const ArraySample a = Make(depth - 1, rows, columns);
    const bool column = Pick(3) == 0;  // broadcast
    const ArraySample b = Make(depth - 1, rows, columns);
    const std::string other = column ? absl::StrCat(b.text, "[:, :1]") : b.text;
    return {absl::StrCat("(", a.text, " ", symbol, " ", other, ")"), rows, columns,
            [=](const Vector& x, int i, int j) {
              return apply(a.at(x, i, j), b.at(x, i, column ? 0 : j));
            }};
  }
  ArraySample Tanh(int depth, int rows, int columns) {
    const ArraySample a = Make(depth - 1, rows, columns);
    return {absl::StrCat("tanh(", a.text, ")"), rows, columns,
            [=](const Vector& x, int i, int j) { return std::tanh(a.at(x, i, j)); }};
  }
  ArraySample Transposed(int depth, int rows, int columns) {
    if (rows > 3 && columns > 3) return Leaf(rows, columns);
    const ArraySample a = Make(depth - 1, columns, rows);
    return {absl::StrCat(a.text, ".T"), rows, columns,
            [=](const Vector& x, int i, int j) { return a.at(x, j, i); }};
  }
  ArraySample Product(int depth, int rows, int columns) {
    const int inner = 2 + Pick(2);
    const ArraySample a = Make(depth - 1, rows, inner);
    const ArraySample b = Make(depth - 1, inner, columns);
    return {absl::StrCat("(", a.text, " @ ", b.text, ")"), rows, columns,
            [=](const Vector& x, int i, int j) {
              double sum = 0;
              for (int k = 0; k < inner; ++k) sum += a.at(x, i, k) * b.at(x, k, j);
              return sum;
            }};
  }
  ArraySample Reversed(int depth, int rows, int columns) {
    const ArraySample a = Make(depth - 1, rows, columns);
    return {absl::StrCat(a.text, "[::-1]"), rows, columns,
            [=](const Vector& x, int i, int j) { return a.at(x, rows - 1 - i, j); }};
  }
  ArraySample RowSums(int depth, int rows, int columns) {
    const ArraySample a = Make(depth - 1, rows, columns);
    return {absl::StrCat("(", a.text, " - mean(", a.text, ", axis=1, keepdims=True))"), rows,
            columns, [=](const Vector& x, int i, int j) {
              double sum = 0;
              for (int k = 0; k < columns; ++k) sum += a.at(x, i, k);
              return a.at(x, i, j) - sum / columns;
            }};
  }
  ArraySample Running(int depth, int rows, int columns) {
    const ArraySample a = Make(depth - 1, rows, columns);
    return {absl::StrCat("cumsum(", a.text, ", axis=0)"), rows, columns,
            [=](const Vector& x, int i, int j) {
              double sum = 0;
              for (int k = 0; k <= i; ++k) sum += a.at(x, k, j);
              return sum;
            }};
  }

  std::mt19937 random_;
};

TEST(RandomFormula, OfMatricesHasTheValueOfItsElementsAndTheGradientOfItsSlope) {
  constexpr int kFormulas = 1000;
  for (unsigned seed = 0; seed < kFormulas; ++seed) {
    const ArraySample sample = ArrayGenerator(seed).Make(3, 3, 2 + static_cast<int>(seed % 2));
    const std::vector<Variable> variables = {
        {.name = "M", .scalar = false, .length = 12, .columns = 4},
        {.name = "N", .scalar = false, .length = 12, .columns = 3}};
    Formula f(absl::StrCat("sum(", sample.text, ")"), variables);
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> coordinate(-1.3, 1.3);
    Vector x(24);
    for (double& value : x) value = coordinate(random);

    double expected = 0;
    for (int i = 0; i < sample.rows; ++i) {
      for (int j = 0; j < sample.columns; ++j) expected += sample.at(x, i, j);
    }
    const Vector slope = Differences([&](const Vector& at) { return f.Value(at); }, x);
    const Vector gradient = f.Gradient(x);

    // As above; the sums have at most some hundred terms.
    ASSERT_NEAR(f.Value(x), expected, 1e-10 * std::max(1.0, std::abs(expected))) << sample.text;
    const double scale = std::max({1.0, slope.cwiseAbs().maxCoeff(), std::abs(expected)});
    ASSERT_LT((gradient - slope).cwiseAbs().maxCoeff(), 1e-5 * scale * scale) << sample.text;
  }
}

}  // namespace
}  // namespace thalweg::expression
