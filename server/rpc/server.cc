#include "server/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/resource_quota.h>

#include <utility>
#include <vector>

#include "server/rpc/tls_credentials.h"

namespace thalweg::rpc {
namespace {

constexpr char kLive[] = "live";
constexpr char kReady[] = "ready";
constexpr int kMostSyncThreads = 8;  // only reflection is written for gRPC's own threads

constexpr int Ms(std::chrono::milliseconds time) { return static_cast<int>(time.count()); }

/// Reflection for this server alone. Linking Debian's library turns it on for every server of the
/// process; here it is taken out first, and put back where it is wanted.
class Reflection final : public grpc::ServerBuilderOption {
 public:
  explicit Reflection(bool wanted) : wanted_(wanted) {}
  void UpdateArguments(grpc::ChannelArguments* /*args*/) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    auto reflection = std::make_unique<grpc::reflection::ProtoServerReflectionPlugin>();
    std::erase_if(*plugins, [name = reflection->name()](const auto& plugin) {
      return plugin->name() == name;
    });
    if (wanted_) plugins->push_back(std::move(reflection));
  }

 private:
  const bool wanted_;
};

void SetLimits(const ServerOptions& options, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(options.max_receive_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, options.max_metadata_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.max_concurrent_streams);
  grpc::ResourceQuota quota("thalweg");
  quota.Resize(options.memory_quota_bytes);
  quota.SetMaxThreads(kMostSyncThreads);
  builder.SetResourceQuota(quota);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 1);
}

/// Half-open connections are found within 80 s, idle ones are closed, old ones moved on so that
/// load spreads and clients are used to resuming.
void SetKeepalive(grpc::ServerBuilder& builder) {
  using std::chrono::minutes;
  using std::chrono::seconds;
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Ms(seconds(60)));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Ms(seconds(20)));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Ms(seconds(10)));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, Ms(minutes(15)));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, Ms(minutes(60)));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, Ms(seconds(60)));
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Ms(seconds(20)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(runs::RunBook& runs,
                                                      studies::StudyBook& studies,
                                                      EventSink& events,
                                                      const ServerOptions& options) {
  auto acceptor = Acceptor::Listen(options.address);
  if (!acceptor.ok()) return acceptor.status();
  std::unique_ptr<Server> server(new Server(runs, studies, events, options, *std::move(acceptor)));
  if (const absl::Status status = server->Build(options); !status.ok()) return status;
  return server;
}

Server::Server(runs::RunBook& runs, studies::StudyBook& studies, EventSink& events,
               const ServerOptions& options, std::unique_ptr<Acceptor> acceptor)
    : info_(options.info),
      pump_(options.pump_threads, options.max_watches),
      lanes_(options.lanes),
      surroundings_{events, lanes_, options.incidents, options.guard},
      watches_{pump_, events, draining_, options.heartbeat},
      books_(runs, studies, options.means),
      optimization_(books_, surroundings_, watches_),
      studies_(books_, surroundings_, watches_),
      watch_calls_(books_, surroundings_, watches_),
      datasets_(options.datasets == nullptr
                    ? nullptr
                    : std::make_unique<DatasetCalls>(*options.datasets, surroundings_)),
      objective_(books_, surroundings_, options.limits, options.code_maker),
      models_(books_, surroundings_),
      catalog_(info_, surroundings_),
      events_(events),
      acceptor_(std::move(acceptor)),
      credentials_(options.identity == nullptr ? grpc::InsecureServerCredentials()
                                               : TlsCredentials(*options.identity)) {}

absl::Status Server::Build(const ServerOptions& options) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.RegisterService(&optimization_);
  builder.RegisterService(&studies_);
  builder.RegisterService(&watch_calls_);
  if (datasets_) builder.RegisterService(datasets_.get());
  builder.RegisterService(&objective_);
  builder.RegisterService(&models_);
  builder.RegisterService(&catalog_);
  SetLimits(options, builder);
  SetKeepalive(builder);
  builder.SetOption(std::make_unique<Reflection>(options.reflection));
  using External = grpc::ServerBuilder::experimental_type::ExternalConnectionType;
  auto connections =
      builder.experimental().AddExternalConnectionAcceptor(External::FROM_FD, credentials_);

  server_ = builder.BuildAndStart();
  if (!server_) return absl::InternalError("gRPC's server does not start");
  SetServing(false);
  server_->GetHealthCheckService()->SetServingStatus(kLive, true);
  acceptor_->Start(std::move(connections), events_, options.max_connections);
  probe_ = std::make_unique<SelfProbe>(events_,
                                       SelfProbeOptions{.address = acceptor_->address(),
                                                        .address_size = sizeof(sockaddr_storage),
                                                        .tls = options.identity != nullptr,
                                                        .interval = options.probe_interval});
  return absl::OkStatus();
}

Server::~Server() {
  if (server_) Drain(std::chrono::seconds(1));
}

void Server::SetServing(bool serving) {
  grpc::HealthCheckServiceInterface& health = *server_->GetHealthCheckService();
  health.SetServingStatus("", serving);
  health.SetServingStatus(kReady, serving);
}

void Server::SetReady(bool ready) {
  server_->GetHealthCheckService()->SetServingStatus(kReady, ready);
}

void Server::EndStreams() {
  if (ended_.exchange(true)) return;
  SetServing(false);
  probe_.reset();
  acceptor_->Stop();
  draining_ = true;
  pump_.WakeAll();
}

void Server::Drain(std::chrono::milliseconds deadline) {
  if (drained_.exchange(true)) return;
  const auto end = std::chrono::system_clock::now() + deadline;
  EndStreams();
  // First the end of every stream, then the news that the server goes, which a client answers when
  // it has read what came before: only then does gRPC close the connection. The other way round it
  // closes behind the last end of a stream, and whatever the client says meanwhile (that it has
  // room for more) makes the kernel reset the connection, with that end unread.
  pump_.WaitUntilEmpty(deadline / 2);
  server_->Shutdown(end);
}

}  // namespace thalweg::rpc
