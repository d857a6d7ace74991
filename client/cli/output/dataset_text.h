#pragma once

#include <string>

#include "client/cli/output/json.h"
#include "thalweg/v1/dataset.pb.h"
#include "thalweg/v1/dataset_service.pb.h"

namespace thalweg::cli {

/// A dataset as JSON; `statistics`: with what its columns are like, otherwise with their names and
/// types.
void WriteDataset(Json& json, const v1::Dataset& dataset, bool statistics);

/// "2.5 MiB".
std::string BytesText(int64_t bytes);

/// What the columns of a dataset are like, for people.
std::string DatasetText(const v1::Dataset& dataset);

/// Rows of `dataset` below each other.
std::string RowsText(const v1::Dataset& dataset, const v1::ReadDatasetResponse& rows);

/// Row i of those that came, as JSON: {"row":7,"height":1.8,"species":"oak"}.
void WriteRow(Json& json, const v1::Dataset& dataset, const v1::ReadDatasetResponse& rows, int i);

}  // namespace thalweg::cli
