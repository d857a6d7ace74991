#include "client/cli/progress/study_panel.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"
#include "client/cli/output/study_text.h"
#include "client/cli/progress/panel.h"

namespace thalweg::cli {
namespace {

constexpr size_t kWidestTitle = 32;

bool Maximises(const v1::Study& study) {
  return study.run().objective().direction() == v1::DIRECTION_MAXIMIZE;
}

}  // namespace

void StudyPanel::Update(const v1::Study& study) {
  study_ = study;
  arms_.resize(static_cast<size_t>(study.arms_size()));
}

void StudyPanel::Update(int64_t index, const v1::Run& run) {
  if (index < 0 || index >= static_cast<int64_t>(arms_.size())) return;
  Arm& arm = arms_[static_cast<size_t>(index)];
  arm.state = IsOver(run.state()) ? ReasonName(run.termination().reason()) : StateName(run.state());
  if (IsOver(run.state())) ++arm.over;
  if (run.iteration() < 0) return;
  arm.iteration = run.iteration();
  Best(arm, run.best_value());
}

void StudyPanel::Update(int64_t index, const std::string&, const client::IteratesView& batch) {
  if (index < 0 || index >= static_cast<int64_t>(arms_.size()) || batch.size() == 0) return;
  Arm& arm = arms_[static_cast<size_t>(index)];
  arm.iteration = batch.iteration().back();
  Best(arm, batch.best_value().back());
}

void StudyPanel::Best(Arm& arm, double value) {
  const bool better = Maximises(study_) ? value > arm.best : value < arm.best;
  if (!arm.begun || better) arm.best = value;
  arm.begun = true;
}

bool StudyPanel::Better(size_t a, size_t b) const {
  if (arms_[a].begun != arms_[b].begun) return arms_[a].begun;
  return Maximises(study_) ? arms_[a].best > arms_[b].best : arms_[a].best < arms_[b].best;
}

std::string StudyPanel::Line(size_t index) const {
  const Arm& arm = arms_[index];
  const v1::StudyArm& wire = study_.arms(static_cast<int>(index));
  std::string state = wire.has_given_up_after_rung() ? "given up" : arm.state;
  if (wire.runs_size() > 1) absl::StrAppend(&state, " ", arm.over, "/", wire.runs_size());
  return absl::StrFormat("  %-*s %12s  best %-14s %s", static_cast<int>(kWidestTitle),
                         Printable(wire.title().substr(0, kWidestTitle)),
                         arm.begun ? CountText(arm.iteration) : "-",
                         arm.begun ? ShortText(arm.best, 8) : "-", state);
}

std::vector<std::string> StudyPanel::Lines(int width, int height) const {
  std::vector<size_t> order(arms_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto room = static_cast<size_t>(std::max(height - 1, 1));
  if (order.size() > room) {
    std::stable_sort(order.begin(), order.end(),
                     [this](size_t a, size_t b) { return Better(a, b); });
    order.resize(room);
  }
  std::vector<std::string> lines = {Clipped(StudyHeadline(study_), width)};
  for (const size_t arm : order) lines.push_back(Clipped(Line(arm), width));
  return lines;
}

}  // namespace thalweg::cli
