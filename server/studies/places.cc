#include "server/studies/places.h"

#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/core/violation.h"

namespace thalweg::studies {
namespace {

constexpr double kMostExact = 9007199254740992.0;  // 2^53

absl::Status Wrong(std::string description) {
  return Refuse("", Reason::kInvalidValue, std::move(description));
}

/// What is left of a path.
class Path {
 public:
  explicit Path(std::string_view text) : text_(text) {}

  bool AtEnd() const { return text_.empty(); }
  bool Take(std::string_view word) {
    const bool next = text_.substr(0, word.size()) == word;
    // "seed" does not begin "seeds".
    const bool whole = next && (text_.size() == word.size() || text_[word.size()] == '.' ||
                                text_[word.size()] == '[');
    if (whole) text_.remove_prefix(word.size());
    return whole;
  }
  /// What stands in brackets next.
  std::optional<std::string> Key() {
    const size_t close = text_.find(']');
    if (text_.empty() || text_.front() != '[' || close == std::string_view::npos || close == 1) {
      return std::nullopt;
    }
    const std::string key(text_.substr(1, close - 1));
    text_.remove_prefix(close + 1);
    return key;
  }
  std::optional<size_t> Index() {
    const std::optional<std::string> key = Key();
    uint32_t index = 0;
    if (!key || !absl::SimpleAtoi(*key, &index)) return std::nullopt;
    return index;
  }

