#include "client/cpp/client.h"

#include "client/cpp/channel.h"
#include "client/cpp/stubs.h"

namespace thalweg::client {

Result<Client> Client::Connect(const std::string& address) {
  return Connect(ConnectionOptions{.server = address});
}

Result<Client> Client::Connect(const ConnectionOptions& options) {
  const Result<std::string> target = ServerAddress(options.server);
  if (!target.ok()) return target.error();
  const auto made = MakeChannel(options);
  if (!made.ok()) return made.error();
  const std::shared_ptr<grpc::Channel>& channel = *made;
  return Client(std::make_shared<const Stubs>(
      Stubs{*target, v1::OptimizationService::NewStub(channel),
            v1::ObjectiveService::NewStub(channel), v1::CatalogService::NewStub(channel),
            v1::StudyService::NewStub(channel), v1::DatasetService::NewStub(channel),
            v1::ModelService::NewStub(channel), v1::WatchService::NewStub(channel)}));
}

const std::string& Client::address() const { return stubs_->address; }

std::string RunName(const std::string& name_or_id) {
  return name_or_id.find('/') == std::string::npos ? "runs/" + name_or_id : name_or_id;
}

std::string StudyName(const std::string& name_or_id) {
  return name_or_id.find('/') == std::string::npos ? "studies/" + name_or_id : name_or_id;
}

std::string DatasetName(const std::string& name_or_id) {
  return name_or_id.find('/') == std::string::npos ? "datasets/" + name_or_id : name_or_id;
}

}  // namespace thalweg::client
