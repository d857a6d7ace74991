#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <string>

#include "server/datasets/dataset_book.h"
#include "server/rpc/unary_call.h"
#include "thalweg/v1/dataset_service.pb.h"

namespace thalweg::rpc {

/// A table that comes in one stream: its spec, then its bytes. The next message is read once the
/// one before is on the disk, so that a client is held back rather than buffered; where the stream
/// breaks, or time is over, the upload is forgotten. Owns itself until gRPC is done with it.
class UploadReactor final : public grpc::ServerReadReactor<v1::UploadDatasetRequest> {
 public:
  static grpc::ServerReadReactor<v1::UploadDatasetRequest>* Start(
      datasets::DatasetBook& book, const Surroundings& server, const Method& method,
      grpc::CallbackServerContext& context, v1::UploadDatasetResponse* response);

  void OnReadDone(bool ok) override;
  void OnCancel() override { interruption_.Cancel(); }
  void OnDone() override { delete this; }

 private:
  UploadReactor(datasets::DatasetBook& book, const Surroundings& server, const Method& method,
                CallContext context, std::chrono::steady_clock::time_point deadline,
                v1::UploadDatasetResponse* response);

  void OnLane(absl::Status (UploadReactor::*step)());
  absl::Status Take();  ///< The message that was read.
  absl::Status Keep();  ///< There are no more.
  void End(const absl::Status& status);

  datasets::DatasetBook& book_;
  Lanes& lanes_;
  CallRecord record_;
  const datasets::Viewer viewer_;
  Interruption interruption_;
  v1::UploadDatasetRequest request_;  // gRPC fills it until OnReadDone
  v1::UploadDatasetResponse* const response_;
  std::string upload_;  // empty: not begun
  int64_t received_ = 0;
  bool kept_ = false;
};

}  // namespace thalweg::rpc
