#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace thalweg::data {

/// Splits text into rows of cells as RFC 4180 says: cells in quotes may hold delimiters, ends of
/// lines and doubled quotes. Spaces around a cell are dropped, and so are blank lines. Lines end
/// with LF, CR or both. UTF-8; a mark of byte order is skipped.
///
/// Not libcsv: errors must name the row and column, a row's beginning must be known when cells hold
/// ends of lines, and a cell that never ends must not fill the memory.
class CsvCells {
 public:
  /// Told of each row: the line that it begins in, from 1, and its cells, which do not outlive the
  /// call.
  using TakeRow =
      std::function<absl::Status(int64_t line, std::span<const std::string_view> cells)>;

  /// Without a delimiter it is the one of kDelimiters that the first line has most of.
  CsvCells(std::optional<char> delimiter, TakeRow take)
      : delimiter_(delimiter), take_(std::move(take)) {}

  /// The next bytes, however cut. INVALID_ARGUMENT (CELL_INVALID) names row and column; nothing may
  /// follow an error.
  absl::Status Read(std::string_view bytes);
  /// There are no more.
  absl::Status Finish();

  /// Once the first line is there.
  std::optional<char> delimiter() const { return delimiter_; }

 private:
  enum class State { kCellBegin, kPlain, kQuoted, kQuoteSeen };

  absl::Status Begin();
  absl::Status Split(std::string_view bytes);
  absl::Status Take(char c);
  absl::Status EndCell();
  absl::Status EndRow();
  absl::Status CheckText() const;
  absl::Status Wrong(std::string_view what) const;

  std::optional<char> delimiter_;
  const TakeRow take_;

  bool begun_ = false;
  std::string head_;         // until the first line is there
  size_t head_scanned_ = 0;  // of it
  bool head_quoted_ = false;

  State state_ = State::kCellBegin;
  bool after_return_ = false;  // a line feed now belongs to it
  bool quoted_ = false;        // the cell
  bool any_quoted_ = false;    // in this row
  int64_t line_ = 1;
  int64_t row_line_ = 1;
  std::string text_;          // of the row's cells, one after the other
  std::vector<size_t> ends_;  // of its cells in text_
  std::vector<std::string_view> cells_;
};

}  // namespace thalweg::data
