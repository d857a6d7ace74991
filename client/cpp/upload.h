#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <stop_token>

#include "client/cpp/error.h"
#include "thalweg/v1/dataset_service.grpc.pb.h"

namespace thalweg::client {

/// How a table is uploaded.
struct UploadOptions {
  std::chrono::milliseconds piece_timeout{30'000};  ///< For each MiB.
  /// For the end, when the server reads the table and makes it durable.
  std::chrono::milliseconds finish_timeout{900'000};
  /// Without a sign of the server; then the error is given.
  std::chrono::milliseconds give_up_after{60'000};
  std::stop_token stop = {};
  /// So many bytes have come there; again with all of them before the server reads the table.
  std::function<void(int64_t received, int64_t size)> on_progress = {};
  /// The connection was lost, and is tried again.
  std::function<void(const Error&)> on_lost = {};
};

/// Uploads all of `bytes`, which can be sought, in pieces of 1 MiB with checksums. After a loss of
/// the connection it goes on from where the server is, which may be the beginning. What cannot be
/// finished is cancelled, so that nothing of it stays.
Result<v1::FinishUploadResponse> Upload(v1::DatasetService::StubInterface& service,
                                        v1::UploadSpec spec, std::istream& bytes,
                                        const UploadOptions& options);

}  // namespace thalweg::client
