#include "client/cli/output/names.h"

#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/arguments/setting_text.h"
#include "client/cli/output/model_text.h"

namespace thalweg::cli {
namespace {

/// "RUN_STATE_RUNNING" without its prefix, in lower case.
std::string Plain(const std::string& enumerator, size_t prefix) {
  return enumerator.size() > prefix ? absl::AsciiStrToLower(enumerator.substr(prefix)) : "unknown";
}

}  // namespace

std::string StateName(v1::RunState state) {
  return Plain(v1::RunState_Name(state), std::string_view("RUN_STATE_").size());
}

std::string ReasonName(v1::TerminationReason reason) {
  if (reason == v1::TERMINATION_REASON_UNSPECIFIED) return "";
  return Plain(v1::TerminationReason_Name(reason), std::string_view("TERMINATION_REASON_").size());
}

std::string WaitName(v1::WaitReason reason) {
  if (reason == v1::WAIT_REASON_UNSPECIFIED) return "";
  return Plain(v1::WaitReason_Name(reason), std::string_view("WAIT_REASON_").size());
}

bool IsOver(v1::RunState state) {
  return state == v1::RUN_STATE_FINISHED || state == v1::RUN_STATE_CANCELLED ||
         state == v1::RUN_STATE_FAILED;
}

std::string Printable(const std::string& text) {
  std::string printable = text;
  for (char& c : printable) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = '?';
  }
  return printable;
}

std::string ObjectiveText(const v1::Objective& objective) {
  if (objective.has_model()) return absl::StrCat("fit ", ModelTitle(objective.model()));
  const char* const verb =
      objective.direction() == v1::DIRECTION_MAXIMIZE ? "maximize " : "minimize ";
  if (!objective.has_function()) return absl::StrCat(verb, Printable(objective.expression()));
  return absl::StrCat(
      verb, objective.function(),
      objective.dimension() > 0 ? absl::StrCat(", dimension ", objective.dimension()) : "");
}

std::string OptimizerText(const v1::Run& run) {
  return run.has_optimizer() ? PartText(run.optimizer()) : "gradient_descent";
}

std::string EventText(const v1::RunEvent& event) {
  return Printable(absl::StrCat(event.code(), ": ", event.text()));
}

}  // namespace thalweg::cli
