#include "server/rpc/translate/overrides.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/translate/part.h"

namespace thalweg::rpc {
namespace {

constexpr int kMostRules = 32;
constexpr int kMostChanges = 1000;

/// A part whose kind may be missing.
absl::StatusOr<Part> KindlessFromWire(const v1::Part& wire) {
  if (!wire.kind().empty()) return FromWire(wire);
  v1::Part named = wire;
  named.set_kind("any");
  absl::StatusOr<Part> part = FromWire(named);
  if (part.ok()) part->kind.clear();
  return part;
}

}  // namespace

std::vector<Part> RulesFromWire(const google::protobuf::RepeatedPtrField<v1::Part>& stopping,
                                const std::string& path, Refusals& refusals) {
  std::vector<Part> rules;
  if (stopping.size() > kMostRules) {
    refusals.Add(
        path + "stopping", Reason::kInvalidValue,
        absl::StrCat("has ", stopping.size(), " rules; at most ", kMostRules, " are allowed"));
    return rules;
  }
  for (int i = 0; i < stopping.size(); ++i) {
    auto rule = FromWire(stopping.Get(i));
    if (rule.ok()) {
      rules.push_back(*std::move(rule));
    } else {
      refusals.Add(absl::StrCat(path, "stopping[", i, "]"), rule.status());
    }
  }
  return rules;
}

runs::Overrides OverridesFromWire(const v1::Part& optimizer,
                                  const google::protobuf::RepeatedPtrField<v1::Part>& stopping,
                                  Refusals& refusals) {
  runs::Overrides overrides;
  auto part = KindlessFromWire(optimizer);
  if (part.ok()) {
    overrides.optimizer = *std::move(part);
  } else {
    refusals.Add("optimizer", part.status());
  }
  overrides.stopping = RulesFromWire(stopping, "", refusals);
  return overrides;
}

std::vector<Change> ChangesFromWire(const google::protobuf::RepeatedPtrField<v1::RunChange>& wire,
                                    Refusals& refusals) {
  std::vector<Change> changes;
  if (wire.size() > kMostChanges) {
    refusals.Add(
        "changes", Reason::kInvalidValue,
        absl::StrCat("has ", wire.size(), " entries; at most ", kMostChanges, " are allowed"));
    return changes;
  }
  for (int i = 0; i < wire.size(); ++i) {
    const v1::RunChange& one = wire.Get(i);
    const std::string path = absl::StrCat("changes[", i, "].");
    Change& change = changes.emplace_back();
    change.iteration = one.iteration();
    auto optimizer = FromWire(one.optimizer());
    if (optimizer.ok()) {
      change.optimizer = *std::move(optimizer);
    } else {
      refusals.Add(path + "optimizer", optimizer.status());
    }
    change.stopping = RulesFromWire(one.stopping(), path, refusals);
    if (one.has_seed()) change.seed = one.seed();
  }
  return changes;
}

void ToWire(const Change& change, v1::RunChange& wire) {
  wire.set_iteration(change.iteration);
  ToWire(change.optimizer, *wire.mutable_optimizer());
  for (const Part& rule : change.stopping) ToWire(rule, *wire.add_stopping());
  if (change.seed) wire.set_seed(*change.seed);
}

}  // namespace thalweg::rpc
