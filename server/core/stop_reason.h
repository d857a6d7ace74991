#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/core/certificate.h"
#include "server/core/layout.h"
#include "server/core/part.h"

namespace thalweg {

/// How a run ended.
enum class Termination {
  kConverged,  ///< A criterion of success was met: gradient, step, change of value, target.
  kLimit,      ///< A budget was used up: iterations, evaluations, time.
  kStalled,    ///< No progress over a window of iterations.
  kDiverged,   ///< The value, or x, grew without bound.
  kNonFinite,  ///< The objective or its gradient became NaN or infinite.
  kCancelled,  ///< Someone asked.
  kFailed,     ///< It could not go on: out of memory, an evaluation that cannot be made.
  kPaused,     ///< It is not over: a rule wants it to halt until someone lets it go on.
};

/// "converged", "limit", "non_finite" ...
std::string_view TerminationName(Termination termination);

/// Something noticed about a run, in plain words.
struct Finding {
  std::string code;      ///< "learning_rate_too_large": lower case, stable.
  std::string text;      ///< What happened and what would fix it, one or two sentences.
  std::string evidence;  ///< The figures it rests on.
  std::map<std::string, Setting> suggested_settings;  ///< Optimizer settings that would fix it.
  /// Worth knowing, but nothing is wrong.
  bool informational = false;
  /// Another optimizer, with its settings, in place of the one used.
  std::optional<Part> suggested_optimizer = std::nullopt;
  std::vector<Part> suggested_stopping = {};  ///< Rules in place of those of the same kind.
  NamedValues suggested_start = {};           ///< Where to begin; empty: as before.
};

/// Why a run is over: a value, for an answer and not for an error.
struct StopReason {
  Termination termination = Termination::kLimit;
  std::string criterion;  ///< The rule's catalogue name: "gradient_norm"; "cancel", "error".
  double measured = 0;    ///< What the rule compared.
  double threshold = 0;   ///< With what.
  std::string detail;     ///< One sentence.
  std::vector<Finding> findings;
  /// Of the best iterate, where one could be made.
  std::optional<Certificate> certificate = std::nullopt;
};

}  // namespace thalweg
