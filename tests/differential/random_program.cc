#include "tests/differential/random_program.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <set>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace thalweg::testing {
namespace {

using expression::FunctionInfo;

// How each function that is not elementwise is called. One of the table in functions.cc is
// elementwise, and its domain says which arguments are smooth.
const std::set<std::string_view> kOfVectors = {"sum", "mean", "prod", "product", "min",
                                               "max", "amin", "amax", "norm"};
// What makes or takes matrices; tests/core/expression/arrays_test.cc holds it to NumPy.
const std::set<std::string_view>
    kOfArrays = {"matmul",    "trace",        "softmax", "log_softmax", "logsumexp", "cumsum",
                 "transpose", "var",          "reshape", "ravel",       "flatten",   "diag",
                 "outer",     "zeros",        "ones",    "eye",         "arange",    "linspace",
                 "std",       "least_squares"};  // held to sums of squares by
                                                 // tests/core/expression/least_squares_test.cc
const std::set<std::string_view> kOverGenerators = {"sum", "mean", "prod", "product",
                                                    "min", "max",  "amin", "amax"};
const std::set<std::string_view> kOwnRules = {"dot", "where", "clip", "len"};
// Steps, and kinks at which a derivative is a choice.
const std::set<std::string_view> kNotSmooth = {
    "sign", "floor", "ceil", "round", "abs",     "minimum",    "maximum", "relu",  "min",
    "max",  "amin",  "amax", "prod",  "product", "leaky_relu", "elu",     "huber", "xlogy"};

/// The functions by how they are called.
struct Vocabulary {
  std::vector<FunctionInfo> unary;
  std::vector<FunctionInfo> binary;
  std::vector<std::string> folds;
  std::vector<std::string> reductions;
};

Vocabulary VocabularyOf(Style style) {
  Vocabulary vocabulary;
  for (const FunctionInfo& info : expression::Functions()) {
    if (style == Style::kSmooth && kNotSmooth.contains(info.name)) continue;
    if (kOfVectors.contains(info.name)) vocabulary.reductions.push_back(info.name);
    if (kOverGenerators.contains(info.name)) vocabulary.folds.push_back(info.name);
    if (kOfVectors.contains(info.name) || kOwnRules.contains(info.name)) continue;
    if (kOfArrays.contains(info.name)) continue;
    if (info.arity == 1) vocabulary.unary.push_back(info);
    if (info.arity == 2) vocabulary.binary.push_back(info);
  }
  return vocabulary;
}

const Vocabulary& VocabularyFor(Style style) {
  static const Vocabulary anything = VocabularyOf(Style::kAnything);
  static const Vocabulary smooth = VocabularyOf(Style::kSmooth);
  return style == Style::kSmooth ? smooth : anything;
}

/// A loop variable in scope; it never exceeds `high`, and never is below 0.
struct Turn {
  std::string name;
  int high = 0;
};

/// Writes one program. Sizes: v has n elements, w has m; a is data like v, q indices into v.
class Writer {
 public:
  Writer(unsigned seed, Style style, int most)
      : random_(seed), style_(style), words_(VocabularyFor(style)), seed_(seed) {
    static constexpr std::array<int, 21> kLengths = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                                                     12, 13, 14, 15, 16, 17, 63, 64, 65, 100};
    const auto usable = static_cast<int>(std::upper_bound(kLengths.begin(), kLengths.end(), most) -
                                         kLengths.begin());
    n_ = kLengths[static_cast<size_t>(Pick(usable))];
    m_ = kLengths[static_cast<size_t>(Pick(std::min(usable, 9)))];
    two_vectors_ = Chance(40);
  }

