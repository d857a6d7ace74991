#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/data/csv.h"
#include "server/core/violation.h"

namespace thalweg::data {
namespace {

constexpr int64_t kMostRows = int64_t{1} << 40;

absl::Status CellInvalid(const std::string& what) { return Refuse("", Reason::kCellInvalid, what); }

std::string At(int64_t line, std::string_view column) {
  return absl::StrCat("row ", line, ", column ", Quoted(column), ": ");
}

}  // namespace

CsvScan::CsvScan(CsvFormat format)
    : format_(std::move(format)),
      cells_(format_.delimiter, [this](int64_t line, std::span<const std::string_view> cells) {
        return TakeRow(line, cells);
      }) {
  if (format_.missing.empty()) {
    format_.missing.assign(std::begin(kUsualMissing), std::end(kUsualMissing));
  }
  missing_.insert(format_.missing.begin(), format_.missing.end());
  missing_.insert("");
}

absl::Status CsvScan::TakeRow(int64_t line, std::span<const std::string_view> cells) {
  if (std::exchange(first_, false)) {
    bool is_header = false;
    absl::Status status = TakeFirstRow(cells, is_header);
    if (!status.ok() || is_header) return status;
  }
  if (cells.size() != columns_.size()) {
    return Refuse("", Reason::kDatasetShapeMismatch,
                  absl::StrCat("row ", line, " has ", cells.size(), " cells; expected ",
                               columns_.size(), ", as in the first row"));
  }
  if (++rows_ > kMostRows) return CellInvalid("there are too many rows");
  for (size_t i = 0; i < cells.size(); ++i) {
    Column& column = columns_[i];
    if (missing_.contains(cells[i])) continue;
    if (column.given && column.info.type == ColumnType::kCategory) continue;
    double value = 0;
    if (!ReadNumber(cells[i], value)) {
      ++column.texts;
      if (column.text.line == 0) column.text = {line, std::string(cells[i].substr(0, 200))};
    } else {
      ++column.numbers;
      if (!std::isfinite(value) && column.infinite.line == 0) {
        column.infinite = {line, std::string(cells[i].substr(0, 200))};
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CsvScan::TakeFirstRow(std::span<const std::string_view> cells, bool& is_header) {
  int64_t texts = 0;
  int64_t numbers = 0;
  for (const std::string_view cell : cells) {
    double value = 0;
    const bool number = ReadNumber(cell, value);
    numbers += number ? 1 : 0;
    texts += !number && !missing_.contains(cell) ? 1 : 0;
  }
  if (!format_.header) format_.header = texts > 0 || numbers == 0;
  is_header = *format_.header;
  if (is_header) {
    if (absl::Status status = NameColumns(cells); !status.ok()) return status;
  } else {
    for (size_t i = 0; i < cells.size(); ++i) {
      columns_.push_back({.info = {.name = absl::StrCat("c", i + 1)}});
    }
  }
  return TakeTypes();
}

absl::Status CsvScan::NameColumns(std::span<const std::string_view> names) {
  std::map<std::string_view, size_t> places;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string where = absl::StrCat("row 1, column ", i + 1, ": ");
    if (names[i].empty()) return CellInvalid(where + "the column has no name");
    if (names[i].size() > kLongestColumnName) {
      return CellInvalid(absl::StrCat(where, "a name of ", names[i].size(), " bytes; at most ",
                                      kLongestColumnName, " are allowed"));
    }
    const auto [place, is_new] = places.insert({names[i], i});
    if (!is_new) {
      return CellInvalid(absl::StrCat(where, "the name ", Quoted(names[i]), " is that of column ",
                                      place->second + 1, " as well"));
    }
    columns_.push_back({.info = {.name = std::string(names[i])}});
  }
  return absl::OkStatus();
}

absl::Status CsvScan::TakeTypes() {
  std::vector<std::string> known;
  for (Column& column : columns_) {
    known.push_back(column.info.name);
    const auto type = format_.types.find(column.info.name);
    if (type == format_.types.end()) continue;
    column.given = true;
    column.info.type = type->second;
  }
  for (const auto& [name, type] : format_.types) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    if (known.size() > 100) known.resize(100);  // enough for a message
    return Refuse(absl::StrCat("types[", name.substr(0, kLongestColumnName), "]"),
                  Reason::kUnknownName, UnknownName("column", name, known));
  }
  return absl::OkStatus();
}

absl::Status CsvScan::Decide(Column& column) const {
  const std::string& name = column.info.name;
  if (!column.given) {
    column.info.type = column.texts == 0 || column.numbers > column.texts ? ColumnType::kNumber
                                                                          : ColumnType::kCategory;
  }
  if (column.info.type == ColumnType::kCategory) return absl::OkStatus();
  if (column.texts > 0) {
    const std::string why =
        column.given ? "the column is said to hold numbers"
        : column.texts == 1
            ? "the other cells are"
            : absl::StrCat(column.numbers, " of the ", column.numbers + column.texts, " cells are");
    return CellInvalid(absl::StrCat(At(column.text.line, name), Quoted(column.text.text),
                                    " is no number; ", why,
                                    ". If it means that there is no value, or if the column holds "
                                    "categories, say so"));
  }
  if (column.infinite.line != 0) {
    return CellInvalid(
        absl::StrCat(At(column.infinite.line, name), Quoted(column.infinite.text),
                     " is not finite; leave the cell empty where there is no value"));
  }
  return absl::OkStatus();
}

absl::StatusOr<CsvPlan> CsvScan::Finish() {
  if (absl::Status status = cells_.Finish(); !status.ok()) return status;
  if (columns_.empty()) {
    return Refuse("", Reason::kDatasetShapeMismatch, "the file is empty");
  }
  if (rows_ == 0) {
    return Refuse("", Reason::kDatasetShapeMismatch,
                  "the file has a line of names and no row below it");
  }
  CsvPlan plan{.format = format_, .columns = {}, .rows = static_cast<Index>(rows_)};
  plan.format.delimiter = cells_.delimiter();
  for (Column& column : columns_) {
    if (absl::Status status = Decide(column); !status.ok()) return status;
    plan.columns.push_back(column.info);
  }
  return plan;
}

}  // namespace thalweg::data
