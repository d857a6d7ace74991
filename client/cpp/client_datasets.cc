// Client: datasets.
#include <istream>

#include <grpcpp/client_context.h>

#include "client/cpp/call.h"
#include "client/cpp/stubs.h"

namespace thalweg::client {
namespace {

constexpr size_t kPartBytes = size_t{1} << 20;

}  // namespace

Result<v1::UploadDatasetResponse> Client::UploadDataset(const v1::UploadSpec& spec,
                                                        std::istream& bytes,
                                                        const CallOptions& options) const {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + options.timeout);
  const std::stop_callback on_stop(options.stop, [&context] { context.TryCancel(); });

  v1::UploadDatasetResponse response;
  const auto writer = stubs_->dataset->UploadDataset(&context, &response);
  v1::UploadDatasetRequest part;
  *part.mutable_spec() = spec;
  bool accepted = writer->Write(part);
  while (accepted && bytes) {
    std::string& data = *part.mutable_data();
    data.resize(kPartBytes);
    bytes.read(data.data(), static_cast<std::streamsize>(data.size()));
    data.resize(static_cast<size_t>(bytes.gcount()));
    if (!data.empty()) accepted = writer->Write(part);
  }
  // The server may have refused midway: its status says why.
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  if (!status.ok()) return ErrorFrom(AsLoss(status, options.stop));
  return response;
}

}  // namespace thalweg::client
