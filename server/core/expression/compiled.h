#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/core/expression/analysis.h"
#include "server/core/expression/code.h"
#include "server/core/expression/expression.h"
#include "server/core/expression/machine.h"
#include "server/core/expression/residuals.h"

namespace thalweg::expression {

/// What Compiled holds: the formula in each of its forms.
struct Machinery {
  Source source;
  Limits limits;
  Layout layout;
  Tree tree;
  Analysis analysis;
  Program value;
  Program gradient;  ///< Value and gradient.
  MachineCode value_code;
  MachineCode gradient_code;
  Residuals residuals;  ///< Where the value is a sum of squares.
  std::vector<std::string> findings;
};

/// Which subexpression of the value or of what is added to an output first went wrong, after
/// `machine` ran; empty if none did. The arguments of that run must still be there.
std::string Explain(const Machinery& machinery, const Program& program, const MachineCode& code,
                    Machine& machine);

}  // namespace thalweg::expression
