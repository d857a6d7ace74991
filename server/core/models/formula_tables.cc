#include "server/core/models/formula_tables.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/core/models/deal.h"
#include "server/core/models/formula.h"
#include "server/core/violation.h"

namespace thalweg::models {
namespace {

constexpr char kExpression[] = "model.settings[expression]";
constexpr int64_t kMostNumbers = int64_t{1} << 25;  // 256 MiB, and evaluators copy them

bool IsNameStart(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool IsNamePart(char c) {
  return IsNameStart(c) || absl::ascii_isdigit(static_cast<unsigned char>(c));
}

/// Every name in a formula that is not called.
std::set<std::string> NamesIn(const std::string& text) {
  std::set<std::string> names;
  for (size_t at = 0; at < text.size();) {
    if (!IsNamePart(text[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < text.size() && IsNamePart(text[end])) ++end;
    size_t next = end;
    while (next < text.size() && text[next] == ' ') ++next;
    const bool called = next < text.size() && text[next] == '(';
    if (IsNameStart(text[at]) && !called) names.insert(text.substr(at, end - at));
    at = end;
  }
  return names;
}

using Status = absl::Status;

/// The work of TablesOf.
class Reader {
 public:
  Reader(const ModelSpec& spec, const data::Table& table) : spec_(spec), table_(table) {}

  Status Choose(const std::string& text, const std::set<std::string>& unknowns);
  Status Deal();
  absl::StatusOr<FormulaTables> Read();

 private:
  absl::StatusOr<size_t> Column(const std::string& field, const std::string& name) const;
  Status ChooseFeatures();
  const std::string& Name(size_t column) const { return table_.columns()[column].name; }
  std::vector<size_t> Used() const;
  double Filling(size_t column) const;
  std::vector<double> Cells(const std::vector<size_t>& columns) const;

  const ModelSpec& spec_;
  const data::Table& table_;
  std::optional<size_t> target_;
  std::map<std::string, size_t> vectors_;  // names in the formula
  bool matrix_ = false;                    // whether it uses X
  std::vector<size_t> features_;           // columns of X
  FormulaTables tables_;
  std::vector<int64_t> training_, rows_;  // of the table; all that are seen
};

absl::StatusOr<size_t> Reader::Column(const std::string& field, const std::string& name) const {
  const Index place = table_.Find(name);
  if (place >= 0) return static_cast<size_t>(place);
  std::vector<std::string> known;
  for (const data::ColumnInfo& column : table_.columns()) known.push_back(column.name);
  return Refuse(field, Reason::kUnknownName, UnknownName("column", name, known));
}

Status Reader::ChooseFeatures() {
  for (const std::string& name : spec_.features) {
    const std::string field = absl::StrCat("features[", name, "]");
    const auto column = Column(field, name);
    if (!column.ok()) return column.status();
    if (column.value() == target_) {
      return Refuse(field, Reason::kInvalidValue, "the target cannot be a feature too");
    }
    features_.push_back(*column);
  }
  for (size_t i = 0; i < table_.columns().size() && spec_.features.empty(); ++i) {
    if (i != target_) features_.push_back(i);
  }
  if (!features_.empty()) return absl::OkStatus();
  return Refuse("features", Reason::kInvalidValue, "X has no column: there is none but the target");
}

Status Reader::Choose(const std::string& text, const std::set<std::string>& unknowns) {
  if (!spec_.target.empty()) {
    const auto column = Column("target", spec_.target);
    if (!column.ok()) return column.status();
    target_ = *column;
  }
  const std::set<std::string> names = NamesIn(text);
  const auto wanted = [&](const std::string& name) {
    return names.count(name) > 0 && unknowns.count(name) == 0;
  };
  for (size_t i = 0; i < table_.columns().size(); ++i) {
    const std::string name = IdentifierOf(Name(i));
    if (!wanted(name)) continue;
    const auto [known, added] = vectors_.emplace(name, i);
    if (!added) {
      return Refuse(kExpression, Reason::kInvalidValue,
                    absl::StrFormat("%s could be column %s or column %s; rename one", name,
                                    Quoted(Name(known->second)), Quoted(Name(i))));
    }
    if (name != Name(i)) {
      tables_.remarks.push_back(
          absl::StrFormat("column %s is %s in the formula", Quoted(Name(i)), name));
    }
  }
  if (wanted("y") && target_) vectors_.emplace("y", *target_);
  matrix_ = wanted("X") && vectors_.count("X") == 0;
  if (matrix_) {
    if (auto status = ChooseFeatures(); !status.ok()) return status;
  }
  if (matrix_ || !vectors_.empty()) return absl::OkStatus();
  std::vector<std::string> offered = {"X"};
  if (target_) offered.push_back("y");
  for (size_t i = 0; i < std::min<size_t>(table_.columns().size(), 20); ++i) {
    offered.push_back(IdentifierOf(Name(i)));
  }
  return Refuse(
      kExpression, Reason::kInvalidValue,
      absl::StrCat("it uses no column of the table; there are ", absl::StrJoin(offered, ", ")));
}

std::vector<size_t> Reader::Used() const {
  std::set<size_t> used(features_.begin(), features_.end());
  for (const auto& [name, column] : vectors_) used.insert(column);
  return {used.begin(), used.end()};
}

Status Reader::Deal() {
  if (auto status = CheckSplit(spec_.split); !status.ok()) return status;
  const std::vector<size_t> used = Used();
  std::vector<int64_t> usable;
  for (Index row = 0; row < table_.rows(); ++row) {
    const auto missing = [&](size_t column) {
      return std::isnan(table_.cells(column)[static_cast<size_t>(row)]);
    };
    const bool no_target = target_ && missing(*target_);
    const auto gap = std::find_if(used.begin(), used.end(), missing);
    if (no_target || (gap != used.end() && spec_.missing == Missing::kDrop)) continue;
    if (gap != used.end() && spec_.missing == Missing::kRefuse) {
      return Refuse(absl::StrCat("features[", Name(*gap), "]"), Reason::kInvalidValue,
                    absl::StrFormat("row %d, column %s: no value; leave such rows out (missing: "
                                    "drop), fill them (missing: fill), or leave the column out",
                                    row + 1, Quoted(Name(*gap))));
    }
    usable.push_back(row);
  }
  const models::Deal deal = DealRows(spec_.split, usable, /*strata=*/{});
  const bool validates = spec_.split.validation > 0 || spec_.split.folds > 0;
  if (deal.training.empty() || (validates && deal.validation.empty())) {
    return Refuse(deal.training.empty() ? "dataset" : "split.validation", Reason::kInvalidValue,
                  absl::StrFormat("%d usable rows make %d to learn from, %d to validate with and "
                                  "%d to test with: too few",
                                  usable.size(), deal.training.size(), deal.validation.size(),
                                  deal.test.size()));
  }
  tables_.training = static_cast<Index>(deal.training.size());
  tables_.validation = static_cast<Index>(deal.validation.size());
  training_ = rows_ = deal.training;
  rows_.insert(rows_.end(), deal.validation.begin(), deal.validation.end());
  return absl::OkStatus();
}

/// What stands for a missing cell: the mean of the training rows, or a category of its own.
double Reader::Filling(size_t column) const {
  const data::ColumnInfo& info = table_.columns()[column];
  if (info.type == data::ColumnType::kCategory) return static_cast<double>(info.categories.size());
  double sum = 0;
  double count = 0;
  for (const int64_t row : training_) {
    const double cell = table_.cells(column)[static_cast<size_t>(row)];
    if (std::isnan(cell)) continue;
    sum += cell;
    ++count;
  }
  return count > 0 ? sum / count : 0;
}

/// Row after row.
std::vector<double> Reader::Cells(const std::vector<size_t>& columns) const {
  const size_t width = columns.size();
  std::vector<double> numbers(rows_.size() * width);
  for (size_t j = 0; j < width; ++j) {
    const auto cells = table_.cells(columns[j]);
    const double filling = spec_.missing == Missing::kFill ? Filling(columns[j]) : 0;
    for (size_t i = 0; i < rows_.size(); ++i) {
      const double cell = cells[static_cast<size_t>(rows_[i])];
      numbers[i * width + j] = std::isnan(cell) ? filling : cell;
    }
  }
  return numbers;
}

absl::StatusOr<FormulaTables> Reader::Read() {
  const auto width = static_cast<int64_t>(vectors_.size() + features_.size());
  if (static_cast<int64_t>(rows_.size()) > kMostNumbers / width) {
    return Refuse(kExpression, Reason::kInvalidValue,
                  absl::StrFormat("it uses %d numbers of %d rows; a formula may use %d in all",
                                  width, rows_.size(), kMostNumbers));
  }
  for (const auto& [name, column] : vectors_) {
    tables_.parameters[name] = {.scalar = false, .values = Cells({column}), .columns = 0};
    tables_.names.push_back(name);
  }
  if (matrix_) {
    tables_.parameters["X"] = {.scalar = false,
                               .values = Cells(features_),
                               .columns = static_cast<int64_t>(features_.size())};
    tables_.names.push_back("X");
  }
  return std::move(tables_);
}

}  // namespace

absl::StatusOr<FormulaTables> TablesOf(const ModelSpec& spec, const data::Table& table,
                                       const std::string& text,
                                       const std::set<std::string>& unknowns) {
  Reader reader(spec, table);
  if (auto status = reader.Choose(text, unknowns); !status.ok()) return status;
  if (auto status = reader.Deal(); !status.ok()) return status;
  return reader.Read();
}

}  // namespace thalweg::models