  RandomProgram Write() {
    RandomProgram program;
    program.seed = seed_;
    const int statements = Pick(4);
    std::string text;
    for (int i = 0; i < statements; ++i) {
      const bool vector = Chance(50);
      // Named only once it is written: a local may not mean itself.
      const std::string value = vector ? Elements(2) : Number(2);
      const std::string name = absl::StrCat(vector ? "y" : "t", i);
      absl::StrAppend(&text, name, " = ", value, "\n");
      (vector ? vectors_ : numbers_).push_back(name);
    }
    text += Number(4);
    program.source.text = text;
    program.source.variables.push_back({"v", false, n_});
    if (two_vectors_) program.source.variables.push_back({"w", false, m_});
    program.source.variables.push_back({"s", true, 1});
    program.source.parameters = Data();
    const Index size = n_ + (two_vectors_ ? m_ : 0) + 1;
    for (int i = 0; i < 2; ++i) program.points.push_back(Moderate(size));
    if (smooth()) return program;
    program.points.push_back(Special(size, /*extreme=*/false));
    program.points.push_back(Special(size, /*extreme=*/true));
    return program;
  }

 private:
  int Pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  bool Chance(int percent) { return Pick(100) < percent; }
  bool smooth() const { return style_ == Style::kSmooth; }
  template <typename List>
  const auto& OneOf(const List& list) {
    return list[static_cast<size_t>(Pick(static_cast<int>(std::size(list))))];
  }

  // Uniform in [low, high), from the bits alone: the same on every standard library.
  double Uniform(double low, double high) {
    return low + (high - low) * (static_cast<double>(random_()) / 4294967296.0);
  }

  // --- data and points ------------------------------------------------------------------------

  expression::Parameters Data() {
    std::vector<double> a;
    std::vector<double> q;
    for (int i = 0; i < n_; ++i) {
      a.push_back(Uniform(-1.5, 1.5));
      q.push_back(Pick(n_));
    }
    return {{"a", {false, a}}, {"q", {false, q}}, {"p", {true, {Uniform(0.5, 2)}}}};
  }

  Vector Moderate(Index size) {
    Vector x(size);
    for (double& value : x) value = Uniform(-1.5, 1.5);
    return x;
  }

  /// Some coordinates are values that arithmetic treats apart; ties are likely.
  Vector Special(Index size, bool extreme) {
    constexpr double kInf = std::numeric_limits<double>::infinity();
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    static constexpr std::array<double, 10> kApart = {0.0, -0.0, 0.0,  -1.0,  1.0,
                                                      0.5, 2.0,  kInf, -kInf, kNan};
    static constexpr std::array<double, 6> kExtreme = {5e-324, -1e-310, 1e-160,
                                                       1e160,  -1e300,  1.7e308};
    // NaN and infinity swallow everything else, so they are not in every point.
    const int usable = Chance(60) ? 7 : static_cast<int>(kApart.size());
    Vector x = Moderate(size);
    for (double& value : x) {
      if (!Chance(25)) continue;
      value = extreme && Chance(50) ? OneOf(kExtreme) : kApart[static_cast<size_t>(Pick(usable))];
    }
    return x;
  }

  // --- numbers --------------------------------------------------------------------------------

  std::string Literal() {
    if (Chance(40)) return absl::StrCat(Pick(5));
    return absl::StrCat(Pick(40), ".", 1 + Pick(9));
  }

  std::string Leaf() {
    if (!turns_.empty() && Chance(60)) return Element();
    switch (Pick(smooth() ? 5 : 6)) {
      case 0:
        return Literal();
      case 1:
        return "p";
      case 2:
        return numbers_.empty() ? "s" : OneOf(numbers_);
      case 3:
        return absl::StrCat("v[", Pick(n_), "]");
      case 4:
        return two_vectors_ ? absl::StrCat("w[-", 1 + Pick(m_), "]") : "v[-1]";
      default:
        return Chance(50) ? "pi" : absl::StrCat("(-", Literal(), ")");
    }
  }

