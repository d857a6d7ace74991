#include "server/core/expression/markup.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/core/number_text.h"

namespace thalweg::expression {
namespace {

constexpr int64_t kMostZeros = 4;  // of 0.0001; what is smaller has a power of ten
constexpr char kSign[] = "<mo form=\"prefix\">−</mo>";

struct Glyph {
  std::string_view name;
  std::string_view glyph;
};
constexpr Glyph kGlyphs[] = {
    {"alpha", "α"}, {"beta", "β"},  {"gamma", "γ"}, {"delta", "δ"}, {"epsilon", "ε"},
    {"eps", "ε"},   {"zeta", "ζ"},  {"eta", "η"},   {"theta", "θ"}, {"iota", "ι"},
    {"kappa", "κ"}, {"lam", "λ"},   {"lamda", "λ"}, {"lambd", "λ"}, {"lambda_", "λ"},
    {"mu", "μ"},    {"nu", "ν"},    {"xi", "ξ"},    {"pi", "π"},    {"rho", "ρ"},
    {"sigma", "σ"}, {"tau", "τ"},   {"phi", "φ"},   {"chi", "χ"},   {"psi", "ψ"},
    {"omega", "ω"}, {"Gamma", "Γ"}, {"Delta", "Δ"}, {"Theta", "Θ"}, {"Lambda", "Λ"},
    {"Xi", "Ξ"},    {"Pi", "Π"},    {"Sigma", "Σ"}, {"Phi", "Φ"},   {"Psi", "Ψ"},
    {"Omega", "Ω"}, {"inf", "∞"},
};

std::string_view GlyphOf(std::string_view name) {
  const auto* found = std::find_if(std::begin(kGlyphs), std::end(kGlyphs),
                                   [name](const Glyph& glyph) { return glyph.name == name; });
  return found == std::end(kGlyphs) ? name : found->glyph;
}

bool IsDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

/// Where the subscript of a name begins: after x in x1, after learning_ in learning_rate.
size_t SubscriptOf(std::string_view name) {
  const size_t underscore = name.find('_', 1);
  if (underscore != std::string_view::npos && underscore + 1 < name.size()) return underscore;
  size_t letters = name.size();
  while (letters > 0 && IsDigits(name.substr(letters - 1, 1))) --letters;
  const std::string_view stem = name.substr(0, letters);
  const bool short_stem = letters == 1 || (letters > 1 && GlyphOf(stem) != stem);
  return short_stem ? letters : name.size();
}

/// Whether fences around it should grow: around what is one line high they only look uneven.
bool IsTall(std::string_view content) {
  for (const std::string_view tall : {"<mfrac", "<munder", "<mtable", "<msqrt", "<mroot"}) {
    if (content.find(tall) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

std::string Element(std::string_view name, std::string_view content) {
  const std::string tag(name);
  return absl::StrCat("<", tag, ">", std::string(content), "</", tag, ">");
}

std::string Operator(std::string_view symbol) {
  std::string escaped;
  for (const char c : symbol) {
    if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '&') {
      escaped += "&amp;";
    } else {
      escaped += c;
    }
  }
  return Element("mo", escaped);
}

std::string Number(double value) {
  if (std::isinf(value)) return Element("mi", "∞");
  if (std::abs(value) < 1e15 && value == std::floor(value)) {
    return Element("mn", absl::StrCat(static_cast<int64_t>(value)));
  }
  const std::string text = NumberText(value);
  const size_t e = text.find('e');
  if (e == std::string::npos) return Element("mn", text);
  int64_t exponent = 0;
  for (const char c : text.substr(e + 1)) {
    if (c != '-' && c != '+') exponent = 10 * exponent + (c - '0');
  }
  if (std::abs(value) < 1 && exponent <= kMostZeros) {
    std::string digits = text.substr(0, e);
    std::erase(digits, '.');
    return Element("mn", absl::StrCat("0.", std::string(exponent - 1, '0'), digits));
  }
  const std::string sign = text[e + 1] == '-' ? kSign : "";
  const std::string power =
      Element("msup", absl::StrCat(Element("mn", "10"),
                                   Element("mrow", sign + Element("mn", absl::StrCat(exponent)))));
  const std::string mantissa = text.substr(0, e);
  if (mantissa == "1") return power;
  return Element("mrow", absl::StrCat(Element("mn", mantissa), Operator("×"), power));
}

std::string Identifier(std::string_view name) {
  const std::string_view whole = GlyphOf(name);
  if (whole != name) return Element("mi", whole);
  const size_t end = SubscriptOf(name);
  const std::string_view stem = GlyphOf(name.substr(0, end));
  if (end == name.size()) return Element("mi", name);
  std::string_view below = name.substr(end);
  if (below.front() == '_') below.remove_prefix(1);
  const std::string script = Element(IsDigits(below) ? "mn" : "mi", GlyphOf(below));
  return Element("msub", absl::StrCat(Element("mi", stem), script));
}

Markup Atom(std::string element) {
  return {.body = std::move(element), .hold = Hold::kAtom, .minus = false, .single = true};
}

std::string Signed(const Markup& piece) {
  return piece.minus ? absl::StrCat(kSign, WithoutSign(piece)) : piece.body;
}

std::string WithoutSign(const Markup& piece) {
  return piece.hold < Hold::kBigSum ? Fenced("(", piece.body, ")") : piece.body;
}

std::string Row(const Markup& piece) {
  return piece.minus ? Element("mrow", Signed(piece)) : Unsigned(piece);
}

std::string Unsigned(const Markup& piece) {
  return piece.single ? piece.body : Element("mrow", piece.body);
}

std::string Fenced(std::string_view open, std::string_view content, std::string_view close) {
  const auto fence = [tall = IsTall(content)](std::string_view symbol) {
    return tall ? Operator(symbol)
                : absl::StrCat("<mo stretchy=\"false\">", std::string(symbol), "</mo>");
  };
  return Element("mrow", absl::StrCat(fence(open), std::string(content), fence(close)));
}

std::string Held(const Markup& piece, Hold least) {
  if (piece.minus || piece.hold < least) return Fenced("(", Signed(piece), ")");
  return piece.body;
}

Markup Negated(Markup piece) {
  piece.minus = !piece.minus;
  return piece;
}

Markup Fraction(const Markup& above, const Markup& below) {
  return {.body = Element("mfrac", Unsigned(above) + Row(below)),
          .hold = Hold::kFraction,
          .minus = above.minus,
          .single = true};
}

Markup Power(const Markup& base, const Markup& exponent) {
  const bool bare = !base.minus && base.hold == Hold::kAtom;
  const std::string below = bare ? Unsigned(base) : Held(base, Hold::kAtom);
  constexpr std::string_view kSubscript = "<msub>";
  Markup power = {.body = "", .hold = Hold::kFraction, .minus = false, .single = true};
  if (bare && base.single && below.starts_with(kSubscript)) {
    const std::string inside =
        below.substr(kSubscript.size(), below.size() - 2 * kSubscript.size() - 1);
    power.body = Element("msubsup", inside + Row(exponent));
  } else {
    power.body = Element("msup", below + Row(exponent));
  }
  return power;
}

}  // namespace thalweg::expression