 private:
  std::string_view text_;
};

absl::Status NoPlace() {
  return Wrong(
      "is no place in a run; known: optimizer, optimizer.settings[NAME], stopping[I], "
      "stopping[I].settings[NAME], start, start.values[NAME], seed, objective.dimension, "
      "objective.parameters[NAME], batches, batches.settings[NAME], objective.model.model, "
      "objective.model.loss, objective.model.penalty (and their settings[NAME]), "
      "objective.model.scaling, objective.model.split.fold, objective.model.split.validation, "
      "objective.model.split.seed; a setting that is a part goes on with .part.settings[NAME]");
}

absl::StatusOr<Part> PartIn(const Setting& value) {
  if (const auto* kind = std::get_if<std::string>(&value)) return Part{*kind, {}};
  const auto* parts = std::get_if<std::vector<Part>>(&value);
  if (parts != nullptr && parts->size() == 1) return parts->front();
  return Wrong("wants parts, or their kinds");
}

absl::StatusOr<std::vector<double>> NumbersIn(const Setting& value) {
  if (const auto* number = std::get_if<double>(&value)) return std::vector<double>{*number};
  if (const auto* numbers = std::get_if<std::vector<double>>(&value)) return *numbers;
  return Wrong("wants numbers, or lists of numbers");
}

absl::StatusOr<int64_t> CountIn(const Setting& value) {
  const auto* number = std::get_if<double>(&value);
  const bool whole =
      number != nullptr && *number >= 0 && *number <= kMostExact && *number == std::trunc(*number);
  if (!whole) return Wrong("wants whole numbers from 0 to 2^53");
  return static_cast<int64_t>(*number);
}

absl::Status PutInPart(Path& path, const Setting& value, Part& part);

/// Where a setting is a part, or a list of them.
absl::Status PutInSetting(Path& path, const Setting& value, Setting& setting) {
  const bool one = path.Take(".part");
  const std::optional<size_t> index = one ? 0 : (path.Take(".parts") ? path.Index() : std::nullopt);
  if (!index) return NoPlace();
  if (auto* kind = std::get_if<std::string>(&setting)) {
    setting = std::vector<Part>{Part{*kind, {}}};
  }
  auto* const parts = std::get_if<std::vector<Part>>(&setting);
  if (parts == nullptr || *index >= parts->size()) {
    return Wrong("leads through a part that the run does not have; give it in the run");
  }
  return PutInPart(path, value, (*parts)[*index]);
}

absl::Status PutInPart(Path& path, const Setting& value, Part& part) {
  if (path.AtEnd()) {
    absl::StatusOr<Part> given = PartIn(value);
    if (!given.ok()) return given.status();
    part = *std::move(given);
    return absl::OkStatus();
  }
  const std::optional<std::string> name = path.Take(".settings") ? path.Key() : std::nullopt;
  if (!name) return NoPlace();
  if (path.AtEnd()) {
    part.settings[*name] = value;
    return absl::OkStatus();
  }
  const auto inner = part.settings.find(*name);
  if (inner == part.settings.end()) {
    return Wrong("leads through a setting that the run does not have; give it in the run");
  }
  return PutInSetting(path, value, inner->second);
}

absl::Status PutInStopping(Path& path, const Setting& value, runs::RunSpec& spec) {
  const std::optional<size_t> index = path.Index();
  if (!index) return NoPlace();
  if (*index >= spec.stopping.size()) {
    return Wrong(
        absl::StrCat("is beyond the ", spec.stopping.size(), " stopping rules that the run has"));
  }
  return PutInPart(path, value, spec.stopping[*index]);
}

absl::Status PutInStart(Path& path, const AxisValue& value, runs::RunSpec& spec) {
  if (path.AtEnd()) {
    const auto* point = std::get_if<NamedValues>(&value);
    if (point == nullptr) return Wrong("wants points");
    spec.start = *point;
    return absl::OkStatus();
  }
  const std::optional<std::string> name = path.Take(".values") ? path.Key() : std::nullopt;
  const auto* setting = std::get_if<Setting>(&value);
  if (!name || !path.AtEnd() || setting == nullptr) return NoPlace();
  auto numbers = NumbersIn(*setting);
  if (!numbers.ok()) return numbers.status();
  spec.start[*name] = *std::move(numbers);
  return absl::OkStatus();
}

absl::Status PutScaling(const Setting& value, models::Scaling& scaling) {
  static const std::map<std::string, models::Scaling> known = {
      {"none", models::Scaling::kNone},
      {"standard", models::Scaling::kStandard},
      {"min_max", models::Scaling::kMinMax},
      {"robust", models::Scaling::kRobust}};
  const auto* const name = std::get_if<std::string>(&value);
  const auto found = name == nullptr ? known.end() : known.find(*name);
  if (found == known.end()) return Wrong("wants one of none, standard, min_max, robust");
  scaling = found->second;
  return absl::OkStatus();
}

absl::Status PutInSplit(Path& path, const Setting& value, models::Split& split) {
  if (path.Take(".validation") && path.AtEnd()) {
    const auto* const share = std::get_if<double>(&value);
    if (share == nullptr || !(*share >= 0 && *share <= 0.9)) {
      return Wrong("wants numbers from 0 to 0.9");
    }
    split.validation = *share;
    return absl::OkStatus();
  }
  const bool fold = path.Take(".fold");
  if (!(fold || path.Take(".seed")) || !path.AtEnd()) return NoPlace();
  const auto count = CountIn(value);
  if (!count.ok()) return count.status();
  if (!fold) {
    split.seed = static_cast<uint64_t>(*count);
  } else if (*count < split.folds) {
    split.fold = *count;
  } else {
    return Wrong(absl::StrCat("wants whole numbers below split.folds, which is ", split.folds));
  }
  return absl::OkStatus();
}

absl::Status PutInModel(Path& path, const Setting& value, ObjectiveSpec& objective) {
  if (!objective.model) return Wrong("is of models, and the run's objective is none");
  models::ModelSpec& model = *objective.model;
  if (path.Take(".model")) return PutInPart(path, value, model.model);
  if (path.Take(".loss")) return PutInPart(path, value, model.loss);
  if (path.Take(".penalty")) return PutInPart(path, value, model.penalty);
  if (path.Take(".split")) return PutInSplit(path, value, model.split);
  if (path.Take(".scaling") && path.AtEnd()) return PutScaling(value, model.scaling);
  return NoPlace();
}

absl::Status PutInObjective(Path& path, const Setting& value, ObjectiveSpec& objective) {
  if (path.Take(".dimension") && path.AtEnd()) {
    const auto count = CountIn(value);
    if (!count.ok()) return count.status();
    objective.dimension = *count;
    return absl::OkStatus();
  }
  if (path.Take(".model")) return PutInModel(path, value, objective);
  const std::optional<std::string> name = path.Take(".parameters") ? path.Key() : std::nullopt;
  if (!name || !path.AtEnd()) return NoPlace();
  auto numbers = NumbersIn(value);
  if (!numbers.ok()) return numbers.status();
  const bool scalar = std::holds_alternative<double>(value);
  objective.parameters[*name] = expression::Parameter{scalar, *std::move(numbers)};
  return absl::OkStatus();
}

}  // namespace

absl::Status Put(const std::string& text, const AxisValue& value, runs::RunSpec& spec) {
  Path path(text);
  if (path.Take("start")) return PutInStart(path, value, spec);
  const auto* const setting = std::get_if<Setting>(&value);
  if (setting == nullptr) return Wrong("wants settings; points go to start");
  if (path.Take("optimizer")) return PutInPart(path, *setting, spec.optimizer);
  if (path.Take("batches")) return PutInPart(path, *setting, spec.batches);
  if (path.Take("stopping")) return PutInStopping(path, *setting, spec);
  if (path.Take("objective")) return PutInObjective(path, *setting, spec.objective);
  if (!path.Take("seed") || !path.AtEnd()) return NoPlace();
  const auto seed = CountIn(*setting);
  if (!seed.ok()) return seed.status();
  spec.seed = static_cast<uint64_t>(*seed);
  return absl::OkStatus();
}

std::string NameOf(const std::string& path) {
  const size_t close = path.rfind(']');
  const size_t open = path.rfind('[', close);
  if (close == path.size() - 1 && open != std::string::npos && open > 0) {
    const std::string key = path.substr(open + 1, close - open - 1);
    uint32_t index = 0;
    return absl::SimpleAtoi(key, &index) ? path : key;
  }
  const size_t dot = path.rfind('.');
  return dot == std::string::npos ? path : path.substr(dot + 1);
}

}  // namespace thalweg::studies
