#pragma once

#include "client/cli/context.h"
#include "client/cli/output/model_text.h"
#include "client/cpp/client.h"

namespace thalweg::cli {

/// How good the model is that a run fitted, over all parts of its rows.
client::Result<ModelReport> ReportOn(const client::Client& client, const v1::Run& run);

/// Prints that; of a run that fits none, or has no best iterate, nothing.
void ShowModel(const client::Client& client, const v1::Run& run, bool json, Context& context);

}  // namespace thalweg::cli
