#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/access/guard.h"
#include "server/core/expression/code_maker.h"
#include "server/core/expression/limits.h"
#include "server/core/models/model_spec.h"
#include "server/datasets/dataset_book.h"
#include "server/events/events.h"
#include "server/rpc/acceptor.h"
#include "server/rpc/lanes.h"
#include "server/rpc/self_probe.h"
#include "server/rpc/services.h"
#include "server/rpc/streams/stream_pump.h"
#include "server/rpc/streams/watch_stream.h"
#include "server/rpc/translate/status.h"
#include "server/runs/run_book.h"
#include "server/tls/identity.h"

namespace thalweg::rpc {

struct ServerOptions {
  std::string address = "127.0.0.1:50051";  ///< Port 0: any that is free; see Server::port.
  const tls::Identity* identity = nullptr;  ///< For TLS; outlives the server. Null: plain text.
  bool reflection = true;                   ///< Lets grpcurl and its like ask for the protos.

  int max_receive_bytes = 4 << 20;
  int max_metadata_bytes = 16 << 10;
  int max_concurrent_streams = 1000;            ///< Calls on one connection.
  size_t max_connections = 0;                   ///< 0: as the descriptors allow.
  size_t max_watches = 20'000;                  ///< Streams of all connections.
  size_t memory_quota_bytes = size_t{1} << 30;  ///< Of gRPC's buffers.

  LaneOptions lanes;
  int pump_threads = 2;
  std::chrono::milliseconds heartbeat{10'000};       ///< Silence on a stream before a sign of life.
  std::chrono::milliseconds probe_interval{10'000};  ///< Of SelfProbe.

  expression::Limits limits;  ///< Of the objectives that ObjectiveService is asked about.
  expression::CodeMaker* code_maker = nullptr;  ///< For them; outlives the server. May be null.
  models::Means means = {};                     ///< Of models, for whoever asks about them.
  ServerInfo info;                              ///< For GetServerInfo.
  datasets::DatasetBook* datasets = nullptr;    ///< Outlives the server. None: no DatasetService.
  access::Guard* guard =
      nullptr;            ///< Asks callers for tokens; outlives the server. None: does not.
  IncidentLog incidents;  ///< Told what callers must not see; may be empty.
};

/// The gRPC server: all services, health and reflection, on one port. Health of "" means that it
/// serves, of "ready" that it should be sent work, of "live" that a new connection is answered.
class Server {
 public:
  /// Serving on return, with health NOT_SERVING until SetServing(true). The books and `events`
  /// outlive the server.
  static absl::StatusOr<std::unique_ptr<Server>> Start(runs::RunBook& runs,
                                                       studies::StudyBook& studies,
                                                       EventSink& events,
                                                       const ServerOptions& options);
  /// Drains for a second where Drain was not called.
  ~Server();

  int port() const { return acceptor_->port(); }
  /// For channels within the process (InProcessChannel).
  grpc::Server& grpc() { return *server_; }
  size_t open_streams() const { return pump_.size(); }

  /// What health checks of "" and "ready" are told.
  void SetServing(bool serving);
  /// What those of "ready" are told, while the server serves.
  void SetReady(bool ready);

  /// Says NOT_SERVING, accepts no connection, tells every stream where to resume and ends it
  /// UNAVAILABLE. Call RunBook::Drain before, so that streams name the last durable iterate.
  void EndStreams();

  /// EndStreams; returns when all calls are over, cancelling what is left at the deadline. Channels
  /// within the process must be out of use: their calls are cut off, and gRPC 1.51 crashes at a
  /// call that is begun later.
  void Drain(std::chrono::milliseconds deadline);

 private:
  Server(runs::RunBook& runs, studies::StudyBook& studies, EventSink& events,
         const ServerOptions& options, std::unique_ptr<Acceptor> acceptor);
  absl::Status Build(const ServerOptions& options);

  // In this order: what is below uses what is above.
  const ServerInfo info_;
  std::atomic<bool> draining_{false};
  std::atomic<bool> ended_{false};
  std::atomic<bool> drained_{false};
  StreamPump pump_;
  Lanes lanes_;
  const Surroundings surroundings_;
  const WatchSurroundings watches_;
  Books books_;
  OptimizationCalls optimization_;
  StudyCalls studies_;
  WatchCalls watch_calls_;
  std::unique_ptr<DatasetCalls> datasets_;  // null: none
  ObjectiveCalls objective_;
  ModelCalls models_;
  CatalogCalls catalog_;
  EventSink& events_;
  std::unique_ptr<Acceptor> acceptor_;
  const std::shared_ptr<grpc::ServerCredentials> credentials_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<SelfProbe> probe_;
};

}  // namespace thalweg::rpc