  /// An element that depends on a loop variable, at an index that stays inside.
  std::string Element() {
    const Turn& turn = OneOf(turns_);
    const std::string& i = turn.name;
    const int room = n_ - 1 - turn.high;
    std::string index = absl::StrCat("(", i, " + ", Pick(2 * n_), ") % ", n_);
    switch (Pick(7)) {
      case 0:
        if (room >= 0) index = i;
        break;
      case 1:
        if (room >= 1) index = absl::StrCat(i, " + ", 1 + Pick(room));
        break;
      case 2:
        if (2 * turn.high < n_) index = absl::StrCat("2*", i);
        break;
      case 3:
        if (room >= 0) index = absl::StrCat(n_ - 1, " - ", i);
        break;
      case 4:
        if (room >= 0) index = absl::StrCat("q[", i, "]");
        break;
      case 5:
        return i;
      default:
        if (turns_.size() > 1) {
          index = absl::StrCat("(", OneOf(turns_).name, " + 3*", i, ") % ", n_);
        }
    }
    return absl::StrCat(Array(), "[", index, "]");
  }
  /// Something with n elements that may be indexed.
  std::string Array() {
    const int choice = Pick(4);
    if (choice == 0) return "a";
    if (choice == 1 && !vectors_.empty()) return OneOf(vectors_);
    return "v";
  }

  std::string Number(int depth) {
    if (depth <= 0) return Leaf();
    switch (Pick(12)) {
      case 0:
      case 1:
        return Arithmetic(Number(depth - 1), Number(depth - 1));
      case 2:
      case 3:
        return Called(Number(depth - 1));
      case 4:
        return CalledWithTwo(Number(depth - 1), Number(depth - 1));
      case 5:
        return absl::StrCat("(", Number(depth - 1), ")**", Exponent());
      case 6:
        return Chosen(depth);
      case 7:
        return Reduced(depth);
      case 8:
        return smooth() ? absl::StrCat("dot(", Elements(depth - 1), ", ", Elements(depth - 1), ")")
                        : Kinked(Number(depth - 1), Number(depth - 1), depth);
      default:
        return turns_.size() < 2 ? Folded(depth) : Called(Number(depth - 1));
    }
  }

  std::string Exponent() {
    static constexpr std::array<const char*, 9> kSmoothOnes = {"2", "3", "2", "4", "5",
                                                               "1", "0", "2", "7"};
    static constexpr std::array<const char*, 9> kAll = {"2",  "3",   "-1",  "-2", "0.5",
                                                        "17", "1.7", "-64", "0"};
    return smooth() ? OneOf(kSmoothOnes) : OneOf(kAll);
  }

  std::string Arithmetic(const std::string& a, const std::string& b) {
    switch (Pick(smooth() ? 4 : 6)) {
      case 0:
        return absl::StrCat("(", a, " + ", b, ")");
      case 1:
        return absl::StrCat("(", a, " - ", b, ")");
      case 2:
        return absl::StrCat("(", a, " * ", b, ")");
      case 3:
        return smooth() ? absl::StrCat("(", a, " / (2 + (", b, ")**2))")
                        : absl::StrCat("(", a, " / ", b, ")");
      case 4:
        return absl::StrCat("(", a, " % ", b, ")");
      default:
        return absl::StrCat("(", a, " // ", b, ")");
    }
  }

  /// An argument that lies in `domain`, for smooth programs.
  std::string Inside(const std::string& domain, const std::string& a) {
    if (!smooth()) return a;
    if (domain == "x > 0" || domain == "x >= 0") return absl::StrCat("1.5 + tanh(", a, ")");
    if (domain == "x >= 1") return absl::StrCat("2.5 + tanh(", a, ")");
    if (domain.find("1 <") != std::string::npos || domain == "x > -1") {
      return absl::StrCat("0.9*tanh(", a, ")");
    }
    // Not so large that it overflows, nor so flat that nothing is left of the gradient.
    return Chance(50) ? a : absl::StrCat("2*tanh(", a, ")");
  }

