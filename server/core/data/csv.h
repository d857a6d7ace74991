#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/data/csv_cells.h"
#include "server/core/data/csv_format.h"
#include "server/core/data/table.h"

namespace thalweg::data {

/// What a file turned out to be.
struct CsvPlan {
  CsvFormat format;                 ///< With delimiter, header and missing filled in.
  std::vector<ColumnInfo> columns;  ///< Names and types.
  Index rows = 0;
};

/// The number that a cell spells, infinite where that is beyond all doubles; nothing for any other
/// text. The same in every locale.
bool ReadNumber(std::string_view text, double& value);

/// The first of two readings of a file: finds names and types, and whether it can be read at all.
/// A column whose type is not given holds numbers where more than half of its cells with a value
/// are; another text in it is then an error. Memory does not grow with the rows.
class CsvScan {
 public:
  explicit CsvScan(CsvFormat format);
  CsvScan(const CsvScan&) = delete;

  /// The next bytes. INVALID_ARGUMENT (CELL_INVALID, DATASET_SHAPE_MISMATCH) names row and column.
  absl::Status Read(std::string_view bytes) { return cells_.Read(bytes); }
  absl::StatusOr<CsvPlan> Finish();

 private:
  struct Oddity {
    int64_t line = 0;  // 0: none
    std::string text;
  };
  struct Column {
    ColumnInfo info;
    bool given = false;  // its type
    int64_t numbers = 0;
    int64_t texts = 0;
    Oddity text = {};      // the first that is no number
    Oddity infinite = {};  // the first number that no double can hold
  };

  absl::Status TakeRow(int64_t line, std::span<const std::string_view> cells);
  absl::Status TakeFirstRow(std::span<const std::string_view> cells, bool& is_header);
  absl::Status NameColumns(std::span<const std::string_view> names);
  absl::Status TakeTypes();
  absl::Status Decide(Column& column) const;

  CsvFormat format_;
  std::set<std::string, std::less<>> missing_;
  std::vector<Column> columns_;
  Index rows_ = 0;
  bool first_ = true;
  CsvCells cells_;
};

/// The second reading: fills in the numbers of a table that a CsvScan has planned.
class CsvFill {
 public:
  /// `cells` has room for plan.rows * plan.columns.size() numbers, column after column, and
  /// outlives this.
  CsvFill(CsvPlan plan, double* cells);
  CsvFill(const CsvFill&) = delete;

  absl::Status Read(std::string_view bytes) { return cells_.Read(bytes); }
  /// The columns with categories and statistics.
  absl::StatusOr<std::vector<ColumnInfo>> Finish();

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Codes = std::unordered_map<std::string, double, Hash, std::equal_to<>>;

  absl::Status TakeRow(int64_t line, std::span<const std::string_view> cells);
  absl::Status TakeCategory(int64_t line, size_t column, std::string_view text, double& code);

  CsvPlan plan_;
  std::set<std::string, std::less<>> missing_;
  double* const out_;
  std::vector<Codes> codes_;  // of each column, in order of appearance
  size_t category_bytes_ = 0;
  bool skip_ = false;  // the header
  Index row_ = 0;
  CsvCells cells_;
};

}  // namespace thalweg::data
