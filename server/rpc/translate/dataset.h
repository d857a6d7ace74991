#pragma once

#include "absl/status/statusor.h"
#include "server/datasets/dataset.h"
#include "thalweg/v1/dataset.pb.h"

namespace thalweg::rpc {

/// Errors have field paths under the spec: "csv.delimiter".
absl::StatusOr<datasets::UploadSpec> FromWire(const v1::UploadSpec& wire);

void ToWire(const datasets::Upload& upload, v1::Upload& wire);

enum class DatasetView {
  kListed,  ///< Of the columns, names and types.
  kWhole,   ///< With what their cells are like.
};
void ToWire(const datasets::Dataset& dataset, DatasetView view, v1::Dataset& wire);

/// The id in "datasets/{dataset}", or in "uploads/{upload}".
absl::StatusOr<std::string> DatasetId(const std::string& name);
absl::StatusOr<std::string> UploadId(const std::string& name);

}  // namespace thalweg::rpc
