#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/core/data/table.h"

namespace thalweg::data {

/// How a file of comma-separated values is to be read. What is left open is found out.
struct CsvFormat {
  std::optional<char> delimiter = {};
  std::optional<bool> header = {};
  std::vector<std::string> missing = {};  ///< Beside empty cells. None: kUsualMissing.
  std::map<std::string, ColumnType> types = {};

  friend bool operator==(const CsvFormat&, const CsvFormat&) = default;
};

inline constexpr std::string_view kUsualMissing[] = {"NA",   "N/A",  "NaN",  "nan",
                                                     "null", "NULL", "None", "?"};
inline constexpr std::string_view kDelimiters = ",;\t|";  ///< That are looked for, in this order.

inline constexpr size_t kMostColumns = 10'000;
inline constexpr size_t kLongestColumnName = 128;       ///< Bytes.
inline constexpr size_t kLongestCell = 1 << 16;         ///< Bytes.
inline constexpr size_t kLongestRow = 16 << 20;         ///< Bytes.
inline constexpr size_t kMostCategories = 100'000;      ///< Of one column.
inline constexpr size_t kMostCategoryBytes = 64 << 20;  ///< Of all columns together.

}  // namespace thalweg::data
