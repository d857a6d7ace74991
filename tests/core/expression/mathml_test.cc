// Formulas as books write them. What is expected is written short: frac[a|b] for <mfrac> with two
// children, rows and single letters as they stand, what takes no room left out.

#include "server/core/expression/mathml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "server/core/functions/catalogue.h"

namespace thalweg::expression {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Reads XML of elements, attributes and the entities &lt; &gt; &amp;. Nothing where it is not
/// well-formed.
class Reader {
 public:
  explicit Reader(std::string text) : text_(std::move(text)) {}

  std::optional<std::string> Read() {
    std::string all = OneElement();
    if (bad_ || at_ != text_.size()) return std::nullopt;
    return all;
  }

 private:
  std::string OneElement() {
    const size_t end = text_.find('>', at_);
    if (at_ >= text_.size() || text_[at_] != '<' || end == std::string::npos) return Bad();
    const std::string tag = text_.substr(at_ + 1, end - at_ - 1);
    if (tag.find('<') != std::string::npos) return Bad();
    const std::string name = tag.substr(0, tag.find(' '));
    at_ = end + 1;
    std::vector<std::string> children;
    std::string text;
    while (!bad_ && !text_.substr(at_, 2).starts_with("</")) {
      if (at_ >= text_.size()) return Bad();
      if (text_[at_] == '<') {
        children.push_back(OneElement());
      } else {
        text += Character();
      }
    }
    const std::string close = "</" + name + ">";
    if (bad_ || text_.substr(at_, close.size()) != close) return Bad();
    at_ += close.size();
    return Short(name, children, text);
  }

  std::string Character() {
    for (const auto& [entity, character] :
         {std::pair("&lt;", "<"), std::pair("&gt;", ">"), std::pair("&amp;", "&")}) {
      if (text_.compare(at_, std::string(entity).size(), entity) != 0) continue;
      at_ += std::string(entity).size();
      return character;
    }
    if (text_[at_] == '&' || text_[at_] == '>') return Bad();
    return text_.substr(at_++, 1);
  }

  static std::string Short(const std::string& name, const std::vector<std::string>& children,
                           const std::string& text) {
    const bool silent = text == "\u2061" || text == "\u2062";
    if (children.empty()) return name == "mspace" ? " " : silent ? "" : text;
    const bool row = name == "mrow" || name == "math" || name == "mtd";
    std::string joined;
    for (const std::string& child : children) {
      if (!joined.empty() && !row && name != "msqrt") joined += "|";
      joined += child;
    }
    return row ? joined : name.substr(1) + "[" + joined + "]";
  }

  std::string Bad() {
    bad_ = true;
    return "";
  }

