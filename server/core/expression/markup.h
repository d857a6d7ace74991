#pragma once

#include <string>
#include <string_view>

/// Pieces of presentation MathML Core, from which mathml.h writes formulas.
namespace thalweg::expression {

/// How tightly what stands in a piece holds together; looser ones get parentheses.
enum class Hold {
  kLoose,  ///< A choice between cases.
  kOr,
  kAnd,
  kNot,
  kCompare,
  kSum,
  kBigSum,  ///< A sum or product sign with what follows it: nothing may follow that.
  kMatrix,  ///< A matrix product.
  kProduct,
  kFraction,  ///< As a fraction or a power: only scripts need parentheses around it.
  kAtom,
};

/// Markup of a value. The sign is apart, so that it can be drawn before a product or a fraction,
/// and join the sign of a sum.
struct Markup {
  std::string body;  ///< Elements, without the sign, which is of all of them.
  Hold hold = Hold::kAtom;
  bool minus = false;
  bool single = false;  ///< `body` is one element.
};

std::string Element(std::string_view name, std::string_view content);
std::string Operator(std::string_view symbol);  ///< <mo>; escapes < and &.
std::string Number(double value);               ///< One element: 0.5, or 3 times 10 to the -8.
/// One element: Greek letters for their names, what follows an underscore or a letter, as in x1, as
/// a subscript.
std::string Identifier(std::string_view name);

Markup Atom(std::string element);  ///< Of exactly one element.
std::string Signed(const Markup& piece);
std::string WithoutSign(const Markup& piece);  ///< As it stands after its sign.
std::string Row(const Markup& piece);          ///< As one element, with its sign.
std::string Unsigned(const Markup& piece);     ///< As one element, without its sign.
/// Within fences, which grow with what is tall: one element.
std::string Fenced(std::string_view open, std::string_view content, std::string_view close);
/// With its sign; in parentheses where it is looser than `least`, or has a sign.
std::string Held(const Markup& piece, Hold least);

Markup Negated(Markup piece);
Markup Fraction(const Markup& above, const Markup& below);
Markup Power(const Markup& base, const Markup& exponent);

}  // namespace thalweg::expression
