#pragma once

#include <string>
#include <vector>

#include "server/core/expression/expression.h"

namespace thalweg::testing {

enum class Style {
  kAnything,  ///< Every function of anything: NaN, poles and branch cuts are met.
  kSmooth,    ///< Finite and differentiable wherever it is evaluated.
};

/// A formula that compiles, and points to evaluate it at. Its text is Python as well: with the
/// names of names.py it means the same to NumPy and SymPy.
struct RandomProgram {
  unsigned seed = 0;
  expression::Source source;
  /// Two ordinary points; of kAnything two more: one with zeros, infinities, NaN and ties, one with
  /// numbers at the ends of the range as well.
  std::vector<Vector> points;
};

/// The same program for the same arguments. `most` is the largest vector; the
/// lengths drawn are 1 to 17, 63 to 65 and 100.
RandomProgram MakeRandomProgram(unsigned seed, Style style, int most = 100);

/// Names of Functions() that no program uses: new ones that the generator must be taught.
std::vector<std::string> FunctionsNeverUsed();

/// The environment variable THALWEG_PROGRAMS multiplies how many programs a test makes, and
/// THALWEG_SEED is where their seeds start.
struct Share {
  unsigned first = 0;
  unsigned count = 0;
};
Share ProgramsToTry(unsigned by_default);

}  // namespace thalweg::testing
