#include "server/core/expression/mathml.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/core/expression/complaints.h"
#include "server/core/expression/mathml_writer.h"
#include "server/core/expression/token.h"

namespace thalweg::expression {
namespace {

constexpr int kMostDepth = 200;  // the writer recurses
constexpr int kMostNested = 20;

constexpr char kInvisibleTimes[] = "\u2062";
constexpr char kModulo[] = "<mo lspace=\"0.25em\" rspace=\"0.25em\">mod</mo>";
constexpr char kThinSpace[] = "<mspace width=\"0.17em\"></mspace>";

const char* SignOf(Symbol symbol) {
  switch (symbol) {
    case Symbol::kLess:
      return "<";
    case Symbol::kLessEqual:
      return "≤";
    case Symbol::kGreater:
      return ">";
    case Symbol::kGreaterEqual:
      return "≥";
    case Symbol::kNotEqual:
      return "≠";
    default:
      return "=";
  }
}

/// A product as it is read from left to right: factors side by side, of which some are fractions
/// that the next division still joins.
class Factors {
 public:
  void Times(Markup piece) {
    TakeSign(piece);
    factors_.push_back(std::move(piece));
  }
  /// What stands since the last fraction is divided; right after one its denominator grows.
  void Over(const Markup& below) {
    if (fraction_ == factors_.size() && fraction_ > 0) {
      Factors both;
      both.Times(below_);
      both.Times(below);
      below_ = both.Total();
    } else {
      Factors above;
      for (size_t i = fraction_; i < factors_.size(); ++i) above.Times(factors_[i]);
      above_ = above.Total();
      below_ = below;
      factors_.resize(fraction_);
      factors_.emplace_back();
      fraction_ = factors_.size();
    }
    factors_.back() = Fraction(above_, below_);
  }
  void Replace(Markup whole) {
    factors_.assign(1, std::move(whole));
    fraction_ = 0;
    minus_ = false;
  }

  Markup Total() const {
    if (factors_.size() == 1) {
      Markup only = factors_.front();
      only.minus = minus_;
      return only;
    }
    Markup product = {.body = "", .hold = Hold::kProduct, .minus = minus_, .single = false};
    for (size_t i = 0; i < factors_.size(); ++i) {
      // A sum sign takes all that follows it: only the last factor may have one.
      const bool sign = i + 1 == factors_.size() && factors_[i].hold == Hold::kBigSum;
      const std::string factor = Held(factors_[i], sign ? Hold::kBigSum : Hold::kProduct);
      if (i > 0) product.body += Between(factors_[i - 1], factor);
      product.body += factor;
      if (sign) product.hold = Hold::kBigSum;
    }
    return product;
  }

 private:
  /// The sign of the first factor is the product's.
  void TakeSign(Markup& piece) {
    if (factors_.empty()) minus_ = std::exchange(piece.minus, false);
  }
  /// Digits are kept from digits, words from words.
  static std::string Between(const Markup& left, const std::string& factor) {
    if (factor.starts_with("<mn>") || factor.starts_with("<msup><mn>")) return Operator("⋅");
    const bool number = left.single && left.body.starts_with("<mn>");
    if (number && factor.starts_with("<mfrac>")) return Operator("⋅");
    const bool words = BeginsWithWord(factor) || (left.single && BeginsWithWord(left.body));
    return words ? kThinSpace : Operator(kInvisibleTimes);
  }
  /// A name of several letters, that of a function perhaps.
  static bool BeginsWithWord(std::string_view body) {
    constexpr std::string_view kName = "<mi>";
    constexpr size_t kDeepest = sizeof("<munder>") - 1;
    const size_t name = body.find(kName);
    if (name > kDeepest) return false;
    const std::string_view letters = body.substr(name + kName.size(), 2);
    return std::all_of(letters.begin(), letters.end(),
                       [](char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); });
  }

  std::vector<Markup> factors_;
  size_t fraction_ = 0;   // one after the last factor that is a fraction
  Markup above_, below_;  // of that
  bool minus_ = false;
};

}  // namespace

std::string WriteMathMl(std::string_view formula) {
  if (formula.size() > kMostMathMlSource) return "";
  Complaints complaints(formula);
  const Limits limits;
  const std::vector<Token> tokens = Tokenize(formula, limits, complaints);
  if (!complaints.empty()) return "";
  const Tree tree = Parse(formula, tokens, limits, complaints);
  if (!complaints.empty()) return "";
  const std::string content = MathMlWriter(formula, tree).Write();
  if (content.empty()) return "";
  return absl::StrCat("<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\">",
                      content, "</math>");
}

std::string MathMlWriter::Write() {
  std::string lines;
  for (const Statement& statement : tree_.statements) {
    const std::string line = Line(statement);
    lines += tree_.statements.size() == 1
                 ? Element("mrow", line)
                 : Element("mtr", absl::StrCat("<mtd style=\"text-align: left\">", line, "</mtd>"));
  }
  if (too_deep_) return "";
  return tree_.statements.size() == 1
             ? lines
             : absl::StrCat("<mtable displaystyle=\"true\">", lines, "</mtable>");
}

