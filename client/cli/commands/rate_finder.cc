#include "client/cli/commands/rate_finder.h"

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"

#include "client/cli/failure.h"
#include "client/cli/output/json.h"
#include "client/cli/output/number_text.h"
#include "client/cli/output/summary.h"
#include "client/cli/progress/curve.h"

namespace thalweg::cli {
namespace {

constexpr double kLeastRate = 1e-6;
constexpr double kGreatestRate = 100;
constexpr int kSteps = 200;
constexpr double kMemory = 0.9;     // of the running mean: some ten steps
constexpr double kOffTheScale = 4;  // times the fall so far above the start
constexpr int kCurveWidth = 60, kCurveHeight = 10;

v1::Part Rising() {
  v1::Part schedule;
  schedule.set_kind("exponential");
  auto& settings = *schedule.mutable_settings();
  settings["initial"].set_number(kLeastRate);
  settings["factor"].set_number(std::pow(kGreatestRate / kLeastRate, 1.0 / kSteps));
  return schedule;
}

/// The run with a rising rate in place of its own, and an end.
v1::Run WithRisingRate(const FitOptions& options, v1::Run run) {
  if (options.optimizer.empty()) {
    run.clear_optimizer();
    run.mutable_optimizer()->set_kind(run.has_batches() ? "adam" : "gradient_descent");
  }
  *(*run.mutable_optimizer()->mutable_settings())["learning_rate"].mutable_part() = Rising();
  run.clear_stopping();
  v1::Part& rule = *run.add_stopping();
  rule.set_kind("iterations");
  (*rule.mutable_settings())["threshold"].set_number(kSteps);
  run.set_traced_coordinates(0);
  (*run.mutable_labels())["purpose"] = "find-rate";
  return run;
}

std::vector<TriedRate> TriedOf(const v1::IterateBatch& batch) {
  std::vector<TriedRate> tried;
  for (int i = 0; i < batch.iteration_size(); ++i) {
    if (batch.iteration(i) > 0) tried.push_back({batch.learning_rate(i), batch.value(i)});
  }
  return tried;
}

void Print(const v1::Run& run, const std::vector<TriedRate>& tried, const RateAdvice& advice,
           Context& context) {
  std::vector<Curve::Point> points;
  for (size_t i = 0; i < tried.size(); ++i) {
    points.push_back({static_cast<int64_t>(i) + 1, tried[i].smoothed});
  }
  context.out << run.name() << ": learning rates of " << run.optimizer().kind() << " from "
              << ShortText(kLeastRate) << " to "
              << ShortText(tried.empty() ? kLeastRate : tried.back().rate)
              << ", a step with each\n  loss\n";
  for (const std::string& line : Draw(points, kCurveWidth, kCurveHeight)) {
    context.out << line << "\n";
  }
  if (advice.steepest == 0) {
    context.out << "no rate makes the loss fall\n";
    return;
  }
  const std::string rate = ShortText(advice.steepest, 2);
  context.out << "The loss falls fastest at " << rate << ", and is least at "
              << ShortText(advice.least, 2) << ", where rates begin to be too large.\n"
              << "try: --set learning_rate=" << rate << "\n";
}

void PrintJson(const v1::Run& run, const std::vector<TriedRate>& tried, const RateAdvice& advice,
               Context& context) {
  Json json;
  json.Object().Key("result").Flag(true).Key("run").Text(run.name());
  json.Key("learning_rate");
  advice.steepest > 0 ? json.Number(advice.steepest) : json.Null();
  json.Key("least_loss_at");
  advice.least > 0 ? json.Number(advice.least) : json.Null();
  json.Key("curve").Array();
  for (const TriedRate& step : tried) {
    json.Object().Key("learning_rate").Number(step.rate).Key("value").Number(step.loss);
    json.Key("smoothed").Number(step.smoothed).EndObject();
  }
  context.out << json.EndArray().EndObject().text() << "\n";
}

}  // namespace

RateAdvice SuggestRate(std::vector<TriedRate>& tried, bool noisy) {
  const double memory = noisy ? kMemory : 0;
  double mean = 0, weight = 0, least = 0, first = 0;
  size_t kept = 0;
  for (; kept < tried.size() && std::isfinite(tried[kept].loss); ++kept) {
    mean = memory * mean + (1 - memory) * tried[kept].loss;
    weight = memory * weight + (1 - memory);
    tried[kept].smoothed = mean / weight;
    if (kept == 0) first = least = tried[0].smoothed;
    least = std::min(least, tried[kept].smoothed);
    const double room = kOffTheScale * (first - least) + std::abs(first) / 2;
    if (tried[kept].smoothed > first + room) break;
  }
  tried.resize(kept);
  RateAdvice advice;
  double steepest = 0;
  size_t best = 0;
  for (size_t i = 1; i < kept; ++i) {
    if (tried[i].smoothed < tried[best].smoothed) best = i;
  }
  // Ratios of rates are equal, so that differences over the index are slopes over log(rate).
  for (size_t i = 2; i <= best; ++i) {
    const double slope = tried[i].smoothed - tried[i - 2].smoothed;
    if (slope >= steepest) continue;
    steepest = slope;
    advice.steepest = tried[i - 1].rate;
  }
  if (advice.steepest > 0) advice.least = tried[best].rate;
  return advice;
}

int FindRate(const client::Client& client, const FitOptions& options, v1::Run run,
             Context& context) {
  client::CallOptions call = CallOf(options.common, context);
  const v1::Run created = ValueOf(client.CreateRun(WithRisingRate(options, std::move(run)), call));
  const v1::Run ended =
      ValueOf(client.Watch(created.name(), {}, {.live = 5.0, .stop = context.interrupt.token()}));
  v1::ListIteratesRequest request;
  request.set_name(created.name());
  request.set_page_size(kSteps + 1);
  const auto page = ValueOf(client.ListIterates(request, call));
  std::vector<TriedRate> tried = TriedOf(page.iterates());
  const RateAdvice advice = SuggestRate(tried, created.has_batches());
  (options.common.json ? PrintJson : Print)(ended, tried, advice, context);
  return advice.steepest > 0 ? kEndedWell : kEndedBadly;
}

}  // namespace thalweg::cli
