#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/data/csv.h"
#include "server/core/data/statistics.h"
#include "server/core/violation.h"

namespace thalweg::data {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Numbers before others, by size; all else by bytes.
bool Before(const std::string& a, const std::string& b) {
  double x = 0;
  double y = 0;
  const bool a_is = ReadNumber(a, x);
  const bool b_is = ReadNumber(b, y);
  if (a_is != b_is) return a_is;
  if (a_is && x != y) return x < y;
  return a < b;
}

absl::Status ChangedMeanwhile() {
  return absl::InternalError("the second reading of a table differs from the first");
}

}  // namespace

CsvFill::CsvFill(CsvPlan plan, double* cells)
    : plan_(std::move(plan)),
      missing_(plan_.format.missing.begin(), plan_.format.missing.end()),
      out_(cells),
      codes_(plan_.columns.size()),
      skip_(plan_.format.header.value_or(false)),
      cells_(plan_.format.delimiter, [this](int64_t line, std::span<const std::string_view> row) {
        return TakeRow(line, row);
      }) {
  missing_.insert("");
}

absl::Status CsvFill::TakeRow(int64_t line, std::span<const std::string_view> cells) {
  if (std::exchange(skip_, false)) return absl::OkStatus();
  if (row_ >= plan_.rows || cells.size() != plan_.columns.size()) return ChangedMeanwhile();
  for (size_t i = 0; i < cells.size(); ++i) {
    double& cell = out_[i * static_cast<size_t>(plan_.rows) + static_cast<size_t>(row_)];
    if (missing_.contains(cells[i])) {
      cell = kNone;
    } else if (plan_.columns[i].type == ColumnType::kCategory) {
      absl::Status status = TakeCategory(line, i, cells[i], cell);
      if (!status.ok()) return status;
    } else if (!ReadNumber(cells[i], cell)) {
      return ChangedMeanwhile();
    }
  }
  ++row_;
  return absl::OkStatus();
}

absl::Status CsvFill::TakeCategory(int64_t line, size_t column, std::string_view text,
                                   double& code) {
  Codes& codes = codes_[column];
  const auto found = codes.find(text);
  if (found != codes.end()) {
    code = found->second;
    return absl::OkStatus();
  }
  category_bytes_ += text.size();
  if (codes.size() >= kMostCategories || category_bytes_ > kMostCategoryBytes) {
    const std::string limit =
        codes.size() >= kMostCategories
            ? absl::StrCat("more than ", kMostCategories, " different texts")
            : absl::StrCat("its texts and those of the columns before are more than ",
                           kMostCategoryBytes >> 20U, " MiB of categories");
    return Refuse("", Reason::kCellInvalid,
                  absl::StrCat("row ", line, ", column ", Quoted(plan_.columns[column].name), ": ",
                               limit, "; if it is free text, leave the column out of the file"));
  }
  code = static_cast<double>(codes.size());
  codes.emplace(text, code);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ColumnInfo>> CsvFill::Finish() {
  if (absl::Status status = cells_.Finish(); !status.ok()) return status;
  if (row_ != plan_.rows) return ChangedMeanwhile();
  const auto rows = static_cast<size_t>(plan_.rows);
  for (size_t i = 0; i < plan_.columns.size(); ++i) {
    ColumnInfo& column = plan_.columns[i];
    const std::span<double> cells(out_ + i * rows, rows);
    if (column.type == ColumnType::kCategory) {
      for (const auto& [text, code] : codes_[i]) column.categories.push_back(text);
      std::sort(column.categories.begin(), column.categories.end(), Before);
      std::vector<double> place(column.categories.size());
      for (size_t k = 0; k < place.size(); ++k) {
        place[static_cast<size_t>(codes_[i].find(column.categories[k])->second)] =
            static_cast<double>(k);
      }
      for (double& cell : cells) {
        if (!std::isnan(cell)) cell = place[static_cast<size_t>(cell)];
      }
      codes_[i].clear();
    }
    column.statistics = Describe(column, cells);
  }
  return std::move(plan_.columns);
}

}  // namespace thalweg::data