std::string MathMlWriter::Line(const Statement& statement) {
  const std::string value = Signed(Write(tree_.At(statement.root)));
  if (statement.name_end == statement.name_begin) return value;
  const auto text = [this](uint32_t begin, uint32_t end) {
    return Identifier(text_.substr(begin, end - begin));
  };
  std::string head = text(statement.name_begin, statement.name_end);
  std::string parameters;
  for (const Piece& parameter : statement.parameters) {
    if (!parameters.empty()) parameters += Operator(",");
    parameters += text(parameter.begin, parameter.end);
  }
  if (statement.function) head = FunctionOf(head, parameters).body;
  return absl::StrCat(head, Operator("="), value);
}

Markup MathMlWriter::Write(const Node& node) {
  if (++depth_ > kMostDepth) too_deep_ = true;
  Markup piece = too_deep_ ? Markup() : Dispatch(node);
  --depth_;
  return piece;
}

Markup MathMlWriter::Dispatch(const Node& node) {
  switch (node.kind) {
    case NodeKind::kNumber: {
      Markup number = Atom(Number(node.number));
      // 10 to a power is one already.
      if (!number.body.starts_with("<mn>")) number.hold = Hold::kProduct;
      return number;
    }
    case NodeKind::kName:
      return Atom(Identifier(NameOf(node)));
    case NodeKind::kAdd:
      return Sum(node, static_cast<size_t>(node.count));
    case NodeKind::kMultiply:
      return Product(node);
    case NodeKind::kMatMul:
      return MatrixProduct(node);
    case NodeKind::kPower:
      return PowerOf(node);
    case NodeKind::kNegate:
      return Negated(Write(Child(node, 0)));
    case NodeKind::kNot:
      return {.body = absl::StrCat(Operator("¬"), Held(Write(Child(node, 0)), Hold::kSum)),
              .hold = Hold::kNot};
    case NodeKind::kAnd:
      return Chain(node, "∧", Hold::kAnd);
    case NodeKind::kOr:
      return Chain(node, "∨", Hold::kOr);
    case NodeKind::kCompare:
      return Comparison(node);
    case NodeKind::kConditional:
      return Cases(Child(node, 0), Child(node, 1), Child(node, 2));
    case NodeKind::kIndex:
      return Subscripted(node);
    case NodeKind::kList:
      return Atom(Fenced("[", Commas(node), "]"));
    case NodeKind::kKeyword:
      return {.body = absl::StrCat(Element("mi", NameOf(node)), Operator("="),
                                   Signed(Write(Child(node, 0)))),
              .hold = Hold::kCompare};
    case NodeKind::kSlice:
      return {.body = Slice(node), .hold = Hold::kLoose};
    case NodeKind::kNewAxis:
      return Atom(Element("mi", "None"));
    case NodeKind::kComprehension:
      return Comprehension(node);
    case NodeKind::kCall:
      return Call(node);
    case NodeKind::kMissing:
    case NodeKind::kInline:
      break;
  }
  return {};
}

/// The first `terms` terms of a sum.
Markup MathMlWriter::Sum(const Node& node, size_t terms) {
  if (terms == 1) return Write(Child(node, 0));
  Markup sum = {.body = "", .hold = Hold::kSum, .minus = false, .single = false};
  for (size_t k = 0; k < terms; ++k) {
    Markup term = Write(Child(node, static_cast<int32_t>(k)));
    const bool subtracted = tree_.Operators(node)[k] == Symbol::kMinus;
    // a + (b + c) reads on; a - (b + c) does not.
    std::string body =
        term.minus ? WithoutSign(term) : Held(term, subtracted ? Hold::kBigSum : Hold::kSum);
    // Without limits, a sum sign seems to take all that follows.
    if (k + 1 < terms && body.starts_with("<mo>∑")) body = Fenced("(", body, ")");
    if (k == 0) {
      sum.body = term.minus ? Signed(term) : body;
    } else {
      absl::StrAppend(&sum.body, Operator(subtracted != term.minus ? "−" : "+"), body);
    }
  }
  return sum;
}

Markup MathMlWriter::Product(const Node& node) {
  Factors factors;
  int nested = 0;  // of a // b // c every quotient stands within the next
  for (int32_t k = 0; k < node.count; ++k) {
    Markup factor = Write(Child(node, k));
    if (nested > kMostNested) too_deep_ = true;
    switch (tree_.Operators(node)[static_cast<size_t>(k)]) {
      case Symbol::kDivide:
        factors.Over(factor);
        break;
      case Symbol::kFloorDivide: {
        ++nested;
        const Markup quotient = Fraction(factors.Total(), factor);
        factors.Replace(Atom(Fenced("⌊", Signed(quotient), "⌋")));
        break;
      }
      case Symbol::kModulo:
        ++nested;
        factors.Replace(
            Atom(Fenced("(",
                        absl::StrCat(Held(factors.Total(), Hold::kProduct), std::string(kModulo),
                                     Held(factor, Hold::kFraction)),
                        ")")));
        break;
      default:
        factors.Times(std::move(factor));
    }
  }
  return factors.Total();
}

