// Calls by their names: |x| for abs, roots, sums over ranges with their limits.

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/expression/mathml_writer.h"

namespace thalweg::expression {
namespace {

constexpr char kApply[] = "\u2061";  // "of", which takes no room

/// How a function is called in books, where that is not its name.
struct Title {
  std::string_view name;
  std::string_view title;
};
constexpr Title kTitles[] = {
    {"asin", "arcsin"},    {"acos", "arccos"},  {"atan", "arctan"},    {"asinh", "arsinh"},
    {"acosh", "arcosh"},   {"atanh", "artanh"}, {"arcsinh", "arsinh"}, {"arccosh", "arcosh"},
    {"arctanh", "artanh"}, {"minimum", "min"},  {"fmin", "min"},       {"amin", "min"},
    {"maximum", "max"},    {"fmax", "max"},     {"amax", "max"},       {"expit", "sigmoid"},
    {"product", "prod"},   {"sign", "sgn"},
};

std::string_view TitleOf(std::string_view name) {
  const auto* found = std::find_if(std::begin(kTitles), std::end(kTitles),
                                   [name](const Title& title) { return title.name == name; });
  return found == std::end(kTitles) ? name : found->title;
}

bool IsProduct(std::string_view name) { return name == "prod" || name == "product"; }

/// Lines one below the other, for what stands under a sign.
std::string Stacked(const std::vector<std::string>& lines) {
  if (lines.size() == 1) return Element("mrow", lines.front());
  std::string rows;
  for (const std::string& line : lines) rows += Element("mtr", Element("mtd", line));
  return Element("mtable", rows);
}

Markup Squared(const Markup& base) { return Power(base, Atom(Element("mn", "2"))); }

}  // namespace

Markup MathMlWriter::FunctionOf(const std::string& head, const std::string& arguments) const {
  return {.body = absl::StrCat(head, Operator(kApply), Fenced("(", arguments, ")"))};
}

bool MathMlWriter::IsLocal(std::string_view name) const {
  return std::any_of(
      tree_.statements.begin(), tree_.statements.end(), [&](const Statement& statement) {
        return text_.substr(statement.name_begin, statement.name_end - statement.name_begin) ==
               name;
      });
}

bool MathMlWriter::IsTrigonometric(const Node& node) const {
  constexpr std::string_view kNames[] = {"sin", "cos", "tan", "sinh", "cosh", "tanh"};
  return node.kind == NodeKind::kCall && !IsLocal(NameOf(node)) &&
         std::find(std::begin(kNames), std::end(kNames), NameOf(node)) != std::end(kNames);
}

Markup MathMlWriter::Call(const Node& node) {
  const std::string_view name = NameOf(node);
  if (IsLocal(name)) return FunctionOf(Identifier(name), Commas(node));
  const bool plain =
      std::none_of(tree_.Children(node).begin(), tree_.Children(node).end(),
                   [this](int32_t child) { return tree_.At(child).kind == NodeKind::kKeyword; });
  return plain ? Function(name, node) : FunctionOf(Element("mi", TitleOf(name)), Commas(node));
}

Markup MathMlWriter::Function(std::string_view name, const Node& node) {
  const auto argument = [&](int32_t k) { return Write(Child(node, k)); };
  if (node.count == 1) {
    const auto fenced = [&](const char* open, const char* close) {
      return Atom(Fenced(open, Signed(argument(0)), close));
    };
    if (name == "abs" || name == "fabs") return fenced("|", "|");
    if (name == "norm") return fenced("‖", "‖");
    if (name == "floor") return fenced("⌊", "⌋");
    if (name == "ceil") return fenced("⌈", "⌉");
    if (name == "sqrt") return Atom(Element("msqrt", Signed(argument(0))));
    if (name == "cbrt") {
      return Atom(Element("mroot", Row(argument(0)) + Element("mn", "3")));
    }
    if (name == "negative") return Negated(argument(0));
    if (name == "exp2") return Power(Atom(Element("mn", "2")), argument(0));
    if (name == "T" || name == "transpose") {
      return Power(argument(0), Atom(Operator("⊤")));
    }
    if (name == "log2" || name == "log10") {
      const std::string base = Element("mn", name.substr(3));
      return FunctionOf(Element("msub", Element("mi", "log") + base), Commas(node));
    }
    if (name == "log1p") {
      const std::string one = Element("mn", "1") + Operator("+");
      return FunctionOf(Element("mi", "log"), one + Held(argument(0), Hold::kSum));
    }
    if (name == "expm1") {
      const std::string power = FunctionOf(Element("mi", "exp"), Commas(node)).body;
      return {.body = absl::StrCat(power, Operator("−"), Element("mn", "1")), .hold = Hold::kSum};
    }
    if (name == "sum" || IsProduct(name)) {
      return BigOperator(name, {Operator(name == "sum" ? "∑" : "∏")}, Child(node, 0));
    }
  }
  if (node.count == 2) {
    if (name == "pow" || name == "power") return Power(argument(0), argument(1));
    if (name == "dot" || name == "matmul") return MatrixProduct(node);
    if (name == "hypot") {
      return Atom(Element("msqrt", absl::StrCat(Unsigned(Squared(argument(0))), Operator("+"),
                                                Unsigned(Squared(argument(1))))));
    }
  }
  if (name == "where" && node.count == 3) {
    return Cases(Child(node, 0), Child(node, 1), Child(node, 2));
  }
  return FunctionOf(Element("mi", TitleOf(name)), Commas(node));
}

/// Sums and products have a sign for each range with its limits; of others all ranges stand below
/// the name.
Markup MathMlWriter::Comprehension(const Node& node) {
  const std::string_view name = NameOf(node);
  const auto* first = tree_.generators.data() + node.first_generator;
  const std::span<const Generator> generators(first, static_cast<size_t>(node.generators));
  const bool squares = name == "least_squares";
  if (name == "sum" || squares || IsProduct(name)) {
    std::vector<std::string> signs;
    for (const Generator& generator : generators) {
      signs.push_back(SignOver(Operator(IsProduct(name) ? "∏" : "∑"), generator));
    }
    return BigOperator(name, signs, Child(node, 0));
  }
  std::vector<std::string> below;
  for (const Generator& generator : generators) {
    below.push_back(Turns(generator));
    for (std::string& condition : Conditions(generator)) below.push_back(std::move(condition));
  }
  const std::string head = Element("munder", Element("mi", TitleOf(name)) + Stacked(below));
  return FunctionOf(head, Signed(Write(Child(node, 0))));
}

Markup MathMlWriter::BigOperator(std::string_view name, const std::vector<std::string>& signs,
                                 const Node& body) {
  Markup of = Write(body);
  if (name == "least_squares") of = Squared(of);
  std::string all;
  for (const std::string& sign : signs) all += sign;
  return {.body = all + Held(of, Hold::kBigSum), .hold = Hold::kBigSum};
}

std::string MathMlWriter::SignOver(const std::string& sign, const Generator& generator) {
  const auto argument = [&](int32_t k) -> const Node& {
    return tree_.At(tree_.children[static_cast<size_t>(generator.first_argument + k)]);
  };
  std::vector<std::string> below;
  const bool steps = generator.arguments == 3;
  const std::string name =
      Identifier(text_.substr(generator.name_begin, generator.name_end - generator.name_begin));
  if (steps) {
    below.push_back(Turns(generator));
  } else {
    const std::string from =
        generator.arguments == 1 ? Element("mn", "0") : Signed(Write(argument(0)));
    below.push_back(absl::StrCat(name, Operator("="), from));
  }
  for (std::string& condition : Conditions(generator)) below.push_back(std::move(condition));
  if (steps) return Element("munder", sign + Stacked(below));
  const std::string last = Row(OneLess(argument(generator.arguments - 1)));
  return Element("munderover", absl::StrCat(sign, Stacked(below), last));
}

/// "i = 0, ..., n - 1", or of every so many "i = 0, ... < n by 2". Nothing is written twice: ranges
/// may nest.
std::string MathMlWriter::Turns(const Generator& generator) {
  const auto argument = [&](int32_t k) -> const Node& {
    return tree_.At(tree_.children[static_cast<size_t>(generator.first_argument + k)]);
  };
  const std::string from =
      generator.arguments == 1 ? Element("mn", "0") : Signed(Write(argument(0)));
  const std::string turns = absl::StrCat(
      Identifier(text_.substr(generator.name_begin, generator.name_end - generator.name_begin)),
      Operator("="), from, Operator(","), Operator("…"));
  if (generator.arguments == 3) {
    return absl::StrCat(turns, Operator("<"), Signed(Write(argument(1))),
                        Element("mtext", "\u00a0by\u00a0"), Signed(Write(argument(2))));
  }
  return absl::StrCat(turns, Operator(","), Signed(OneLess(argument(generator.arguments - 1))));
}

std::vector<std::string> MathMlWriter::Conditions(const Generator& generator) {
  std::vector<std::string> conditions;
  for (int32_t k = 0; k < generator.conditions; ++k) {
    const auto child = static_cast<size_t>(generator.first_condition + k);
    conditions.push_back(Signed(Write(tree_.At(tree_.children[child]))));
  }
  return conditions;
}

/// A range's last number: one less than where it stops.
Markup MathMlWriter::OneLess(const Node& node) {
  const auto number = [](double value) {
    Markup markup = Atom(Number(std::abs(value)));
    markup.minus = value < 0;
    return markup;
  };
  if (IsNumber(node)) return number(node.number - 1);
  const Node* last = node.kind == NodeKind::kAdd ? &Child(node, node.count - 1) : nullptr;
  double constant = -1;
  Markup rest;
  if (last != nullptr && IsNumber(*last)) {
    const bool minus = tree_.Operators(node)[static_cast<size_t>(node.count - 1)] == Symbol::kMinus;
    constant += minus ? -last->number : last->number;
    rest = Sum(node, static_cast<size_t>(node.count - 1));
    if (constant == 0) return rest;
  } else {
    rest = Write(node);
  }
  const std::string body = rest.minus ? Signed(rest) : Held(rest, Hold::kSum);
  const Markup more = number(constant);
  return {.body = absl::StrCat(body, Operator(more.minus ? "−" : "+"), more.body),
          .hold = Hold::kSum};
}

}  // namespace thalweg::expression
