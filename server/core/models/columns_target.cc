#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "absl/strings/str_format.h"
#include "server/core/models/columns.h"
#include "server/core/number_text.h"
#include "server/core/violation.h"

namespace thalweg::models {
namespace {

constexpr size_t kMostClasses = 1000;

absl::Status RefuseTarget(std::string what) {
  return Refuse("target", Reason::kInvalidValue, std::move(what));
}

absl::Status TooManyClasses(const std::string& name) {
  return RefuseTarget(absl::StrFormat(
      "column %s has more than %d different values, and a model of classes takes 2 to %d; is it a "
      "number to be predicted? choose a model of numbers: linear",
      Quoted(name), kMostClasses, kMostClasses));
}

/// Classes of a column of whole numbers, by size.
absl::StatusOr<Targets> WholeNumbers(const data::Table& table, size_t column) {
  const auto cells = table.cells(column);
  const std::string& name = table.columns()[column].name;
  std::set<double> different;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (std::isnan(cells[i])) continue;
    if (cells[i] != std::floor(cells[i])) {
      return RefuseTarget(absl::StrFormat(
          "row %d, column %s: %s is no class; classes are categories or whole numbers (a model of "
          "numbers, such as linear, takes any)",
          i + 1, Quoted(name), NumberText(cells[i])));
    }
    different.insert(cells[i]);
    if (different.size() > kMostClasses) return TooManyClasses(name);
  }
  const std::vector<double> numbers(different.begin(), different.end());
  Targets targets;
  for (const double number : numbers) targets.classes.push_back(NumberText(number));
  targets.values.reserve(cells.size());
  for (const double cell : cells) {
    const auto place = std::lower_bound(numbers.begin(), numbers.end(), cell);
    targets.values.push_back(std::isnan(cell) ? cell
                                              : static_cast<double>(place - numbers.begin()));
  }
  return targets;
}

}  // namespace

absl::StatusOr<Targets> ReadTargets(const data::Table& table, size_t column, Task task) {
  const data::ColumnInfo& info = table.columns()[column];
  const auto cells = table.cells(column);
  const bool categories = info.type == data::ColumnType::kCategory;
  if (std::all_of(cells.begin(), cells.end(), [](double cell) { return std::isnan(cell); })) {
    return RefuseTarget(absl::StrFormat("column %s has no value in any of the %d rows",
                                        Quoted(info.name), table.rows()));
  }
  if (task == Task::kClassification && !categories) return WholeNumbers(table, column);
  if (task == Task::kRegression && categories) {
    return RefuseTarget(absl::StrFormat(
        "column %s holds categories (%s, ...), and this model predicts numbers; choose a model of "
        "classes: logistic, softmax, svm",
        Quoted(info.name), Quoted(info.categories.front())));
  }
  Targets targets{.classes = {}, .values = {cells.begin(), cells.end()}};
  if (!categories) return targets;
  if (info.categories.size() > kMostClasses) return TooManyClasses(info.name);
  targets.classes = info.categories;
  return targets;
}

}  // namespace thalweg::models
