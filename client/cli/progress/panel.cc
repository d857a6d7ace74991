#include "client/cli/progress/panel.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"
#include "client/cli/output/summary.h"

namespace thalweg::cli {
namespace {

constexpr int kCurveWidth = 60;
constexpr int kCurveHeight = 8;
constexpr int kMargin = 11;  // the curve's labels

/// The logarithms of `curve` less `base`; points at or below the base are left out.
std::vector<Curve::Point> Log10(const Curve& curve, double base) {
  std::vector<Curve::Point> logs;
  for (const Curve::Point& point : curve.points()) {
    if (point.value > base) logs.push_back({point.iteration, std::log10(point.value - base)});
  }
  return logs;
}

double Least(const Curve& curve) {
  double least = std::numeric_limits<double>::infinity();
  for (const Curve::Point& point : curve.points()) least = std::min(least, point.value);
  return least;
}

}  // namespace

void Panel::Update(const v1::Run& run) {
  run_ = run;
  lost_.clear();
  if (!IsOver(run.state())) return;
  // The last iterate may have come before the run's last figures.
  iteration_ = run.iteration();
  value_ = run.value();
  best_ = run.best_value();
  gradient_norm_ = run.gradient_norm();
  learning_rate_ = run.learning_rate();
  values_ = run.value_evaluations();
  gradients_ = run.gradient_evaluations();
  elapsed_ = run.elapsed_seconds();
}

void Panel::Update(const client::IteratesView& batch) {
  if (batch.size() == 0) return;
  lost_.clear();
  Draw(batch);
  iteration_ = batch.iteration().back();
  value_ = batch.value().back();
  best_ = batch.best_value().back();
  gradient_norm_ = batch.gradient_norm().back();
  learning_rate_ = batch.learning_rate().back();
  values_ = batch.value_evaluations().back();
  gradients_ = batch.gradient_evaluations().back();
  elapsed_ = batch.elapsed_seconds();
  epoch_ = batch.epoch(batch.size() - 1);
}

void Panel::Redraw(const client::IteratesView& batch) {
  gradient_norms_ = Curve();
  objective_values_ = Curve();
  training_values_ = Curve();
  validation_values_ = Curve();
  Draw(batch);
}

void Panel::Draw(const client::IteratesView& batch) {
  // Ascent is drawn as descent of the negative, so that the curve always falls.
  const double sign = run_.objective().direction() == v1::DIRECTION_MAXIMIZE ? -1 : 1;
  for (size_t i = 0; i < batch.size(); ++i) {
    gradient_norms_.Add(batch.iteration()[i], batch.gradient_norm()[i]);
    objective_values_.Add(batch.iteration()[i], sign * batch.value()[i]);
    // Between the ends of epochs the last figures stand.
    if (const double value = batch.training_value(i); !std::isnan(value)) {
      training_values_.Add(batch.iteration()[i], training_ = value);
    }
    if (const double value = batch.validation_value(i); !std::isnan(value)) {
      validation_values_.Add(batch.iteration()[i], validation_ = value);
    }
  }
}

std::vector<std::string> Panel::LearningCurves(int width) const {
  const int room = std::min(kCurveWidth, width - kMargin);
  std::vector<std::string> lines;
  for (const auto& [title, curve] :
       {std::pair("training", &training_values_), std::pair("validation", &validation_values_)}) {
    std::vector<std::string> drawn = cli::Draw(curve->points(), room, kCurveHeight / 2);
    if (drawn.empty()) continue;
    lines.push_back(absl::StrCat("  ", title));
    for (std::string& line : drawn) lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> Panel::CurveLines(int width) const {
  if (auto lines = LearningCurves(width); !lines.empty()) return lines;
  const int room = std::min(kCurveWidth, width - kMargin);
  std::vector<std::string> lines = cli::Draw(Log10(gradient_norms_, 0), room, kCurveHeight);
  std::string title = "log10 |gradient|";
  if (lines.empty()) {  // methods without gradients
    lines = cli::Draw(Log10(objective_values_, Least(objective_values_)), room, kCurveHeight);
    title = "log10 (value - best)";
  }
  if (!lines.empty()) lines.insert(lines.begin(), "  " + title);
  return lines;
}

std::vector<std::string> Panel::Lines(int width) const {
  std::vector<std::string> lines = {Headline(run_)};
  const auto made = static_cast<double>(iteration_ - run_.first_iteration());
  const double rate = elapsed_ > 0 ? std::max(made, 0.0) / elapsed_ : 0;
  lines.push_back(absl::StrFormat("  %-10s %-17s %-10s %-17s %-10s %s", "iteration",
                                  CountText(iteration_), "value", ShortText(value_, 10), "best",
                                  ShortText(best_, 10)));
  lines.push_back(absl::StrFormat("  %-10s %-17s %-10s %-17s %-10s %s", "|gradient|",
                                  KnownText(gradient_norm_, 4), "rate",
                                  ShortText(learning_rate_, 6), "evals",
                                  absl::StrCat(CountText(values_), " + ", CountText(gradients_))));
  lines.push_back(absl::StrFormat("  %-10s %-17s %-10s %-17s %-10s %s", "elapsed",
                                  absl::StrFormat("%.1f s", elapsed_), "speed",
                                  CountText(std::llround(rate)) + " it/s", "state",
                                  lost_.empty() ? StateName(run_.state()) : "connection lost"));
  if (run_.objective().has_model()) {
    lines.push_back(absl::StrFormat("  %-10s %-17s %-10s %-17s %-10s %s", "epoch",
                                    ShortText(epoch_, 5), "training", KnownText(training_, 8),
                                    "validation", KnownText(validation_, 8)));
  }
  if (!event_.code().empty()) {
    lines.push_back(absl::StrFormat("  %-10s %-17s %s", "last event", CountText(event_.iteration()),
                                    EventText(event_)));
  }
  for (std::string& line : CurveLines(width)) lines.push_back(std::move(line));
  for (std::string& line : lines) line = Clipped(line, width);
  return lines;
}

std::string Clipped(const std::string& text, int width) {
  int seen = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (begins && seen++ == width) return text.substr(0, i);
  }
  return text;
}

}  // namespace thalweg::cli
