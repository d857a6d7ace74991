// The service as a whole, against its limits. Starts the real thalwegd on a real disk.
//
//   build/release/bench/service_bench              all measurements
//   build/release/bench/service_bench million      one of: million, latency, crowd, watchers
//
// million   a 2-D Adam run of 1 000 000 iterations, durable, every iterate received by one gRPC
//           client; against the same loop written by hand, and a raw gRPC stream of the same bytes
// latency   from CreateRun to the first iterate at the client
// crowd     1 000 runs at once: throughput and the spread of their progress
// watchers  what 1 000 stalled and 100 live watchers cost a run, and in memory

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/service.h"
#include "thalweg/v1/optimization_service.grpc.pb.h"

namespace thalweg::bench {
namespace {

/// The same descent as an expert would write it; returns seconds.
double HandWrittenAdam(int64_t iterations) {
  const Clock::time_point start = Clock::now();
  double x = -1.2;
  double y = 1;
  double m[2] = {};
  double v[2] = {};
  double beta1_power = 1;
  double beta2_power = 1;
  for (int64_t k = 0; k < iterations; ++k) {
    const double t = y - x * x;
    const double gradient[2] = {-2 * (1 - x) - 400 * x * t, 200 * t};
    beta1_power *= 0.9;
    beta2_power *= 0.999;
    double* const point[2] = {&x, &y};
    for (int i = 0; i < 2; ++i) {
      m[i] = 0.9 * m[i] + 0.1 * gradient[i];
      v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i];
      *point[i] -= 1e-4 * (m[i] / (1 - beta1_power)) / (std::sqrt(v[i] / (1 - beta2_power)) + 1e-8);
    }
  }
  const double seconds = Since(start);
  if (!(x < 2)) std::printf("unexpected\n");  // keeps the loop
  return seconds;
}

/// Streams `messages` messages of `size` bytes each: the limit of the transport.
class RawStream final : public grpc::CallbackGenericService {
 public:
  RawStream(int64_t messages, size_t size) : messages_(messages), size_(size) {}

 private:
  class Reactor final : public grpc::ServerGenericBidiReactor {
   public:
    Reactor(int64_t messages, size_t size) : left_(messages) {
      grpc::Slice slice(std::string(size, 'x'));
      buffer_ = grpc::ByteBuffer(&slice, 1);
      OnWriteDone(true);
    }
    void OnWriteDone(bool ok) override {
      if (!ok || left_-- == 0) {
        Finish(grpc::Status::OK);
      } else {
        StartWrite(&buffer_);
      }
    }
    void OnDone() override { delete this; }

   private:
    int64_t left_;
    grpc::ByteBuffer buffer_;
  };

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Reactor(messages_, size_);
  }

  int64_t messages_;
  size_t size_;
};

