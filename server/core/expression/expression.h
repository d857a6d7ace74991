#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/expression/functions.h"
#include "server/core/expression/limits.h"
#include "server/core/expression/numbers.h"
#include "server/core/layout.h"
#include "server/core/objective.h"

namespace thalweg::expression {

/// A constant of a formula: a number, a vector or a matrix.
struct Parameter {
  bool scalar = true;
  Numbers values;       ///< A matrix row after row.
  int64_t columns = 0;  ///< Of a matrix; 0 for numbers and vectors.

  Shape shape() const {
    const auto count = static_cast<int64_t>(values.size());
    return scalar ? Shape() : ShapeOf(count, columns);
  }

  friend bool operator==(const Parameter&, const Parameter&) = default;
};
using Parameters = std::map<std::string, Parameter>;

/// A formula and what its names stand for. See README.md for the language.
struct Source {
  std::string text;
  std::vector<Variable> variables;
  Parameters parameters;
};

struct Machinery;  // compiled.h
class CodeMaker;   // code_maker.h

/// A formula ready to run: its value and its gradient as programs. Immutable, and shareable
/// between threads; each thread evaluates through its own MakeObjective.
class Compiled {
 public:
  explicit Compiled(std::unique_ptr<const Machinery> machinery);
  ~Compiled();

  const Layout& layout() const;
  /// Operations of one value, and of one value with gradient: fixed before anything runs.
  int64_t operations() const;
  int64_t gradient_operations() const;
  /// m where the formula is seen to be a sum of m squares; 0 where it is not. Turns that an `if`
  /// skips count, with residuals that are zero.
  int64_t residual_count() const;
  /// What a person may want to hear: "variable 'y' is not used".
  const std::vector<std::string>& findings() const;
  const Machinery& machinery() const { return *machinery_; }

 private:
  std::unique_ptr<const Machinery> machinery_;
};

/// Refuses what is not a formula, with every error's place in its text; errors have no field.
absl::StatusOr<std::shared_ptr<const Compiled>> Compile(const Source& source,
                                                        const Limits& limits = {});

/// An evaluator with its own scratch memory; it keeps `compiled` alive. It interprets, unless
/// there is a `maker` of machine code, which must outlive it.
std::unique_ptr<Objective> MakeObjective(std::shared_ptr<const Compiled> compiled,
                                         CodeMaker* maker = nullptr);

/// Every function of the language, for its reference page.
std::vector<FunctionInfo> Functions();

}  // namespace thalweg::expression