  const std::string text_;
  size_t at_ = 0;
  bool bad_ = false;
};

std::string Short(const std::string& formula) {
  return Reader(WriteMathMl(formula)).Read().value_or("(not well-formed)");
}

TEST(MathMl, IsOneElementOfPresentationMathMl) {
  EXPECT_EQ(WriteMathMl("x**2"),
            "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><msup>"
            "<mi>x</mi><mn>2</mn></msup></mrow></math>");
}

TEST(MathMl, HasParenthesesWhereTheyAreNeeded) {
  EXPECT_EQ(Short("(a + b)*c - (d + e)"), "(a+b)c−(d+e)");
  EXPECT_EQ(Short("((a) + (b*c)) + (d - e)"), "a+bc+d−e");
  EXPECT_EQ(Short("a - (b - c)"), "a−(b−c)");
  EXPECT_EQ(Short("(x**2)**3 + (-x)**2 + -x**2"), "sup[(sup[x|2])|3]+sup[(−x)|2]−sup[x|2]");
  EXPECT_EQ(Short("2**(n - 1)"), "sup[2|n−1]");
  EXPECT_EQ(Short("a*(b*c)"), "abc");
  EXPECT_EQ(Short("a*(-b)"), "a(−b)");
}

TEST(MathMl, DrawsSignsBeforeProductsAndJoinsThemInSums) {
  EXPECT_EQ(Short("-a*b"), "−ab");
  EXPECT_EQ(Short("-(a + b)/c"), "−frac[a+b|c]");
  EXPECT_EQ(Short("a - (-b) + -(c + d)"), "a+b−(c+d)");
  EXPECT_EQ(Short("--x"), "x");
}

TEST(MathMl, MakesFractionsOfQuotients) {
  EXPECT_EQ(Short("(a + b)/(c - d)"), "frac[a+b|c−d]");
  EXPECT_EQ(Short("2*a/b*c/d"), "frac[2a|b]frac[c|d]");
  EXPECT_EQ(Short("a/b/c"), "frac[a|bc]");
  EXPECT_EQ(Short("a//b"), "⌊frac[a|b]⌋");
  EXPECT_EQ(Short("a % (b + c)"), "(amod(b+c))");
}

TEST(MathMl, KeepsDigitsFromDigitsAndWordsFromWords) {
  EXPECT_EQ(Short("2*3*x*2**y"), "2⋅3x⋅sup[2|y]");
  EXPECT_EQ(Short("rate*x*sin(x)"), "rate x sin(x)");
}

TEST(MathMl, KnowsRootsFencesAndFunctionsByName) {
  EXPECT_EQ(Short("sqrt(x) + cbrt(y)"), "sqrt[x]+root[y|3]");
  EXPECT_EQ(Short("abs(x)**2 + norm(x - y)"), "sup[|x||2]+‖x−y‖");
  EXPECT_EQ(Short("floor(x) + ceil(y)"), "⌊x⌋+⌈y⌉");
  EXPECT_EQ(Short("exp(-x) + np.arctan2(y, x)"), "exp(−x)+arctan2(y,x)");
  EXPECT_EQ(Short("sin(x)**2 + exp(x)**2"), "sup[sin|2](x)+sup[exp(x)|2]");
  EXPECT_EQ(Short("log10(x) + log1p(x) - expm1(x)"), "sub[log|10](x)+log(1+x)−(exp(x)−1)");
  EXPECT_EQ(Short("hypot(x, -y) + pow(x, 3)"), "sqrt[sup[x|2]+sup[(−y)|2]]+sup[x|3]");
}

TEST(MathMl, GivesSumsAndProductsTheirLimits) {
  EXPECT_EQ(Short("sum(x[i]**2 for i in range(n))"), "underover[∑|i=0|n−1]subsup[x|i|2]");
  EXPECT_EQ(Short("prod(x[i] + 1 for i in range(1, n + 1))"), "underover[∏|i=1|n](sub[x|i]+1)");
  EXPECT_EQ(Short("sum(x[i] for i in range(n - 1))"), "underover[∑|i=0|n−2]sub[x|i]");
  EXPECT_EQ(Short("sum(x[i] for i in range(5))"), "underover[∑|i=0|4]sub[x|i]");
  EXPECT_EQ(Short("sum(D[i, j] for i in range(3) for j in range(i) if D[i, j] > 0)"),
            "underover[∑|i=0|2]underover[∑|table[tr[j=0]|tr[sub[D|i,j]>0]]|i−1]sub[D|i,j]");
  EXPECT_EQ(Short("max(x[i] for i in range(0, n, 2))"),
            "under[max|i=0,…<n\u00a0by\u00a02](sub[x|i])");
  EXPECT_EQ(Short("mean(x[i]*a for i in range(n))"), "under[mean|i=0,…,n−1](sub[x|i]a)");
  EXPECT_EQ(Short("least_squares(x[i] - 1 for i in range(2))"),
            "underover[∑|i=0|1]sup[(sub[x|i]−1)|2]");
}

TEST(MathMl, LetsASumSignTakeNothingThatIsNotItsOwn) {
  EXPECT_EQ(Short("sum(x)*y + sum(x)**2"), "(∑x)y+sup[(∑x)|2]");
  EXPECT_EQ(Short("sum(x**2) - 8"), "(∑sup[x|2])−8");
  EXPECT_EQ(Short("0.5*sum(x + 1)"), "0.5∑(x+1)");
}

TEST(MathMl, WritesRosenbrocksFunctionAsBooksDo) {
  EXPECT_EQ(Short("sum(100*(x[i+1] - x[i]**2)**2 + (1 - x[i])**2 for i in range(n-1))"),
            "underover[∑|i=0|n−2](100sup[(sub[x|i+1]−subsup[x|i|2])|2]+sup[(1−sub[x|i])|2])");
}

TEST(MathMl, HasGreekLettersSubscriptsAndPowersOfTen) {
  EXPECT_EQ(Short("alpha*theta_0 + lam*pi + inf"), "αsub[θ|0]+λπ+∞");
  EXPECT_EQ(Short("x1 + x_max + a2b + learning_rate"),
            "sub[x|1]+sub[x|max]+a2b+sub[learning|rate]");
  EXPECT_EQ(Short("x_1[i]**2 + A[0, -1] + A[:, 1:] + v[::2]"),
            "subsup[x|1,i|2]+sub[A|0,−1]+sub[A|:,1:]+sub[v|::2]");
  EXPECT_EQ(Short("A[i][j]"), "sub[A|i,j]");
  EXPECT_EQ(Short("1e-8 + 2.5e20*x + 0.0001 + 1e5"), "sup[10|−8]+2.5×sup[10|20]x+0.0001+100000");
  EXPECT_EQ(Short("(2.5e20)**2"), "sup[(2.5×sup[10|20])|2]");
}

TEST(MathMl, TellsMatrixProductsApart) {
  EXPECT_EQ(Short("X @ w + b"), "X⋅w+b");
  EXPECT_EQ(Short("0.5*w @ (A @ w)"), "0.5w⋅(A⋅w)");
  EXPECT_EQ(Short("y*(X @ w)"), "y(X⋅w)");
  EXPECT_EQ(Short("A.T @ A + dot(a, b)"), "sup[A|⊤]⋅A+a⋅b");
}

TEST(MathMl, PutsCasesIntoOneTable) {
  EXPECT_EQ(Short("x if x > 0 else 0 if x == 0 else -x"),
            "{table[tr[x|if\u00a0x>0]|tr[0|if\u00a0x=0]|tr[−x|otherwise]]");
  EXPECT_EQ(Short("1 + where(not a <= b and c, 1, 2)"),
            "1+({table[tr[1|if\u00a0¬(a≤b)∧c]|tr[2|otherwise]])");
}

TEST(MathMl, PutsDefinitionsOnLinesOfTheirOwn) {
  EXPECT_EQ(Short("r = x - 1\nsum(r**2)"), "table[tr[r=x−1]|tr[∑sup[r|2]]]");
  EXPECT_EQ(Short("f(a, b) = a/b\nf(x, 2)"), "table[tr[f(a,b)=frac[a|b]]|tr[f(x,2)]]");
  EXPECT_EQ(Short("abs = lambda t: t\nabs(x)"), "table[tr[abs(t)=t]|tr[abs(x)]]");
}

TEST(MathMl, WritesCallsWithOptionsInFull) {
  EXPECT_EQ(Short("sum(x, axis=1)"), "sum(x,axis=1)");
  EXPECT_EQ(Short("[1, -2][0]"), "sub[[1,−2]|0]");
}

TEST(MathMl, IsEmptyForWhatIsNoFormulaOrTooLongOrTooDeep) {
  EXPECT_EQ(WriteMathMl(""), "");
  EXPECT_EQ(WriteMathMl("x +"), "");
  EXPECT_EQ(WriteMathMl("<script>"), "");
  EXPECT_EQ(WriteMathMl("1" + std::string(kMostMathMlSource, ' ')), "");
  EXPECT_NE(WriteMathMl("1" + std::string(kMostMathMlSource - 1, ' ')), "");
  EXPECT_EQ(WriteMathMl(std::string(250, '[') + "1" + std::string(250, ']')), "");
  std::string quotients = "a";
  for (int i = 0; i < 1000; ++i) quotients += "//a";
  EXPECT_EQ(WriteMathMl(quotients), "");
}

TEST(MathMl, EscapesComparisonsAndLeavesCommentsOut) {
  EXPECT_THAT(WriteMathMl("where(x < 1, 1, 2)"), HasSubstr("<mo>&lt;</mo>"));
  EXPECT_THAT(WriteMathMl("x # <script>&\n"), Not(HasSubstr("script")));
}

TEST(MathMl, IsWellFormedForEveryTestFunction) {
  for (const TestFunction& function : TestFunctions()) {
    SCOPED_TRACE(function.name);
    const std::string mathml = WriteMathMl(function.expression);
    if (function.expression.size() <= kMostMathMlSource) {
      EXPECT_THAT(mathml, StartsWith("<math"));
      EXPECT_TRUE(Reader(mathml).Read().has_value()) << mathml;
    }
  }
}

/// Random pieces of formulas put together: most are none, all that are come out well-formed, and
/// none comes out long.
TEST(MathMl, IsWellFormedForWhateverParses) {
  const std::vector<std::string> pieces = {
      "x",      "y_1",   "lam",   "2",      "1e-9", "+",     "-",    "*",    "/",      "//",
      "%",      "**",    "@",     "(",      ")",    "[",     "]",    ",",    ":",      " if ",
      " else ", " and ", " not ", "<",      "==",   "sum(",  "abs(", "sin(", "range(", " for i in ",
      "f(",     "=",     "\n",    "where(", ".T",   "norm(", "max(", "i",    "x[i]",   "(x)"};
  std::mt19937 random(7);
  int parsed = 0;
  for (int turn = 0; turn < 200'000; ++turn) {
    std::string formula;
    const size_t length = 1 + random() % 12;
    for (size_t k = 0; k < length; ++k) formula += pieces[random() % pieces.size()];
    const std::string mathml = WriteMathMl(formula);
    if (mathml.empty()) continue;
    ++parsed;
    ASSERT_TRUE(Reader(mathml).Read().has_value()) << formula << "\n" << mathml;
    ASSERT_LT(mathml.size(), 300 + 200 * formula.size()) << formula;
  }
  EXPECT_GT(parsed, 1000);
}

/// Ranges within the steps of ranges: what is written once each time stays short.
TEST(MathMl, StaysShortForRangesWithinRanges) {
  std::string formula = "x";
  for (int i = 0; i < 30; ++i) formula = "max(1 for i in range(" + formula + ", 2, 3))";
  EXPECT_LT(WriteMathMl(formula).size(), 200 * formula.size());
}

}  // namespace
}  // namespace thalweg::expression