Markup MathMlWriter::MatrixProduct(const Node& node) {
  Markup left = Write(Child(node, 0));
  const bool minus = std::exchange(left.minus, false);
  std::string body = Held(left, Hold::kMatrix);
  for (int32_t k = 1; k < node.count; ++k) {
    absl::StrAppend(&body, Operator("⋅"), Held(Write(Child(node, k)), Hold::kFraction));
  }
  return {.body = std::move(body), .hold = Hold::kMatrix, .minus = minus, .single = false};
}

/// sin(x)**2 has the power at its name, as in books.
Markup MathMlWriter::PowerOf(const Node& node) {
  const Node& base = Child(node, 0);
  const Node& exponent = Child(node, 1);
  if (IsTrigonometric(base) && IsNumber(exponent) && exponent.number >= 2) {
    const Markup name = Atom(Element("mi", NameOf(base)));
    return FunctionOf(Power(name, Write(exponent)).body, Commas(base));
  }
  return Power(Write(base), Write(exponent));
}

Markup MathMlWriter::Chain(const Node& node, std::string_view symbol, Hold hold) {
  std::string body;
  for (int32_t k = 0; k < node.count; ++k) {
    if (k > 0) body += Operator(symbol);
    const Markup piece = Write(Child(node, k));
    body += piece.minus ? Signed(piece) : Held(piece, hold);
  }
  return {.body = std::move(body), .hold = hold};
}

Markup MathMlWriter::Comparison(const Node& node) {
  std::string body;
  for (int32_t k = 0; k < node.count; ++k) {
    const Markup piece = Write(Child(node, k));
    if (k > 0) body += Operator(SignOf(tree_.Operators(node)[static_cast<size_t>(k)]));
    body += piece.minus ? Signed(piece) : Held(piece, Hold::kSum);
  }
  return {.body = std::move(body), .hold = Hold::kCompare};
}

/// A chain of conditions is one table.
Markup MathMlWriter::Cases(const Node& condition, const Node& value, const Node& other) {
  const auto row = [](const std::string& left, const std::string& right) {
    const std::string open = "<mtd style=\"text-align: left\">";
    return Element("mtr", absl::StrCat(open, left, "</mtd>", open, right, "</mtd>"));
  };
  const auto if_row = [&](const Node& then, const Node& when) {
    return row(Signed(Write(then)),
               absl::StrCat(Element("mtext", "if\u00a0"), Signed(Write(when))));
  };
  std::string rows = if_row(value, condition);
  const Node* rest = &other;
  for (; rest->kind == NodeKind::kConditional; rest = &Child(*rest, 2)) {
    rows += if_row(Child(*rest, 1), Child(*rest, 0));
  }
  rows += row(Signed(Write(*rest)), Element("mtext", "otherwise"));
  return {.body = absl::StrCat(Operator("{"), Element("mtable", rows)), .hold = Hold::kLoose};
}

/// a[i][j] has one subscript, as a[i, j].
Markup MathMlWriter::Subscripted(const Node& node) {
  const Node* array = &Child(node, 0);
  std::string places = Commas(node, 1);
  for (; array->kind == NodeKind::kIndex; array = &Child(*array, 0)) {
    places = absl::StrCat(Commas(*array, 1), Operator(","), places);
  }
  const Markup base = Write(*array);
  std::string below = Held(base, Hold::kAtom);
  if (base.hold == Hold::kAtom && !base.single) below = Element("mrow", below);
  constexpr std::string_view kSubscript = "<msub>";
  const std::string script = Element("mrow", places);
  if (base.single && below.starts_with(kSubscript)) {
    // x_1[i]: the name's own subscript goes before.
    const size_t own = below.find("</mi>") + 5;
    const std::string stem = below.substr(kSubscript.size(), own - kSubscript.size());
    const std::string before = below.substr(own, below.size() - own - kSubscript.size() - 1);
    return Atom(
        Element("msub", stem + Element("mrow", absl::StrCat(before, Operator(","), places))));
  }
  return Atom(Element("msub", below + script));
}

std::string MathMlWriter::Slice(const Node& node) {
  std::string body;
  for (int32_t k = 0; k < 3; ++k) {
    const Node& part = Child(node, k);
    const bool missing = part.kind == NodeKind::kMissing;
    if (k == 1 || (k == 2 && !missing)) body += Operator(":");
    if (!missing) body += Signed(Write(part));
  }
  return body;
}

std::string MathMlWriter::Commas(const Node& node, int32_t from) {
  std::string body;
  for (int32_t k = from; k < node.count; ++k) {
    if (k > from) body += Operator(",");
    body += Signed(Write(Child(node, k)));
  }
  return body;
}

}  // namespace thalweg::expression
