// The bridge from browsers to gRPC, measured against gRPC itself. The client is a browser's in what
// it says: gRPC-Web in chunks, on one HTTP/1.1 connection.
//
//   build/release/bench/bridge_bench             all measurements
//   build/release/bench/bridge_bench iterates    one of: crowd, iterates, leaving, messages, unary
//
// iterates  the 1 000 001 iterates of a run, as they are made and again from history
// messages  small messages of one stream, from a service that does nothing else
// unary     time of a call
// leaving   from a client's leaving an idle stream to the end of its call
// crowd     memory of 2 000 idle streams

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/rpc/file_limit.h"
#include "server/web/server.h"
#include "tests/bench/service.h"
#include "tests/web/support/scripted_service.h"
#include "tests/web/support/web_caller.h"

namespace thalweg::bench {
namespace {

using testing::ScriptedService;
using testing::WebCaller;

constexpr char kWatchRun[] = "/thalweg.v1.OptimizationService/WatchRun";
constexpr char kGetRun[] = "/thalweg.v1.OptimizationService/GetRun";

std::string WatchRequest(const std::string& name) {
  v1::WatchRunRequest request;
  request.set_name(name);
  request.set_mode(v1::WATCH_MODE_ALL);
  return request.SerializeAsString();
}

/// As Watch, through the bridge.
Received WatchByWeb(const Server& server, const std::string& name) {
  WebCaller caller(server.http_address(), server.web_context());
  caller.Send(kWatchRun, WatchRequest(name));
  caller.Head();
  Received received;
  v1::WatchRunResponse response;
  while (const auto frame = caller.Next()) {
    if (frame->trailers) continue;
    if (!response.ParseFromString(frame->bytes)) throw std::runtime_error("not a message");
    received.iterates += response.update().iterates().iteration_size();
    received.bytes += static_cast<int64_t>(frame->bytes.size());
    ++received.messages;
  }
  return received;
}

void Iterates() {
  struct Way {
    const char* name;
    Wire wire;
    std::function<Received(Server&, const std::string&)> watch;
    std::vector<double> live = {};
    std::vector<double> history = {};
  };
  const auto by_grpc = [](Server& server, const std::string& name) {
    return Watch(server.stub(), name, v1::WATCH_MODE_ALL);
  };
  const auto by_web = [](Server& server, const std::string& name) {
    return WatchByWeb(server, name);
  };
  Way ways[] = {{"gRPC", Wire::kPlain, by_grpc},
                {"gRPC, TLS", Wire::kTls, by_grpc},
                {"bridge", Wire::kPlain, by_web},
                {"bridge, TLS", Wire::kTls, by_web}};
  Received received;
  const auto time = [&received](Way& way, Server& server, const std::string& name) {
    const Clock::time_point start = Clock::now();
    received = way.watch(server, name);
    if (received.iterates != kMillion + 1) std::printf("LOST ITERATES: %ld\n", received.iterates);
    return Since(start);
  };
  for (int round = 0; round < 5; ++round) {
    for (Way& way : ways) {
      Server server(way.wire);
      way.watch(server, Create(server.stub(), AdamRun(10)));  // warm
      const std::string name = Create(server.stub(), AdamRun(kMillion));
      way.live.push_back(time(way, server, name));
      way.history.push_back(time(way, server, name));
    }
  }
  for (const Way& way : ways) {
    const double live = Quantile(way.live, 0.5);
    const double history = Quantile(way.history, 0.5);
    std::printf(
        "iterates: %-11s %.2f M/s as they are made, %.2f M/s (%.0f MB/s, %ld messages) from "
        "history; "
        "medians of 5, history %.3f to %.3f s\n",
        way.name, 1e-6 * kMillion / live, 1e-6 * kMillion / history,
        1e-6 * static_cast<double>(received.bytes) / history, received.messages,
        Quantile(way.history, 0), Quantile(way.history, 1));
  }
}

/// A bridge to a scripted service, within this process.
struct ScriptedBridge {
  ScriptedService service;
  std::unique_ptr<web::Server> server = *web::Server::Start(
      {.address = "127.0.0.1:0"}, web::Router(), {.channel = service.channel()});
};

/// Messages a second of a stream over TCP, of a service on a port.
double DirectMessagesPerSecond(ScriptedService& service, const std::string& size, int64_t count) {
  grpc::GenericStub stub(grpc::CreateChannel(absl::StrCat("127.0.0.1:", service.port()),
                                             grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareCall(&context, "/test.Service/Flood", &queue);
  void* tag = nullptr;
  bool ok = false;
  call->StartCall(nullptr);
  queue.Next(&tag, &ok);
  call->WriteLast(testing::BufferOf(size), {}, nullptr);
  queue.Next(&tag, &ok);
  const Clock::time_point start = Clock::now();
  grpc::ByteBuffer message;
  for (int64_t i = 0; i < count; ++i) {
    call->Read(&message, nullptr);
    queue.Next(&tag, &ok);
  }
  const double seconds = Since(start);
  context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  queue.Next(&tag, &ok);
  return static_cast<double>(count) / seconds;
}

double BridgedMessagesPerSecond(const web::Server& server, const std::string& size, int64_t count) {
  WebCaller caller(server.address());
  caller.Send("/test.Service/Flood", size);
  caller.Head();
  const Clock::time_point start = Clock::now();
  for (int64_t i = 0; i < count; ++i) {
    if (!caller.Next()) throw std::runtime_error("the stream broke off");
  }
  return static_cast<double>(count) / Since(start);
}

void Messages() {
  for (const auto& [size, count] : std::map<int, int64_t>{
           {56, 500'000}, {1'000, 500'000}, {10'000, 200'000}, {1 << 20, 2'000}}) {
    std::vector<double> direct;
    std::vector<double> bridged;
    for (int round = 0; round < 3; ++round) {
      ScriptedBridge bridge;
      direct.push_back(DirectMessagesPerSecond(bridge.service, std::to_string(size), count));
      bridged.push_back(BridgedMessagesPerSecond(*bridge.server, std::to_string(size), count));
    }
    std::printf(
        "messages: of %7d B: bridge %.0f /s (%.0f MB/s), gRPC over TCP %.0f /s; medians of 3\n",
        size, Quantile(bridged, 0.5), 1e-6 * size * Quantile(bridged, 0.5), Quantile(direct, 0.5));
  }
}

void Unary() {
  Server server;
  const std::string name = Create(server.stub(), AdamRun(10));
  v1::GetRunRequest request;
  request.set_name(name);
  WebCaller caller(server.http_address());
  std::vector<double> direct;
  std::vector<double> bridged;
  for (int i = 0; i < 3000; ++i) {
    Clock::time_point start = Clock::now();
    grpc::ClientContext context;
    v1::GetRunResponse response;
    server.stub().GetRun(&context, request, &response);
    direct.push_back(1e6 * Since(start));
    start = Clock::now();
    if (caller.Call(kGetRun, request.SerializeAsString()).status() != 0) std::printf("REFUSED\n");
    bridged.push_back(1e6 * Since(start));
  }
  std::printf(
      "unary: GetRun p50 %.0f us, p99 %.0f us through the bridge; %.0f and %.0f over gRPC\n",
      Quantile(bridged, 0.5), Quantile(bridged, 0.99), Quantile(direct, 0.5),
      Quantile(direct, 0.99));
}

void Leaving() {
  ScriptedBridge bridge;
  std::vector<double> milliseconds;
  for (int i = 0; i < 500; ++i) {
    auto caller = std::make_unique<WebCaller>(bridge.server->address());
    caller->Send("/test.Service/Idle", "");
    caller->Head();
    const Clock::time_point start = Clock::now();
    caller.reset();
    while (bridge.service.cancelled() == i) std::this_thread::yield();
    milliseconds.push_back(1e3 * Since(start));
  }
  std::printf(
      "leaving: an idle stream's call is cancelled %.2f ms after its client left (p50), %.2f "
      "(p99), "
      "%.2f at most; 500 clients\n",
      Quantile(milliseconds, 0.5), Quantile(milliseconds, 0.99), Quantile(milliseconds, 1));
}

void Crowd() {
  if (const auto files = rpc::RaiseFileLimit(); !files.ok()) std::printf("few files\n");
  Server server;
  const std::string name = Create(server.stub(), AdamRun(1'000'000'000));
  grpc::ClientContext context;
  v1::PauseRunRequest pause;
  v1::PauseRunResponse paused;
  pause.set_name(name);
  server.stub().PauseRun(&context, pause, &paused);
  v1::WatchRunRequest request;
  request.set_name(name);
  request.set_from_iteration(paused.run().iteration());
  const double before = server.ResidentMib();
  std::vector<WebCaller> crowd;
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < 2000; ++i) {
    crowd.emplace_back(server.http_address());
    crowd.back().Send(kWatchRun, request.SerializeAsString());
  }
  for (WebCaller& each : crowd) {
    if (each.Head().rfind("HTTP/1.1 200", 0) != 0) std::printf("REFUSED\n");
  }
  const double seconds = Since(start);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  std::printf("crowd: 2000 streams opened in %.2f s; server memory %.0f MiB, %.0f before\n",
              seconds, server.ResidentMib(), before);
}

}  // namespace
}  // namespace thalweg::bench

int main(int argc, char** argv) {
  const std::map<std::string, std::function<void()>> measurements = {
      {"iterates", thalweg::bench::Iterates},
      {"messages", thalweg::bench::Messages},
      {"unary", thalweg::bench::Unary},
      {"leaving", thalweg::bench::Leaving},
      {"crowd", thalweg::bench::Crowd}};
  const std::string wanted = argc > 1 ? argv[1] : "";
  if (!wanted.empty() && !measurements.contains(wanted)) {
    std::fprintf(stderr,
                 "bridge_bench: unknown '%s'; known: crowd, iterates, leaving, messages, unary\n",
                 wanted.c_str());
    return 2;
  }
  for (const auto& [name, measure] : measurements) {
    if (wanted.empty() || wanted == name) measure();
  }
  return 0;
}
