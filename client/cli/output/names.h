#pragma once

#include <string>

#include "thalweg/v1/run.pb.h"

namespace thalweg::cli {

std::string StateName(v1::RunState state);             ///< "running"
std::string ReasonName(v1::TerminationReason reason);  ///< "converged"; "" for none
std::string WaitName(v1::WaitReason reason);           ///< "storage_full"; "" for none
bool IsOver(v1::RunState state);

/// `text` on one line: line breaks as blanks, other control bytes as '?'. What others named and
/// wrote must not steer this terminal.
std::string Printable(const std::string& text);

/// "minimize (x-2.5)**2-1", "maximize rosenbrock, dimension 10".
std::string ObjectiveText(const v1::Objective& objective);

/// "restart: the directions have lost their conjugacy".
std::string EventText(const v1::RunEvent& event);

/// "gradient_descent(learning_rate=0.1)".
std::string OptimizerText(const v1::Run& run);

}  // namespace thalweg::cli
