#include "server/runs/default_settings.h"

#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "server/core/batches/batch_plan.h"
#include "server/core/composition/stages.h"
#include "server/core/line_search.h"
#include "server/core/optimizer.h"
#include "server/core/schedule.h"
#include "server/core/stopping_rule.h"

namespace thalweg::runs {
namespace {

// Numbers are printed so that they read back as the same double. Lists have no defaults worth
// writing down: those that have options of this type require them.
std::optional<Setting> DefaultOf(const OptionInfo& info) {
  if (info.default_text.empty()) return std::nullopt;
  double number = 0;
  switch (info.type) {
    case OptionType::kFlag:
      return Setting(info.default_text == "true");
    case OptionType::kText:
    case OptionType::kPart:
      return Setting(info.default_text);
    case OptionType::kNumber:
    case OptionType::kInteger:
    case OptionType::kSchedule:
      if (absl::SimpleAtod(info.default_text, &number)) return Setting(number);
      return std::nullopt;
    case OptionType::kNumbers:
    case OptionType::kParts:
      return std::nullopt;
  }
  return std::nullopt;
}

void FillPart(std::string_view catalogue, Part& part);

// Of the options, and of the parts among them, to any depth.
void Fill(const std::vector<OptionInfo>& options, Part& part) {
  for (const OptionInfo& info : options) {
    if (!part.settings.contains(info.name)) {
      if (std::optional<Setting> value = DefaultOf(info)) {
        part.settings.emplace(info.name, *std::move(value));
      }
    }
    const auto given = part.settings.find(info.name);
    if (given == part.settings.end()) continue;
    if (info.type == OptionType::kPart && std::holds_alternative<std::string>(given->second)) {
      given->second = std::vector<Part>{{std::get<std::string>(given->second), {}}};
    }
    if (auto* inner = std::get_if<std::vector<Part>>(&given->second)) {
      for (Part& one : *inner) FillPart(info.catalogue, one);
    }
  }
}

template <typename Thing>
void FillFrom(std::span<const CatalogEntry<Thing>> entries, Part& part) {
  const CatalogEntry<Thing>* const entry = FindEntry(entries, part.kind);
  if (entry != nullptr) Fill(entry->options, part);
}

void FillPart(std::string_view catalogue, Part& part) {
  if (catalogue == "line search") return FillFrom(LineSearches(), part);
  if (catalogue == "optimizer") return FillFrom(Optimizers(), part);
  if (catalogue == "stage") return FillFrom(StageKinds(), part);
  if (catalogue == "schedule") return FillFrom(Schedules(), part);
  if (catalogue == "stopping rule") return FillFrom(StoppingRules(), part);
  if (catalogue == "batches") return FillFrom(BatchPlans(), part);
}

}  // namespace

void FillDefaults(Part& optimizer, std::vector<Part>& stopping) {
  FillPart("optimizer", optimizer);
  for (Part& rule : stopping) FillPart("stopping rule", rule);
}

void FillDefaults(Part& batches) { FillPart("batches", batches); }

}  // namespace thalweg::runs
