#include "server/metrics/by_name.h"
#include "server/metrics/catalogue.h"
#include "server/metrics/family.h"

namespace thalweg::metrics {
namespace {

// 0.25 is the objective for freshness.
const Buckets kLagSeconds = {0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30};

const std::vector<std::string>& Modes() {
  static const std::vector<std::string> modes = {"all", "live"};
  return modes;
}

/// Why a watch ended before its run did, other than by its client's wish.
const std::vector<std::string>& DropReasons() {
  static const std::vector<std::string> reasons = {"stalled", "keepalive", "shutdown", "overload",
                                                   "error"};
  return reasons;
}

struct Families {
  explicit Families(Registry& registry)
      : streams(Gauges(registry, "thalweg_watch_streams", "Watchers now.")),
        messages(Counters(registry, "thalweg_watch_messages_total",
                          "Messages sent to watchers: iterates, or something else.")),
        iterates(Counters(registry, "thalweg_watch_iterates_total",
                          "Iterates sent to watchers; a message carries many.")),
        lag(Histograms(registry, "thalweg_watch_lag_seconds",
                       "From an iterate being durable to its being written to a watcher.")) {}
  prometheus::Family<Gauge>& streams;
  prometheus::Family<Counter>& messages;
  prometheus::Family<Counter>& iterates;
  prometheus::Family<Histogram>& lag;
};

/// The series of one mode of watching.
struct ModeSeries {
  ModeSeries(const Families& families, const std::string& mode)
      : streams(&families.streams.Add({{"mode", mode}})),
        iterate_messages(&families.messages.Add({{"mode", mode}, {"kind", "iterate"}})),
        other_messages(&families.messages.Add({{"mode", mode}, {"kind", "event"}})),
        iterates(&families.iterates.Add({{"mode", mode}})),
        lag(&families.lag.Add({{"mode", mode}}, kLagSeconds)) {}
  Gauge* streams;
  Counter* iterate_messages;
  Counter* other_messages;
  Counter* iterates;
  Histogram* lag;
};

ByName<ModeSeries> AllModes(Registry& registry) {
  const Families families(registry);
  return {Modes(), [&](std::string_view mode) { return ModeSeries(families, std::string(mode)); }};
}

ByName<Counter*> DroppedSeries(Registry& registry) {
  auto& family = Counters(registry, "thalweg_watch_dropped_streams_total",
                          "Watches that the server ended before their run did.");
  return {DropReasons(), [&](std::string_view reason) {
            return &family.Add({{"reason", std::string(reason)}});
          }};
}

/// Those who watch runs, and what they are sent.
class WatcherMetrics final : public EventSink {
 public:
  explicit WatcherMetrics(Registry& registry)
      : modes_(AllModes(registry)),
        skipped_(OneCounter(registry, "thalweg_watch_skipped_total",
                            "Iterates passed over to keep up, in mode live.")),
        dropped_(DroppedSeries(registry)) {}

  void On(const WatchOpened& event) override { modes_[event.mode].streams->Increment(); }
  void On(const WatchClosed& event) override {
    modes_[event.mode].streams->Decrement();
    if (event.why != "finished" && event.why != "cancelled") dropped_[event.why]->Increment();
  }
  void On(const WatchSent& event) override {
    const ModeSeries& mode = modes_[event.mode];
    skipped_.Increment(static_cast<double>(event.skipped));
    if (event.iterates == 0) return mode.other_messages->Increment();
    mode.iterate_messages->Increment();
    mode.iterates->Increment(static_cast<double>(event.iterates));
    mode.lag->Observe(event.lag.count());
  }

 private:
  const ByName<ModeSeries> modes_;
  Counter& skipped_;
  const ByName<Counter*> dropped_;
};

}  // namespace

std::unique_ptr<EventSink> MakeWatcherMetrics(Registry& registry, const LabelSets&) {
  return std::make_unique<WatcherMetrics>(registry);
}

}  // namespace thalweg::metrics
