// Descent: settings that change on the way.
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/descent.h"
#include "server/core/violation.h"

namespace thalweg {

absl::Status Descent::CheckChanges() const {
  int64_t earliest = 0;
  Problem problem = *problem_;
  for (size_t i = 0; i < settings_.changes.size(); ++i) {
    const Change& change = settings_.changes[i];
    const std::string path = absl::StrCat("changes[", i, "]");
    if (change.iteration < earliest) {
      return Refuse(path + ".iteration", Reason::kInvalidValue,
                    absl::StrCat("is ", change.iteration, "; must be ", earliest, " or more"));
    }
    earliest = change.iteration + 1;
    const auto regime = Regime::Make(change.optimizer, change.stopping, feed_.batched());
    if (!regime.ok()) return Under(path, regime.status());
    if (absl::Status status = regime->Check(problem); !status.ok()) return Under(path, status);
  }
  return absl::OkStatus();
}

absl::Status Descent::ChangeSettings(const Change& change) {
  const auto regime = Regime::Make(change.optimizer, change.stopping, feed_.batched());
  if (!regime.ok()) return regime.status();
  if (absl::Status status = regime->Check(*problem_); !status.ok()) return status;
  std::vector<Change>& changes = settings_.changes;
  if (changes_made_ < changes.size() && changes.back().iteration == change.iteration) {
    changes.back() = change;
  } else {
    changes.push_back(change);
  }
  return absl::OkStatus();
}

bool Descent::ChangeIsDue() const {
  return changes_made_ < settings_.changes.size() &&
         settings_.changes[changes_made_].iteration == at_.iteration;
}

absl::Status Descent::ApplyChange() {
  const Change& change = settings_.changes[changes_made_++];
  auto next = Regime::Make(change.optimizer, change.stopping, feed_.batched());
  if (!next.ok()) return next.status();  // as it was checked, only for want of memory
  const bool same_kind = next->optimizer_part().kind == regime_.optimizer_part().kind;
  const bool goes_on = next->TakeOver(regime_);
  std::string text = Differences(regime_, *next);
  if (change.seed) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", "seed ", problem_->seed(), " -> ",
                    *change.seed);
    TakeSeed(*change.seed);
  }
  if (text.empty()) text = "the same settings again";
  if (same_kind && !goes_on) absl::StrAppend(&text, "; the method begins afresh");
  at_.notes.push_back({"changed", std::move(text)});
  regime_ = *std::move(next);
  if (goes_on) return absl::OkStatus();
  // It begins here as it would at the start: with a gradient or without, and with a value of its
  // own where it has one.
  if (!regime_.optimizer().capabilities().gradient) at_.gradient.resize(0);
  if (absl::Status status = feed_.Show(problem_->seed(), at_.iteration); !status.ok())
    return status;
  return regime_.optimizer().Begin(*problem_, at_);
}

void Descent::TakeSeed(uint64_t seed) { problem_.emplace(problem_->WithSeed(seed)); }

// The changes before the iterate that is being restored have been made: what they left is about to
// be read.
void Descent::SkipChanges(State& state) {
  const Change* last = nullptr;
  changes_made_ = 0;
  for (const Change& change : settings_.changes) {
    if (change.iteration >= at_.iteration) break;
    last = &change;
    ++changes_made_;
    if (change.seed) TakeSeed(*change.seed);
  }
  if (last == nullptr) return;
  auto regime = Regime::Make(last->optimizer, last->stopping, feed_.batched());
  if (!regime.ok()) {
    state.Fail(std::string(regime.status().message()));
    return;
  }
  regime_ = *std::move(regime);
}

}  // namespace thalweg