double RawStreamSeconds(int64_t messages, size_t size) {
  RawStream service(messages, size);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterCallbackGenericService(&service);
  const auto server = builder.BuildAndStart();
  grpc::GenericStub stub(
      grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareCall(&context, "/raw.Stream/Read", &queue);
  void* tag = nullptr;
  bool ok = false;
  const Clock::time_point start = Clock::now();
  call->StartCall(nullptr);
  queue.Next(&tag, &ok);
  grpc::ByteBuffer buffer;
  for (call->Read(&buffer, nullptr); queue.Next(&tag, &ok) && ok; call->Read(&buffer, nullptr)) {
  }
  const double seconds = Since(start);
  grpc::Status status;
  call->Finish(&status, nullptr);
  queue.Next(&tag, &ok);
  server->Shutdown();
  return seconds;
}

void Million() {
  std::vector<double> service;
  std::vector<double> hand;
  std::vector<double> raw;
  Received received;
  for (int round = 0; round < 5; ++round) {
    hand.push_back(HandWrittenAdam(kMillion));
    Server server;
    Create(server.stub(), AdamRun(10));  // a warm connection
    const Clock::time_point start = Clock::now();
    const std::string name = Create(server.stub(), AdamRun(kMillion));
    received = Watch(server.stub(), name, v1::WATCH_MODE_ALL);
    service.push_back(Since(start));
    raw.push_back(RawStreamSeconds(received.messages,
                                   static_cast<size_t>(received.bytes / received.messages)));
    if (received.iterates != kMillion + 1) std::printf("LOST ITERATES: %ld\n", received.iterates);
  }
  const double seconds = Quantile(service, 0.5);
  std::printf(
      "million: %.3f s from CreateRun to the last of %ld durable iterates (%.2f M/s), "
      "%ld messages, %.1f MB; median of 5, %.3f to %.3f\n",
      seconds, received.iterates, 1e-6 * static_cast<double>(received.iterates) / seconds,
      received.messages, 1e-6 * static_cast<double>(received.bytes), Quantile(service, 0),
      Quantile(service, 1));
  std::printf(
      "million: hand-written loop %.4f s (ratio %.1f); raw gRPC stream of the same bytes "
      "%.3f s (ratio %.2f)\n",
      Quantile(hand, 0.5), seconds / Quantile(hand, 0.5), Quantile(raw, 0.5),
      seconds / Quantile(raw, 0.5));
}

void Latency() {
  Server server;
  std::vector<double> milliseconds;
  for (int i = 0; i < 1000; ++i) {
    const Clock::time_point start = Clock::now();
    const std::string name = Create(server.stub(), AdamRun(100));
    grpc::ClientContext context;
    v1::WatchRunRequest request;
    request.set_name(name);
    const auto reader = server.stub().WatchRun(&context, request);
    v1::WatchRunResponse response;
    while (reader->Read(&response) && !response.update().has_iterates()) {
    }
    milliseconds.push_back(1e3 * Since(start));
    while (reader->Read(&response)) {
    }
    reader->Finish();
  }
  std::printf(
      "latency: CreateRun to first durable iterate at the client: p50 %.2f ms, p99 %.2f ms "
      "(1000 runs, one after the other)\n",
      Quantile(milliseconds, 0.5), Quantile(milliseconds, 0.99));
}

std::vector<double> Progress(Stub& stub) {
  std::vector<double> iterations;
  std::string token;
  do {
    grpc::ClientContext context;
    v1::ListRunsRequest request;
    v1::ListRunsResponse response;
    request.set_page_size(1000);
    request.set_page_token(token);
    const grpc::Status status = stub.ListRuns(&context, request, &response);
    if (!status.ok()) throw std::runtime_error("ListRuns: " + status.error_message());
    for (const v1::Run& run : response.runs()) {
      iterations.push_back(static_cast<double>(run.iteration()));
    }
    token = response.next_page_token();
  } while (!token.empty());
  return iterations;
}

void Crowd() {
  Server server;
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < 1000; ++i) Create(server.stub(), AdamRun(1'000'000'000));
  std::printf("crowd: 1000 runs created in %.2f s\n", Since(start));
  std::this_thread::sleep_for(std::chrono::seconds(2));
  const std::vector<double> before = Progress(server.stub());
  const Clock::time_point from = Clock::now();
  std::this_thread::sleep_for(std::chrono::seconds(10));
  const std::vector<double> after = Progress(server.stub());
  const double seconds = Since(from);
  std::vector<double> done;
  double sum = 0;
  for (size_t i = 0; i < after.size(); ++i) {
    done.push_back(after[i] - before[i]);
    sum += done.back();
  }
  const double mean = sum / static_cast<double>(done.size());
  std::printf(
      "crowd: %.2f M iterations/s over 1000 runs; each run's share of the mean: least %.2f, "
      "p5 %.2f, median %.2f, p95 %.2f, greatest %.2f; server memory %.0f MiB\n",
      1e-6 * sum / seconds, Quantile(done, 0) / mean, Quantile(done, 0.05) / mean,
      Quantile(done, 0.5) / mean, Quantile(done, 0.95) / mean, Quantile(done, 1) / mean,
      server.ResidentMib());
}

/// Streams that were opened and are never read.
class StalledWatchers {
 public:
  StalledWatchers(const Server& server, const std::string& name, int count) {
    for (int i = 0; i < count; ++i) {
      if (i % 50 == 0) stubs_.push_back(server.NewConnection());
      v1::WatchRunRequest request;
      request.set_name(name);
      contexts_.push_back(std::make_unique<grpc::ClientContext>());
      readers_.push_back(stubs_.back()->WatchRun(contexts_.back().get(), request));
    }
  }
  ~StalledWatchers() {
    for (const auto& context : contexts_) context->TryCancel();
    for (const auto& reader : readers_) reader->Finish();
  }

 private:
  std::vector<std::unique_ptr<Stub>> stubs_;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts_;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::WatchRunResponse>>> readers_;
};

v1::Run Get(Stub& stub, const std::string& name) {
  grpc::ClientContext context;
  v1::GetRunRequest request;
  v1::GetRunResponse response;
  request.set_name(name);
  const grpc::Status status = stub.GetRun(&context, request, &response);
  if (!status.ok()) throw std::runtime_error("GetRun: " + status.error_message());
  return response.run();
}

struct WatchedRun {
  double nanoseconds = 0;  // of stepping, per iteration
  double memory = 0;       // MiB, of the server at the end
  int64_t live = 0;        // messages that the live watchers got, all together
};

/// A long run is stepped for a second while its watchers arrive; what follows is measured.
WatchedRun RunWatchedBy(int stalled, int live) {
  Server server;
  const std::string name = Create(server.stub(), AdamRun(20 * kMillion));
  const StalledWatchers crowd(server, name, stalled);
  const std::unique_ptr<Stub> connection = server.NewConnection();
  std::atomic<int64_t> messages{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < live; ++i) {
    threads.emplace_back(
        [&] { messages += Watch(*connection, name, v1::WATCH_MODE_LIVE).messages; });
  }
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const v1::Run before = Get(server.stub(), name);
  v1::Run after = before;
  while (!after.has_end_time()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    after = Get(server.stub(), name);
  }
  WatchedRun result;
  result.nanoseconds = 1e9 * (after.elapsed_seconds() - before.elapsed_seconds()) /
                       static_cast<double>(after.iteration() - before.iteration());
  result.memory = server.ResidentMib();
  for (std::thread& thread : threads) thread.join();
  result.live = messages;
  return result;
}

void Watchers() {
  struct Case {
    const char* text;
    int stalled;
    int live;
    std::vector<double> nanoseconds = {};
    std::vector<double> memory = {};
    int64_t messages = 0;
  };
  Case cases[] = {
      {"alone", 0, 0}, {"1000 stalled", 1000, 0}, {"1000 stalled and 100 live", 1000, 100}};
  for (int round = 0; round < 5; ++round) {
    for (Case& each : cases) {
      const WatchedRun run = RunWatchedBy(each.stalled, each.live);
      each.nanoseconds.push_back(run.nanoseconds);
      each.memory.push_back(run.memory);
      each.messages = run.live;
    }
  }
  const double base = Quantile(cases[0].nanoseconds, 0.5);
  for (const Case& each : cases) {
    const double median = Quantile(each.nanoseconds, 0.5);
    std::printf(
        "watchers: %-26s %.1f ns of stepping per iteration (%+.1f %%), server memory %.0f MiB, "
        "%ld live messages; medians of 5\n",
        each.text, median, 100 * (median / base - 1), Quantile(each.memory, 0.5), each.messages);
  }
}

}  // namespace
}  // namespace thalweg::bench

int main(int argc, char** argv) {
  const std::map<std::string, std::function<void()>> measurements = {
      {"million", thalweg::bench::Million},
      {"latency", thalweg::bench::Latency},
      {"crowd", thalweg::bench::Crowd},
      {"watchers", thalweg::bench::Watchers}};
  const std::string wanted = argc > 1 ? argv[1] : "";
  if (!wanted.empty() && !measurements.contains(wanted)) {
    std::fprintf(stderr, "service_bench: unknown '%s'; known: million, latency, crowd, watchers\n",
                 wanted.c_str());
    return 2;
  }
  for (const auto& [name, measure] : measurements) {
    if (wanted.empty() || wanted == name) measure();
  }
  return 0;
}
