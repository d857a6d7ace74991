#include "server/rpc/translate/termination.h"

#include "server/rpc/translate/certificate.h"
#include "server/rpc/translate/part.h"
#include "server/rpc/translate/values.h"

namespace thalweg::rpc {
namespace {

v1::TerminationReason ToWire(Termination termination) {
  switch (termination) {
    case Termination::kConverged:
      return v1::TERMINATION_REASON_CONVERGED;
    case Termination::kLimit:
      return v1::TERMINATION_REASON_LIMIT;
    case Termination::kStalled:
      return v1::TERMINATION_REASON_STALLED;
    case Termination::kDiverged:
      return v1::TERMINATION_REASON_DIVERGED;
    case Termination::kNonFinite:
      return v1::TERMINATION_REASON_NON_FINITE;
    case Termination::kCancelled:
      return v1::TERMINATION_REASON_CANCELLED;
    case Termination::kFailed:
      return v1::TERMINATION_REASON_FAILED;
    case Termination::kPaused:  // ends no run
      break;
  }
  return v1::TERMINATION_REASON_UNSPECIFIED;
}

void ToWire(const Finding& finding, const std::vector<Variable>& variables, v1::Finding& wire) {
  wire.set_code(finding.code);
  wire.set_text(finding.text);
  wire.set_evidence(finding.evidence);
  for (const auto& [name, setting] : finding.suggested_settings) {
    rpc::ToWire(setting, (*wire.mutable_suggested_settings())[name]);
  }
  if (finding.suggested_optimizer) {
    rpc::ToWire(*finding.suggested_optimizer, *wire.mutable_suggested_optimizer());
  }
  for (const Part& rule : finding.suggested_stopping) {
    rpc::ToWire(rule, *wire.add_suggested_stopping());
  }
  if (!finding.suggested_start.empty()) {
    rpc::ToWire(finding.suggested_start, variables, *wire.mutable_suggested_start());
  }
  wire.set_informational(finding.informational);
}

}  // namespace

void ToWire(const StopReason& reason, const std::vector<Variable>& variables,
            v1::Termination& wire) {
  wire.set_reason(ToWire(reason.termination));
  wire.set_criterion(reason.criterion);
  wire.set_measured(reason.measured);
  wire.set_threshold(reason.threshold);
  wire.set_detail(reason.detail);
  for (const Finding& finding : reason.findings) ToWire(finding, variables, *wire.add_findings());
  if (reason.certificate) rpc::ToWire(*reason.certificate, *wire.mutable_certificate());
}

}  // namespace thalweg::rpc
