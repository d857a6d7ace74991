#pragma once

#include <string>

#include "client/cli/output/json.h"
#include "thalweg/v1/run.pb.h"

namespace thalweg::cli {

/// What can be shown about the answer, on a few lines: the verdict, active bounds, and for a fit
/// the parameters with their standard errors. Empty where nothing can.
std::string CertificateText(const v1::Run& run);

/// All of it; null where there is none.
void WriteCertificate(Json& json, const v1::Termination& termination);

}  // namespace thalweg::cli
