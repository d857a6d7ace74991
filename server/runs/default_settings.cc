#include "server/runs/default_settings.h"

#include <optional>
#include <span>
#include <utility>

#include "absl/strings/numbers.h"
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
      return Setting(info.default_text);
    case OptionType::kNumber:
    case OptionType::kInteger:
    case OptionType::kSchedule:
    case OptionType::kPart:
      if (absl::SimpleAtod(info.default_text, &number)) return Setting(number);
      return std::nullopt;
    case OptionType::kNumbers:
    case OptionType::kParts:
      return std::nullopt;
  }
  return std::nullopt;
}

template <typename Thing>
void Fill(std::span<const CatalogEntry<Thing>> entries, Part& part) {
  const CatalogEntry<Thing>* const entry = FindEntry(entries, part.kind);
  if (entry == nullptr) return;
  for (const OptionInfo& info : entry->options) {
    if (part.settings.contains(info.name)) continue;
    if (std::optional<Setting> value = DefaultOf(info)) {
      part.settings.emplace(info.name, *std::move(value));
    }
  }
  for (auto& [name, setting] : part.settings) {
    if (auto* inner = std::get_if<std::vector<Part>>(&setting)) {
      for (Part& schedule : *inner) Fill(Schedules(), schedule);  // the only parts within parts
    }
  }
}

}  // namespace

void FillDefaults(RunSpec& spec) {
  Fill(Optimizers(), spec.optimizer);
  for (Part& rule : spec.stopping) Fill(StoppingRules(), rule);
}

}  // namespace thalweg::runs