  std::string Called(const std::string& a) {
    const FunctionInfo& f = OneOf(words_.unary);
    const bool grows = f.name.starts_with("exp") || f.name == "sinh" || f.name == "cosh" ||
                       f.name == "tan" || f.name == "square";
    if (smooth() && grows) return absl::StrCat(f.name, "(1.2*sin(", a, "))");
    return absl::StrCat(f.name, "(", Inside(f.domain, a), ")");
  }

  std::string CalledWithTwo(const std::string& a, const std::string& b) {
    const FunctionInfo& f = OneOf(words_.binary);
    if (!smooth()) return absl::StrCat(f.name, "(", a, ", ", b, ")");
    // Of pow, atan2 and hypot: a base above 0, and away from the origin.
    return absl::StrCat(f.name, "(1.5 + tanh(", a, "), 2*tanh(", b, "))");
  }

  std::string Kinked(const std::string& a, const std::string& b, int depth) {
    switch (Pick(4)) {
      case 0:
        return absl::StrCat("clip(", a, ", -0.5, ", b, ")");
      case 1:
        return absl::StrCat("min(", a, ", ", b, ", ", Number(depth - 1), ")");
      case 2:
        return absl::StrCat("max(", a, ", ", b, ")");
      default:
        return absl::StrCat("(", Condition(depth), ") * ", a);
    }
  }

  std::string Condition(int depth) {
    static constexpr std::array<const char*, 6> kCompare = {"<", "<=", ">", ">=", "==", "!="};
    // A smooth formula may choose, but not by what it is differentiated with.
    if (smooth()) {
      const std::string of = turns_.empty() ? "p" : OneOf(turns_).name;
      return absl::StrCat(of, " ", OneOf(kCompare), " ", 1 + Pick(5));
    }
    switch (Pick(5)) {
      case 0:
        return absl::StrCat(Number(depth - 2), " < ", Number(0), " <= ", Number(0));
      case 1:
        return absl::StrCat("not ", Number(0), " > ", Number(depth - 2));
      case 2:
        return absl::StrCat(Condition(depth - 2), Chance(50) ? " and " : " or ", Leaf(), " ",
                            OneOf(kCompare), " ", Leaf());
      default:
        return absl::StrCat(Number(depth - 2), " ", OneOf(kCompare), " ", Number(0));
    }
  }

  std::string Chosen(int depth) {
    const std::string condition = Condition(depth - 1);
    const std::string a = Number(depth - 1);
    const std::string b = Number(depth - 2);
    if (Chance(50)) return absl::StrCat("(", a, " if ", condition, " else ", b, ")");
    return absl::StrCat("where(", condition, ", ", a, ", ", b, ")");
  }

  // --- vectors and what makes numbers of them -------------------------------------------------

  /// A vector of n elements.
  std::string Elements(int depth) {
    if (depth <= 0) {
      if (!vectors_.empty() && Chance(40)) return OneOf(vectors_);
      return Chance(75) ? "v" : "a";
    }
    switch (Pick(smooth() ? 5 : 7)) {
      case 0:
        return Arithmetic(Elements(depth - 1), Elements(depth - 1));
      case 1:
        return Arithmetic(Elements(depth - 1), Number(depth - 1));
      case 2:
        return Called(Elements(depth - 1));
      case 3:
        return CalledWithTwo(Elements(depth - 1), Chance(50) ? Elements(0) : Number(depth - 1));
      case 4:
        return absl::StrCat("(", Elements(depth - 1), ")**", Exponent());
      case 5:
        return absl::StrCat("where(", Elements(depth - 1), " < ", Number(0), ", ", Elements(0),
                            ", ", Number(depth - 1), ")");
      default:
        return absl::StrCat("clip(", Elements(depth - 1), ", -1, ", Number(0), ")");
    }
  }

