#include "client/cli/output/summary.h"

#include <string>

#include "absl/strings/str_cat.h"

#include "client/cli/exit_code.h"
#include "client/cli/output/certificate_text.h"
#include "client/cli/output/finding_text.h"
#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"
#include "client/cli/output/point_text.h"

namespace thalweg::cli {
namespace {

const char* ColourOf(v1::TerminationReason reason) {
  switch (reason) {
    case v1::TERMINATION_REASON_CONVERGED:
      return "1;32";
    case v1::TERMINATION_REASON_LIMIT:
    case v1::TERMINATION_REASON_STALLED:
    case v1::TERMINATION_REASON_CANCELLED:
      return "1;33";
    default:
      return "1;31";
  }
}

/// "  value  1.5\n  x      2\n", the first line followed by `note`.
std::string IterateText(const v1::Run& run, const v1::FullIterate& iterate,
                        const std::string& label, const std::string& note) {
  std::string text = absl::StrCat("  ", label, std::string(7 - label.size(), ' '),
                                  NumberText(iterate.value()), note, "\n");
  // The coefficients of a model follow in a table of their own.
  if (run.objective().has_model()) return text;
  for (const v1::Variable& variable : run.variables()) {
    const auto array = iterate.x().values().find(variable.name());
    if (array == iterate.x().values().end()) continue;
    absl::StrAppend(&text, "  ", variable.name(),
                    std::string(variable.name().size() < 7 ? 7 - variable.name().size() : 1, ' '),
                    ArrayText(array->second, /*digits=*/10), "\n");
  }
  return text;
}

/// Where the run ended, and the best it met where that was better.
std::string AnswerText(const v1::Run& run) {
  if (!run.has_last() || !run.has_best()) return "";
  std::string text = IterateText(run, run.last(), "value", "");
  if (run.best().value() != run.last().value()) {
    text += IterateText(run, run.best(), "best",
                        absl::StrCat("  (iteration ", CountText(run.best().iteration()), ")"));
  }
  return text;
}

}  // namespace

std::string Headline(const v1::Run& run) {
  return absl::StrCat(
      run.name(),
      run.display_name().empty() ? "" : absl::StrCat(" '", Printable(run.display_name()), "'"),
      ": ", ObjectiveText(run.objective()), " with ",
      run.has_optimizer() ? run.optimizer().kind() : "gradient_descent");
}

std::string Summary(const v1::Run& run, const Terminal& terminal) {
  const v1::Termination& termination = run.termination();
  const std::string reason = ReasonName(termination.reason());
  std::string text = absl::StrCat(
      Coloured(terminal, reason.empty() ? StateName(run.state()) : reason,
               ColourOf(termination.reason())),
      " after ", CountText(run.iteration()), " iterations, ", CountText(run.value_evaluations()),
      " values, ", CountText(run.gradient_evaluations()), " gradients, ",
      ShortText(run.elapsed_seconds(), 3), " s");
  if (!termination.detail().empty()) absl::StrAppend(&text, ": ", termination.detail());
  absl::StrAppend(&text, "\n", AnswerText(run), CertificateText(run));
  for (const v1::Finding& finding : termination.findings()) {
    absl::StrAppend(&text, FindingText(finding, terminal));
  }
  return text;
}

int ExitCodeOf(const v1::Run& run) {
  switch (run.termination().reason()) {
    case v1::TERMINATION_REASON_CONVERGED:
    case v1::TERMINATION_REASON_LIMIT:
    case v1::TERMINATION_REASON_STALLED:
      return kEndedWell;
    default:
      return kEndedBadly;
  }
}

}  // namespace thalweg::cli
