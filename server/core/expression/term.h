#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace thalweg::expression {

/// How tightly a piece of text holds together.
enum class Binding : uint8_t { kSum, kProduct, kPower, kAtom };

/// A piece of formula on its way to becoming text: factor * body where `guard` holds, else 0.
struct Term {
  double factor = 1;
  std::string body = {};  ///< Empty: the term is the number `factor`.
  Binding binding = Binding::kAtom;
  std::string guard = {};  ///< Empty: always.

  bool number() const { return body.empty() && guard.empty(); }
};

/// `term` as text that can stand where something that binds like `place` can.
std::string Spelled(const Term& term, Binding place);

Term Negated(Term term);
Term Product(const Term& a, const Term& b);
Term Quotient(const Term& a, const Term& b);

/// Adds terms up, in the order given; terms alike but for their factor become one.
class Sum {
 public:
  void Add(Term term);
  Term Total() const;

 private:
  std::vector<Term> terms_;
};

/// An integer: base + sum of coefficient * name. Indices and turns of loops.
struct Whole {
  int64_t base = 0;
  std::map<std::string, int64_t> terms = {};

  void Gain(const Whole& other, int64_t by);
  friend bool operator==(const Whole&, const Whole&) = default;
};
std::string Spelled(const Whole& whole);

/// Both conditions; either may be empty, which always holds.
std::string Both(const std::string& a, const std::string& b);

}  // namespace thalweg::expression
