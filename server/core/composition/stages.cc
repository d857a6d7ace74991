#include "server/core/composition/stages.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/violation.h"

namespace thalweg {

OptionTable<Stage::Options> Stage::Table() {
  return {
      {"optimizer", &Options::optimizer, From("optimizer"), "what moves x in this stage",
       kRequired},
      {"until", &Options::until, From("stopping rule"),
       "ends the stage where one is met; also ended where the optimizer can go no further"},
  };
}

absl::StatusOr<std::unique_ptr<Leg>> Stage::Make(const Options& options) {
  absl::StatusOr<Leg> leg = Leg::Make(options.optimizer, options.until);
  if (!leg.ok()) return Under("settings", leg.status());
  return std::make_unique<Leg>(*std::move(leg));
}

std::span<const CatalogEntry<Leg>> StageKinds() {
  static const std::vector<CatalogEntry<Leg>> kinds{
      EntryOf<Leg, Stage>({.name = "stage",
                           .title = "Stage",
                           .summary = "One optimizer of several in a row.",
                           .formula = "",
                           .source = ""}),
  };
  return kinds;
}

Stages::Options::Options() {
  const Part until_stall{"stall", {{"window", 20.0}, {"threshold", 1e-3}}};
  stages = {{"stage",
             {{"optimizer", std::vector<Part>{{"lshade", {}}}},
              {"until", std::vector<Part>{until_stall}}}},
            {"stage", {{"optimizer", std::vector<Part>{{"lbfgsb", {}}}}}}};
}

OptionTable<Stages::Options> Stages::Table() {
  return {{"stages", &Options::stages, From("stage"),
           "in order: stage(optimizer=..., until=[...]), 1 to 16 of them"}};
}

absl::StatusOr<std::unique_ptr<Optimizer>> Stages::Make(const Options& options) {
  constexpr size_t kMost = 16;
  if (options.stages.empty() || options.stages.size() > kMost) {
    return Refuse("settings[stages]", Reason::kInvalidValue,
                  absl::StrCat("has ", options.stages.size(), " stages; expected 1 to ", kMost));
  }
  std::vector<std::unique_ptr<Leg>> legs;
  for (size_t i = 0; i < options.stages.size(); ++i) {
    auto leg = MakeFrom(StageKinds(), "stage", options.stages[i]);
    if (!leg.ok()) return Under(absl::StrCat("settings[stages][", i, "]"), leg.status());
    legs.push_back(*std::move(leg));
  }
  return std::make_unique<Stages>(std::move(legs));
}

Capabilities Stages::capabilities() const {
  Capabilities all = legs_.front()->optimizer().capabilities();
  for (const auto& leg : legs_) all = Together(all, leg->optimizer().capabilities());
  all.searches_on = legs_.size() > 1;
  all.batches = false;  // stages compare values of one function
  return all;
}

absl::Status Stages::BeginNext(Problem& problem, Iterate& at) {
  const bool first = !legs_.front()->begun();
  if (!first) {
    const Best& best = legs_[static_cast<size_t>(current_)]->best();
    at.flags |= kRestarted;
    const bool there = at.x == best.x;
    at.x = best.x;
    ++current_;
    over_ = false;
    return legs_[static_cast<size_t>(current_)]->Begin(problem, current_, there, at);
  }
  return legs_.front()->Begin(problem, 0, /*evaluated=*/true, at);
}

absl::Status Stages::Step(Problem& problem, Iterate& at) {
  if (over_ || !legs_.front()->begun()) {
    if (absl::Status status = BeginNext(problem, at); !status.ok()) return status;
  }
  Leg& leg = *legs_[static_cast<size_t>(current_)];
  const auto reason = leg.Step(problem, at);
  if (!reason.ok()) return reason.status();
  if (!reason->has_value()) return absl::OkStatus();
  const auto next = static_cast<size_t>(current_) + 1;
  if (next == legs_.size()) {
    finished_ = **reason;
    return absl::OkStatus();
  }
  over_ = true;
  at.notes.push_back(
      {"stage",
       absl::StrFormat("Stage %d, %s, is over: %s. Stage %d, %s, goes on from its best.", next,
                       leg.part().kind, (*reason)->detail, next + 1, legs_[next]->part().kind)});
  return absl::OkStatus();
}

void Stages::Remember(State& state) {
  state.Keep("stage", current_);
  state.Keep("stage_over", over_);
  if (current_ < 0 || current_ >= static_cast<int64_t>(legs_.size())) {
    state.Fail("there is no such stage");
    current_ = 0;
  }
  for (const auto& leg : legs_) leg->Remember(state);
}

OptimizerEntry StagesEntry() {
  return EntryOf<Optimizer, Stages>(
      {.name = "stages",
       .title = "Stages",
       .summary = "Several optimizers in a row, each from the best point of the one before.",
       .formula = "x_0 of stage i + 1 = best x of stage i",
       .source = "memetic search: Moscato (1989)",
       .advice = "For a rugged function with a smooth floor: a global search finds the valley, a "
                 "gradient method its bottom to full precision. The first stage needs a rule that "
                 "ends it, such as stall or evaluations; the last ends the run.",
       .example = "thalweg minimize --function rastrigin --optimizer stages --set "
                  "'stages=[stage(optimizer=lshade,until=[evaluations(threshold=2000)]),"
                  "stage(optimizer=lbfgsb)]'"});
}

}  // namespace thalweg
