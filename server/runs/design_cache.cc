#include "server/runs/design_cache.h"

#include "absl/strings/str_cat.h"

namespace thalweg::runs {
namespace {

using models::ModelSpec;

/// What a design depends on.
std::string KeyOf(const ModelSpec& spec, models::Task task, models::Encoding encoding) {
  const auto& split = spec.split;
  std::string key =
      absl::StrCat(static_cast<int>(task), " ", static_cast<int>(encoding), " ",
                   static_cast<int>(spec.scaling), " ", static_cast<int>(spec.missing), " ",
                   split.folds, " ", split.fold, " ", split.seed, " ", split.in_order ? 1 : 0);
  const auto add = [&](const std::string& text) {
    absl::StrAppend(&key, " ", text.size(), ":", text);
  };
  for (const double share : {split.validation, split.test}) {
    add(std::string(reinterpret_cast<const char*>(&share), sizeof share));
  }
  for (const std::string& text : {spec.dataset, spec.target, spec.weights}) add(text);
  for (const std::string& feature : spec.features) add(feature);
  return key;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const models::Design>> DesignCache::Open(const ModelSpec& spec,
                                                                        models::Task task,
                                                                        models::Encoding encoding,
                                                                        data::TableSource& tables) {
  std::shared_ptr<Slot> slot;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(slots_, [](const auto& entry) {
      return entry.second.use_count() == 1 && entry.second->design.expired();
    });
    auto& place = slots_[KeyOf(spec, task, encoding)];
    if (!place) place = std::make_shared<Slot>();
    slot = place;
  }
  const std::lock_guard lock(slot->mutex);
  if (auto design = slot->design.lock()) return design;
  const auto table = tables.Open(spec.dataset);
  if (!table.ok()) return table.status();
  auto design = models::Design::Make(spec, **table, task, encoding);
  if (design.ok()) slot->design = *design;
  return design;
}

}  // namespace thalweg::runs
