#include "server/core/regime.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/pairing.h"
#include "server/core/part_text.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

void Append(const absl::Status& status, std::vector<Violation>& violations) {
  for (Violation& violation : ViolationsOf(status)) violations.push_back(std::move(violation));
}

const Setting* Find(const Part& part, const std::string& name) {
  const auto found = part.settings.find(name);
  return found == part.settings.end() ? nullptr : &found->second;
}

// Whether what a part of the catalogue remembers keeps its form when its settings change so.
template <typename Thing>
bool KeepsForm(std::span<const CatalogEntry<Thing>> catalogue, const Part& from, const Part& to) {
  const CatalogEntry<Thing>* const entry = FindEntry(catalogue, from.kind);
  if (from.kind != to.kind || entry == nullptr) return false;
  for (const OptionInfo& option : entry->options) {
    if (option.type == OptionType::kNumber || option.type == OptionType::kSchedule) continue;
    const Setting* const before = Find(from, option.name);
    const Setting* const after = Find(to, option.name);
    const bool both = before != nullptr && after != nullptr;
    if (both ? *before != *after : before != after) return false;
  }
  return true;
}

// Lets `to` remember what `from` does; false where that does not fit, which leaves `to` spoilt.
template <typename Thing>
bool HandOver(Thing& from, Thing& to) {
  State writer = State::Writer();
  from.Remember(writer);
  State reader = State::Reader(writer.TakeBytes());
  to.Remember(reader);
  return reader.Finish().ok();
}

// Says how the settings of two parts of one kind differ.
void AppendDifferences(const Part& before, const Part& after, const std::string& prefix,
                       std::string& text) {
  const auto say = [&](const std::string& name, const std::string& old_text,
                       const std::string& new_text) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", prefix, name, " ", old_text, " -> ", new_text);
  };
  for (const auto& [name, setting] : after.settings) {
    const auto old = before.settings.find(name);
    if (old == before.settings.end()) {
      say(name, "default", TextOf(setting));
    } else if (old->second != setting) {
      say(name, TextOf(old->second), TextOf(setting));
    }
  }
  for (const auto& [name, setting] : before.settings) {
    if (!after.settings.contains(name)) say(name, TextOf(setting), "default");
  }
}

const Part* FindKind(const std::vector<Part>& parts, const std::string& kind) {
  const auto found = std::find_if(parts.begin(), parts.end(),
                                  [&kind](const Part& part) { return part.kind == kind; });
  return found == parts.end() ? nullptr : &*found;
}

}  // namespace

absl::StatusOr<Regime> Regime::Make(const Part& optimizer, const std::vector<Part>& stopping,
                                    bool batched) {
  Regime regime;
  auto made = MakeFrom(Optimizers(), "optimizer", optimizer);
  const Capabilities can = made.ok() ? (*made)->capabilities() : Capabilities();
  const auto rules = WithSafeguards(stopping, can.EndsAtSmallGradient(), batched);

  std::vector<Violation> violations;
  Append(Under("optimizer", made.status()), violations);
  Append(Under("stopping", rules.status()), violations);
  if (made.ok()) Append(Under("stopping", CheckRules(stopping, can, batched)), violations);
  if (!violations.empty()) return Refuse(std::move(violations));

  regime.batched_ = batched;
  regime.optimizer_part_ = optimizer;
  regime.optimizer_ = *std::move(made);
  regime.stopping_ = *rules;
  for (const Part& part : regime.stopping_) {
    auto rule = MakeFrom(StoppingRules(), "stopping rule", part);
    if (!rule.ok()) return rule.status();
    regime.rules_.push_back(*std::move(rule));
  }
  return regime;
}

absl::Status Regime::Check(Problem& problem) const {
  const absl::Status status =
      CheckPairing(optimizer_part_, optimizer_->capabilities(), problem, batched_);
  if (!status.ok()) return Under("optimizer", status);
  return Under("stopping", CheckRules(stopping_, problem));
}

bool Regime::TakeOver(Regime& before) {
  for (size_t i = 0; i < rules_.size(); ++i) {
    const Part* const old = FindKind(before.stopping_, stopping_[i].kind);
    if (old == nullptr) continue;
    if (!KeepsForm(StoppingRules(), *old, stopping_[i])) continue;
    StoppingRule& rule = *before.rules_[static_cast<size_t>(old - before.stopping_.data())];
    if (HandOver(rule, *rules_[i])) continue;
    rules_[i] = *MakeFrom(StoppingRules(), "stopping rule", stopping_[i]);  // as it did before
  }
  if (!KeepsForm(Optimizers(), before.optimizer_part_, optimizer_part_)) return false;
  if (HandOver(*before.optimizer_, *optimizer_)) return true;
  optimizer_ = *MakeFrom(Optimizers(), "optimizer", optimizer_part_);
  return false;
}

std::optional<StopReason> Regime::Verdict(const Iterate& at, const Progress& progress) {
  std::optional<StopReason> reason = Ask(rules_, progress, optimizer_->Unfinished(at));
  // A method that can go no further does not pause.
  if (!reason || reason->termination == Termination::kPaused) {
    if (auto finished = optimizer_->Finished()) reason = std::move(finished);
  }
  return reason;
}

void Regime::Remember(State& state) {
  optimizer_->Remember(state);
  for (const auto& rule : rules_) rule->Remember(state);
}

std::string Differences(const Regime& before, const Regime& after) {
  const Part& old = before.optimizer_part();
  const Part& now = after.optimizer_part();
  std::string text;
  if (old.kind != now.kind) {
    text = absl::StrCat(old.kind, " -> ", TextOf(now));
  } else {
    AppendDifferences(old, now, "", text);
  }
  for (const Part& rule : after.stopping()) {
    const Part* const was = FindKind(before.stopping(), rule.kind);
    if (was != nullptr) {
      AppendDifferences(*was, rule, rule.kind + ".", text);
    } else {
      absl::StrAppend(&text, text.empty() ? "" : ", ", "also stops at ", TextOf(rule));
    }
  }
  for (const Part& rule : before.stopping()) {
    if (FindKind(after.stopping(), rule.kind) != nullptr) continue;
    absl::StrAppend(&text, text.empty() ? "" : ", ", "no longer stops at ", rule.kind);
  }
  return text;
}

}  // namespace thalweg
