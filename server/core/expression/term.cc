#include "server/core/expression/term.h"

#include <cmath>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/number_text.h"

namespace thalweg::expression {
namespace {

std::string Bracketed(const std::string& text) { return absl::StrCat("(", text, ")"); }

std::string Spelled(double number) {
  return std::isnan(number) ? "(inf - inf)" : NumberText(number);
}

/// Without the guard.
std::pair<std::string, Binding> Bare(const Term& term) {
  if (term.body.empty()) {
    const bool negative = std::signbit(term.factor) || std::isnan(term.factor);
    return {Spelled(term.factor), negative ? Binding::kSum : Binding::kAtom};
  }
  if (term.factor == 1) return {term.body, term.binding};
  const std::string body = term.binding < Binding::kProduct ? Bracketed(term.body) : term.body;
  if (term.factor == -1) return {absl::StrCat("-", body), Binding::kSum};
  return {absl::StrCat(Spelled(term.factor), "*", body),
          term.factor < 0 ? Binding::kSum : Binding::kProduct};
}

}  // namespace

std::string Spelled(const Term& term, Binding place) {
  const auto [text, binding] = Bare(term);
  if (!term.guard.empty()) return absl::StrCat("(", text, " if ", term.guard, " else 0)");
  return binding < place ? Bracketed(text) : text;
}

std::string Both(const std::string& a, const std::string& b) {
  if (a.empty() || a == b) return b;
  if (b.empty()) return a;
  return absl::StrCat(a, " and ", b);
}

Term Negated(Term term) {
  term.factor = -term.factor;
  return term;
}

Term Product(const Term& a, const Term& b) {
  Term product;
  product.factor = a.factor * b.factor;
  product.guard = Both(a.guard, b.guard);
  if (a.body.empty() || b.body.empty()) {
    const Term& only = a.body.empty() ? b : a;
    product.body = only.body;
    product.binding = only.binding;
    return product;
  }
  const auto part = [](const Term& of, Binding place) {
    return of.binding < place ? Bracketed(of.body) : of.body;
  };
  if (a.body == b.body) {
    product.body = absl::StrCat(part(a, Binding::kAtom), "**2");
    product.binding = Binding::kPower;
    return product;
  }
  product.body = absl::StrCat(part(a, Binding::kProduct), "*", part(b, Binding::kPower));
  product.binding = Binding::kProduct;
  return product;
}

Term Quotient(const Term& a, const Term& b) {
  Term quotient;
  quotient.guard = a.guard;
  quotient.binding = Binding::kProduct;
  const Term bare{a.factor, a.body, a.binding};
  quotient.body = absl::StrCat(Spelled(bare, Binding::kProduct), "/", Spelled(b, Binding::kPower));
  return quotient;
}

void Sum::Add(Term term) {
  for (Term& earlier : terms_) {
    if (earlier.body != term.body || earlier.guard != term.guard) continue;
    earlier.factor += term.factor;
    return;
  }
  terms_.push_back(std::move(term));
}

Term Sum::Total() const {
  std::vector<Term> left;
  for (const Term& term : terms_) {
    if (term.factor != 0 || terms_.size() == 1) left.push_back(term);
  }
  if (left.empty()) return {.factor = 0};
  if (left.size() == 1) return left.front();
  Term total;
  total.binding = Binding::kSum;
  for (const Term& term : left) {
    const bool minus = std::signbit(term.factor) && !std::isnan(term.factor);
    if (total.body.empty()) {
      total.body = Spelled(term, Binding::kSum);
    } else {
      absl::StrAppend(&total.body, minus ? " - " : " + ",
                      Spelled(minus ? Negated(term) : term, Binding::kProduct));
    }
  }
  return total;
}

void Whole::Gain(const Whole& other, int64_t by) {
  base += by * other.base;
  for (const auto& [name, coefficient] : other.terms) {
    int64_t& own = terms[name];
    own += by * coefficient;
    if (own == 0) terms.erase(name);
  }
}

std::string Spelled(const Whole& whole) {
  std::string text;
  const auto add = [&text](int64_t coefficient, const std::string& name) {
    const bool minus = coefficient < 0;
    const int64_t size = std::llabs(coefficient);
    absl::StrAppend(&text, text.empty() ? (minus ? "-" : "") : (minus ? " - " : " + "));
    if (name.empty()) {
      absl::StrAppend(&text, size);
    } else {
      absl::StrAppend(&text, size == 1 ? "" : absl::StrCat(size, "*"), name);
    }
  };
  // What is added comes first: k - 1 - i rather than -i + k - 1.
  for (const auto& [name, coefficient] : whole.terms) {
    if (coefficient > 0) add(coefficient, name);
  }
  for (const auto& [name, coefficient] : whole.terms) {
    if (coefficient < 0) add(coefficient, name);
  }
  if (whole.base != 0 || text.empty()) add(whole.base, "");
  return text;
}

}  // namespace thalweg::expression
