#include "server/core/models/design.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/models/columns.h"
#include "server/core/models/deal.h"
#include "server/core/number_text.h"
#include "server/core/violation.h"

namespace thalweg::models {
namespace {

constexpr double kMostBytes = 8.0 * (1 << 30);
constexpr size_t kRowsAtOnce = 64;  // of a column, copied into rows that stay in the fast caches

/// The first row, and in it the first of these columns, without a value; nothing where there is
/// none. Rows marked in `dropped` are left out, and `drop` marks those found.
absl::Status RefuseOrDrop(const data::Table& table, const std::vector<size_t>& columns, bool drop,
                          std::vector<bool>& dropped) {
  size_t first = dropped.size();
  size_t where = 0;
  for (const size_t column : columns) {
    const auto cells = table.cells(column);
    for (size_t row = 0; row < (drop ? cells.size() : first); ++row) {
      if (!std::isnan(cells[row]) || dropped[row]) continue;
      if (drop) {
        dropped[row] = true;
      } else {
        first = row;
        where = column;
      }
    }
  }
  if (first == dropped.size()) return absl::OkStatus();
  const std::string& name = table.columns()[where].name;
  return Refuse(absl::StrCat("features[", name, "]"), Reason::kInvalidValue,
                absl::StrFormat("row %d, column %s: no value; leave such rows out (missing: drop), "
                                "fill them (missing: fill), or leave the column out",
                                first + 1, Quoted(name)));
}

absl::Status CheckWeights(const data::Table& table, size_t column, bool drop,
                          std::vector<bool>& dropped) {
  const auto cells = table.cells(column);
  for (size_t row = 0; row < cells.size(); ++row) {
    if (dropped[row] || cells[row] >= 0) continue;
    if (std::isnan(cells[row]) && drop) {
      dropped[row] = true;
      continue;
    }
    return Refuse("weights", Reason::kInvalidValue,
                  absl::StrFormat("row %d, column %s: %s; a weight is a number of 0 or more",
                                  row + 1, Quoted(table.columns()[column].name),
                                  std::isnan(cells[row]) ? "no value" : NumberText(cells[row])));
  }
  return absl::OkStatus();
}

/// The rows that can be learnt from or judged by.
absl::StatusOr<std::vector<int64_t>> UsableRows(const ModelSpec& spec, const data::Table& table,
                                                const Columns& columns, const Targets& targets) {
  std::vector<bool> dropped(static_cast<size_t>(table.rows()), false);
  for (size_t row = 0; row < dropped.size(); ++row) dropped[row] = std::isnan(targets.values[row]);
  const bool drop = spec.missing != Missing::kRefuse;
  if (columns.weights) {
    auto status = CheckWeights(table, *columns.weights, drop, dropped);
    if (!status.ok()) return status;
  }
  if (spec.missing != Missing::kFill) {
    auto status = RefuseOrDrop(table, columns.features, drop, dropped);
    if (!status.ok()) return status;
  }
  std::vector<int64_t> rows;
  for (size_t row = 0; row < dropped.size(); ++row) {
    if (!dropped[row]) rows.push_back(static_cast<int64_t>(row));
  }
  if (rows.size() < 2) {
    return Refuse(
        "dataset", Reason::kInvalidValue,
        absl::StrFormat("%d of the %d rows can be learnt from; 2 are needed (rows without "
                        "a target, or with missing values, are left out)",
                        rows.size(), table.rows()));
  }
  return rows;
}

absl::Status CheckDeal(const Split& split, const Deal& deal) {
  const size_t all = deal.training.size() + deal.validation.size() + deal.test.size();
  const bool no_test = split.test > 0 && deal.test.empty();
  const bool no_validation = (split.validation > 0 || split.folds > 0) && deal.validation.empty();
  if (!no_test && !no_validation && deal.training.size() >= 2) return absl::OkStatus();
  const char* const field = no_test           ? "split.test"
                            : split.folds > 0 ? "split.folds"
                                              : "split.validation";
  return Refuse(
      field, Reason::kInvalidValue,
      absl::StrFormat("%d usable rows make %d to learn from, %d to validate with and %d "
                      "to test with: too few",
                      all, deal.training.size(), deal.validation.size(), deal.test.size()));
}

/// Whether there is something to learn.
absl::Status CheckTargets(const std::string& name, const Targets& targets,
                          const std::vector<int64_t>& training) {
  const auto value = [&](int64_t row) { return targets.values[static_cast<size_t>(row)]; };
  const double first = value(training.front());
  const bool alike = std::all_of(training.begin(), training.end(),
                                 [&](int64_t row) { return value(row) == first; });
  if (!alike) return absl::OkStatus();
  const bool numbers = targets.classes.empty();
  return Refuse(
      "target", Reason::kInvalidValue,
      absl::StrFormat(
          "column %s is %s in all %d training rows; there is nothing to %s", Quoted(name),
          numbers ? NumberText(first) : Quoted(targets.classes[static_cast<size_t>(first)]),
          training.size(), numbers ? "predict" : "tell apart"));
}

absl::Status CheckSize(size_t rows, size_t width) {
  const double bytes = static_cast<double>(rows) * static_cast<double>(width) * sizeof(double);
  if (bytes <= kMostBytes) return absl::OkStatus();
  return Refuse("features", Reason::kInvalidValue,
                absl::StrFormat("%d rows of %d features take %.3g GiB of memory; %.3g at most",
                                rows, width, bytes / (1 << 30), kMostBytes / (1 << 30)));
}

/// The feature's column of a block of rows, which are `width` numbers apart.
void Fill(const data::Table& table, const Feature& feature, Missing missing,
          std::span<const int64_t> rows, size_t width, double* out) {
  const auto cells = table.cells(feature.column);
  const data::ColumnInfo& column = table.columns()[feature.column];
  const bool plain = feature.category < 0 && missing != Missing::kFill;
  for (const int64_t row : rows) {
    const double cell = cells[static_cast<size_t>(row)];
    *out = plain ? (cell - feature.shift) / feature.scale
                 : FeatureValue(feature, column, missing, cell);
    out += width;
  }
}

DesignRows RowsOf(const data::Table& table, const std::vector<Feature>& features, Missing missing,
                  const std::optional<size_t>& weights, const Targets& targets,
                  std::vector<int64_t> rows) {
  DesignRows made;
  made.count = static_cast<Index>(rows.size());
  made.table_rows = std::move(rows);
  const size_t width = features.size();
  const std::span<const int64_t> all = made.table_rows;
  made.features.reserve(all.size() * width);
  std::vector<double> block(kRowsAtOnce * width);
  for (size_t first = 0; first < all.size(); first += kRowsAtOnce) {
    const size_t count = std::min<size_t>(kRowsAtOnce, all.size() - first);
    for (size_t j = 0; j < width; ++j) {
      Fill(table, features[j], missing, all.subspan(first, count), width, block.data() + j);
    }
    made.features.insert(made.features.end(), block.begin(),
                         block.begin() + static_cast<std::ptrdiff_t>(count * width));
  }
  made.total_weight = static_cast<double>(made.count);
  for (const int64_t row : made.table_rows) {
    made.targets.push_back(targets.values[static_cast<size_t>(row)]);
    if (weights) made.weights.push_back(table.cells(*weights)[static_cast<size_t>(row)]);
  }
  if (weights) {
    made.total_weight = 0;
    for (const double weight : made.weights) made.total_weight += weight;
  }
  return made;
}

size_t BytesOf(const DesignRows& rows) {
  return sizeof(double) * (rows.features.size() + rows.targets.size() + rows.weights.size() +
                           rows.table_rows.size());
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Design>> Design::Make(const ModelSpec& spec,
                                                           const data::Table& table, Task task,
                                                           Encoding encoding) {
  if (auto status = CheckSplit(spec.split); !status.ok()) return status;
  const auto columns = ChooseColumns(spec, table, encoding);
  if (!columns.ok()) return columns.status();
  auto targets = ReadTargets(table, columns->target, task);
  if (!targets.ok()) return targets.status();
  const auto rows = UsableRows(spec, table, *columns, *targets);
  if (!rows.ok()) return rows.status();

  std::vector<int64_t> strata;
  if (task == Task::kClassification) {
    for (const int64_t row : *rows) {
      strata.push_back(static_cast<int64_t>(targets->values[static_cast<size_t>(row)]));
    }
  }
  Deal deal = DealRows(spec.split, *rows, strata);
  if (auto status = CheckDeal(spec.split, deal); !status.ok()) return status;
  auto status = CheckTargets(spec.target, *targets, deal.training);
  if (!status.ok()) return status;

  std::shared_ptr<Design> design(new Design());
  design->task_ = task;
  design->encoding_ = encoding;
  design->missing_ = spec.missing;
  for (const size_t column : columns->features) {
    const auto features =
        FeaturesOf(table, column, deal.training, spec, encoding, design->remarks_);
    if (!features.ok()) return features.status();
    design->features_.insert(design->features_.end(), features->begin(), features->end());
    if (!features->empty()) design->columns_.push_back(table.columns()[column]);
  }
  if (design->features_.empty()) {
    return Refuse("features", Reason::kInvalidValue, "no column has more than one category");
  }
  status = CheckSize(rows->size(), design->features_.size());
  if (!status.ok()) return status;
  for (const auto& [part, dealt] : {std::pair(&design->training_, &deal.training),
                                    {&design->validation_, &deal.validation},
                                    {&design->test_, &deal.test}}) {
    *part = RowsOf(table, design->features_, spec.missing, columns->weights, *targets,
                   std::move(*dealt));
  }
  for (const auto& [part, what] :
       {std::pair(&design->training_, "learn from"), {&design->validation_, "validate with"}}) {
    if (part->count == 0 || part->total_weight > 0) continue;
    return Refuse("weights", Reason::kInvalidValue,
                  absl::StrFormat("all %d rows to %s weigh 0", part->count, what));
  }
  design->classes_ = std::move(targets->classes);
  return design;
}

size_t Design::bytes() const { return BytesOf(training_) + BytesOf(validation_) + BytesOf(test_); }

}  // namespace thalweg::models
