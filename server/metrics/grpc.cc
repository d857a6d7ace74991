#include <algorithm>
#include <vector>

#include "server/metrics/by_name.h"
#include "server/metrics/catalogue.h"
#include "server/metrics/on_demand.h"

namespace thalweg::metrics {
namespace {

// The names, labels and codes of go-grpc-prometheus, so that its dashboards and rules fit.

const std::vector<std::string>& Codes() {
  static const std::vector<std::string> codes = {"OK",
                                                 "Canceled",
                                                 "Unknown",
                                                 "InvalidArgument",
                                                 "NotFound",
                                                 "DeadlineExceeded",
                                                 "AlreadyExists",
                                                 "PermissionDenied",
                                                 "Aborted",
                                                 "ResourceExhausted",
                                                 "FailedPrecondition",
                                                 "OutOfRange",
                                                 "Unavailable",
                                                 "Unimplemented",
                                                 "Internal",
                                                 "DataLoss",
                                                 "Unauthenticated"};
  return codes;
}

/// What an alert may be about, and therefore exists from the start: success, and what the server is
/// to blame for. The callers' mistakes are counted from the first one on.
constexpr std::string_view kWatchedCodes[] = {
    "OK",          "Unknown",  "DeadlineExceeded", "ResourceExhausted",
    "Unavailable", "Internal", "DataLoss"};

// 0.05 and 0.25 are the latency objectives of reads and of mutations.
const Buckets kHandlingSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5};

struct Families {
  explicit Families(Registry& registry)
      : started(Counters(registry, "grpc_server_started_total", "RPCs begun.")),
        received(Counters(registry, "grpc_server_msg_received_total",
                          "Messages received: one of each RPC.")),
        sent(Counters(registry, "grpc_server_msg_sent_total",
                      "Messages sent: one of each RPC that succeeds, many of a server's stream.")),
        handling(Histograms(registry, "grpc_server_handling_seconds",
                            "From the beginning of a unary RPC to its end.")),
        streams(Gauges(registry, "thalweg_grpc_streams", "Streaming RPCs in progress.")) {}

  prometheus::Family<Counter>& started;
  prometheus::Family<Counter>& received;
  prometheus::Family<Counter>& sent;
  prometheus::Family<Histogram>& handling;
  prometheus::Family<Gauge>& streams;
};

/// The series of one RPC.
struct MethodSeries {
  MethodSeries(const Families& families, const Method& of)
      : method(of),
        started(families.started.Add(Labels())),
        received(families.received.Add(Labels())),
        sent(families.sent.Add(Labels())) {
    if (of.type == "unary") {
      handling = &families.handling.Add(Labels(), kHandlingSeconds);
    } else {
      streams = &families.streams.Add({{"method", of.method}});
    }
  }

  prometheus::Labels Labels() const {
    return {{"grpc_type", method.type},
            {"grpc_service", method.service},
            {"grpc_method", method.method}};
  }

  const Method method;
  Counter& started;
  Counter& received;
  Counter& sent;
  Histogram* handling = nullptr;  // of unary RPCs alone: a stream's length is its client's choice
  Gauge* streams = nullptr;
};

class GrpcMetrics final : public EventSink {
 public:
  GrpcMetrics(Registry& registry, const LabelSets& labels)
      : families_(registry),
        other_(families_, {std::string(kOther), std::string(kOther), std::string(kOther)}),
        codes_(Itself(Codes())),
        handled_(registry,
                 Counters(registry, "grpc_server_handled_total", "RPCs ended, by their code."),
                 {"grpc_type", "grpc_service", "grpc_method", "grpc_code"}),
        handled_of_other_(Codes(), [this](std::string_view code) {
          return &handled_.Make({kOther, kOther, kOther, code});
        }) {
    for (const Method& method : labels.methods) {
      methods_.push_back(std::make_unique<MethodSeries>(families_, method));
      const Method& named = methods_.back()->method;
      for (const std::string_view code : kWatchedCodes) {
        handled_.Make({named.type, named.service, named.method, code});
      }
    }
  }

  void On(const CallStarted& event) override {
    const MethodSeries& series = Find(event.service, event.method);
    series.started.Increment();
    series.received.Increment();  // gRPC reads the request before it calls us
    if (series.streams) series.streams->Increment();
  }

  void On(const CallMessageSent& event) override {
    Find(event.service, event.method).sent.Increment();
  }

  void On(const CallFinished& event) override {
    const MethodSeries& series = Find(event.service, event.method);
    if (series.method.type != "server_stream" && event.code == "OK") series.sent.Increment();
    Handled(series.method, event.code).Increment();
    if (series.streams) series.streams->Decrement();
    if (series.handling) series.handling->Observe(event.duration.count());
  }

 private:
  const MethodSeries& Find(std::string_view service, std::string_view method) const {
    const auto at = std::find_if(methods_.begin(), methods_.end(), [&](const auto& series) {
      return series->method.method == method && series->method.service == service;
    });
    return at == methods_.end() ? other_ : **at;
  }

  Counter& Handled(const Method& method, std::string_view code) {
    Counter* const found =
        handled_.Find({method.type, method.service, method.method, codes_[code]});
    return found == nullptr ? *handled_of_other_[code] : *found;
  }

  const Families families_;
  const MethodSeries other_;  // RPCs that no service of ours has
  const ByName<std::string> codes_;
  OnDemand<Counter, 4> handled_;
  const ByName<Counter*> handled_of_other_;  // where there is no room for a method's own
  std::vector<std::unique_ptr<MethodSeries>> methods_;
};

}  // namespace

std::unique_ptr<EventSink> MakeGrpcMetrics(Registry& registry, const LabelSets& labels) {
  return std::make_unique<GrpcMetrics>(registry, labels);
}

}  // namespace thalweg::metrics
