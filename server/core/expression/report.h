#pragma once

#include <string>
#include <vector>

#include "server/core/expression/expression.h"
#include "server/core/expression/structure.h"
#include "server/core/objective.h"

namespace thalweg::expression {

/// What is known of a formula beyond what running it needs.
struct Report {
  Structure structure;
  std::vector<std::string> kinks;     ///< Pieces of the formula that may not be smooth; at most 5.
  std::vector<std::string> findings;  ///< What may surprise its author; see findings.h.
  int64_t value_program = 0;          ///< Operations as text, a loop's counted once.
  int64_t gradient_program = 0;
  int64_t memory_bytes = 0;  ///< Of one evaluator.
};

/// `lower` and `upper` bound x: of size n, or empty for the whole line. Takes time and memory in
/// proportion to the program and to n, at most.
Report ReportOn(const Compiled& compiled, const Vector& lower = {}, const Vector& upper = {});

/// What an optimizer may want to know of it.
Traits TraitsOf(const Compiled& compiled);

}  // namespace thalweg::expression
