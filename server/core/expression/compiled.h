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
  Program value;
  Program gradient;  ///< Value and gradient.
  MachineCode value_code;
  MachineCode gradient_code;
  Residuals residuals;  ///< Where the value is a sum of squares.
  std::vector<std::string> findings;
};

/// Which subexpression first went wrong at x, after `machine` ran there; empty if none did.
std::string Explain(const Machinery& machinery, const Program& program, const MachineCode& code,
                    Machine& machine, const std::vector<int32_t>& suspects);

}  // namespace thalweg::expression
