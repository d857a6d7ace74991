// Client: datasets.
#include <algorithm>
#include <istream>
#include <utility>

#include <grpcpp/client_context.h>

#include "client/cpp/call.h"
#include "client/cpp/stubs.h"

namespace thalweg::client {
namespace {

using Service = v1::DatasetService::StubInterface;

constexpr size_t kPartBytes = size_t{1} << 20;

}  // namespace

Result<v1::FinishUploadResponse> Client::Upload(const v1::UploadSpec& spec, std::istream& bytes,
                                                const UploadOptions& options) const {
  return client::Upload(*stubs_->dataset, spec, bytes, options);
}

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

Result<v1::Dataset> Client::GetDataset(const std::string& name, const CallOptions& options) const {
  v1::GetDatasetRequest request;
  request.set_name(DatasetName(name));
  Service& service = *stubs_->dataset;
  auto response = Call<v1::GetDatasetResponse>(options, service, &Service::GetDataset, request);
  if (!response.ok()) return response.error();
  return std::move(*response->mutable_dataset());
}

Result<std::vector<v1::Dataset>> Client::ListDatasets(int64_t limit,
                                                      const CallOptions& options) const {
  Service& service = *stubs_->dataset;
  v1::ListDatasetsRequest request;
  std::vector<v1::Dataset> datasets;
  do {
    const int64_t wanted = limit - static_cast<int64_t>(datasets.size());
    request.set_page_size(static_cast<int32_t>(std::clamp<int64_t>(wanted, 1, 1000)));
    auto page = Call<v1::ListDatasetsResponse>(options, service, &Service::ListDatasets, request);
    if (!page.ok()) return page.error();
    for (v1::Dataset& dataset : *page->mutable_datasets()) {
      if (static_cast<int64_t>(datasets.size()) < limit) datasets.push_back(std::move(dataset));
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty() && static_cast<int64_t>(datasets.size()) < limit);
  return datasets;
}

Result<v1::ReadDatasetResponse> Client::ReadDataset(v1::ReadDatasetRequest request,
                                                    const CallOptions& options) const {
  request.set_name(DatasetName(request.name()));
  Service& service = *stubs_->dataset;
  return Call<v1::ReadDatasetResponse>(options, service, &Service::ReadDataset, request);
}

Result<v1::DeleteDatasetResponse> Client::DeleteDataset(const std::string& name,
                                                        const CallOptions& options) const {
  v1::DeleteDatasetRequest request;
  request.set_name(DatasetName(name));
  Service& service = *stubs_->dataset;
  return Call<v1::DeleteDatasetResponse>(options, service, &Service::DeleteDataset, request);
}

}  // namespace thalweg::client