  std::string Reduced(int depth) {
    const std::string name = OneOf(words_.reductions);
    // The norm of a zero vector has a kink.
    const std::string away = smooth() && name == "norm" ? "2.5 + sin(" : "";
    return absl::StrCat(name, "(", away, Elements(depth - 1), away.empty() ? ")" : "))");
  }

  /// `for i in range(...)`, and what i may be at most.
  std::string Range(const std::string& name, int& high) {
    const bool inner = !turns_.empty();
    // Loops in loops stay short, so that a program takes microseconds.
    const int length = inner ? std::min(n_, 9) : n_;
    high = length - 1;
    std::string range = absl::StrCat(length);
    switch (Pick(6)) {
      case 0:
        if (length > 1) range = absl::StrCat("1, ", length);
        break;
      case 1:
        range = absl::StrCat("0, ", length, ", ", 2 + Pick(3));
        break;
      case 2:
        if (length > 2) {
          high = length - 2;
          range = absl::StrCat(length - 1);
        }
        break;
      case 3:
        range = absl::StrCat(length - 1, ", -1, -1");
        break;
      case 4:
        if (inner) {
          high = std::max(0, turns_.back().high - 1);
          range = turns_.back().name;
          if (turns_.back().high > 20) range = absl::StrCat(range, " % 7");
        }
        break;
      default:
        if (!inner) range = "len(v)";
    }
    return absl::StrCat(" for ", name, " in range(", range, ")");
  }

  std::string Folded(int depth) {
    const std::string name = OneOf(words_.folds);
    const size_t outside = turns_.size();
    std::string generators;
    const int count = outside == 0 && Chance(25) ? 2 : 1;
    for (int g = 0; g < count; ++g) {
      Turn turn;
      turn.name = absl::StrCat("i", turns_.size());
      generators += Range(turn.name, turn.high);
      turns_.push_back(turn);
      if (Chance(25)) absl::StrAppend(&generators, " if ", Filter(turn.name));
    }
    const std::string body = Number(depth - 1);
    turns_.resize(outside);
    return absl::StrCat(name, "(", body, generators, ")");
  }

  std::string Filter(const std::string& i) {
    const int choice = Pick(smooth() ? 2 : 3);
    if (choice == 0) return absl::StrCat(i, " % 3 != ", Pick(3));
    if (choice == 1) return absl::StrCat(i, " != ", Pick(n_));
    return absl::StrCat(Element(), " > ", Leaf());
  }

  std::mt19937 random_;
  Style style_;
  const Vocabulary& words_;
  unsigned seed_;
  int n_ = 1;
  int m_ = 1;
  bool two_vectors_ = false;
  std::vector<std::string> numbers_;  // locals
  std::vector<std::string> vectors_;
  std::vector<Turn> turns_;
};

unsigned FromEnvironment(const char* name, unsigned otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

}  // namespace

RandomProgram MakeRandomProgram(unsigned seed, Style style, int most) {
  return Writer(seed, style, most).Write();
}

std::vector<std::string> FunctionsNeverUsed() {
  std::set<std::string> used(kOwnRules.begin(), kOwnRules.end());
  used.insert(kOfArrays.begin(), kOfArrays.end());
  const Vocabulary& words = VocabularyFor(Style::kAnything);
  used.insert(words.folds.begin(), words.folds.end());
  used.insert(words.reductions.begin(), words.reductions.end());
  for (const auto* list : {&words.unary, &words.binary}) {
    for (const FunctionInfo& info : *list) used.insert(info.name);
  }
  std::vector<std::string> unused;
  for (const FunctionInfo& info : expression::Functions()) {
    if (!used.contains(info.name)) unused.push_back(info.name);
  }
  return unused;
}

Share ProgramsToTry(unsigned by_default) {
  return {FromEnvironment("THALWEG_SEED", 0), by_default * FromEnvironment("THALWEG_PROGRAMS", 1)};
}

}  // namespace thalweg::testing
