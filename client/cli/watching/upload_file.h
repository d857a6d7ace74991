#pragma once

#include <string>

#include "client/cli/arguments/common_options.h"
#include "client/cli/context.h"
#include "client/cpp/client.h"

namespace thalweg::cli {

/// Uploads a file as `spec` says it is read, named after the file where it gives no name, with its
/// progress on a terminal. What is wrong in it is a Failure.
v1::Dataset UploadTable(const client::Client& client, const std::string& path, v1::UploadSpec spec,
                        const CommonOptions& options, Context& context);

/// Uploads a CSV file and gives the name of the dataset that it has become, "datasets/...".
std::string UploadFile(const client::Client& client, const std::string& path,
                       const CommonOptions& options, Context& context);

}  // namespace thalweg::cli
