#pragma once

#include <string>

#include "client/cli/arguments/common_options.h"
#include "client/cli/context.h"
#include "client/cpp/client.h"

namespace thalweg::cli {

/// Uploads a CSV file and gives the name of the dataset that it has become, "datasets/...". What is
/// wrong in it is a Failure.
std::string UploadFile(const client::Client& client, const std::string& path,
                       const CommonOptions& options, Context& context);

}  // namespace thalweg::cli
