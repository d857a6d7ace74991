#include "server/rpc/handlers/read_dataset.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/translate/dataset.h"

namespace thalweg::rpc {
namespace {

constexpr int64_t kUsualRows = 100;
constexpr int64_t kMostRows = 10'000;
constexpr int64_t kMostNumbers = (1 << 20) / sizeof(double);

absl::StatusOr<std::vector<size_t>> ColumnsOf(const data::Table& table,
                                              const v1::ReadDatasetRequest& request) {
  std::vector<size_t> columns;
  if (request.columns().empty()) {
    for (size_t i = 0; i < table.columns().size(); ++i) columns.push_back(i);
  }
  for (int i = 0; i < request.columns_size(); ++i) {
    const Index place = table.Find(request.columns(i));
    if (place < 0) {
      std::vector<std::string> known;
      for (size_t k = 0; k < std::min<size_t>(table.columns().size(), 100); ++k) {
        known.push_back(table.columns()[k].name);
      }
      return Refuse(absl::StrCat("columns[", i, "]"), Reason::kUnknownName,
                    UnknownName("column", request.columns(i), known));
    }
    columns.push_back(static_cast<size_t>(place));
  }
  if (columns.size() > data::kMostColumns) {
    return Refuse("columns", Reason::kInvalidValue,
                  absl::StrCat(columns.size(), " names; at most ", data::kMostColumns));
  }
  return columns;
}

absl::StatusOr<std::vector<int64_t>> RowsOf(int64_t all, size_t columns,
                                            const v1::ReadDatasetRequest& request) {
  const int64_t first = request.row();
  if (first < 0 || first > all) {
    return Refuse("row", Reason::kInvalidValue,
                  absl::StrCat("is ", first, "; the table has ", all, " rows"));
  }
  if (request.row_count() < 0 || request.row_count() > kMostRows) {
    return Refuse("row_count", Reason::kInvalidValue,
                  absl::StrCat("is ", request.row_count(), "; expected 1 to ", kMostRows));
  }
  const int64_t wanted = request.row_count() == 0 ? kUsualRows : request.row_count();
  const int64_t fitting = std::max<int64_t>(1, kMostNumbers / static_cast<int64_t>(columns));
  const int64_t count = std::min({wanted, fitting, all - first});
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < count; ++i) {
    const bool apart = request.spread() && count > 1;
    rows.push_back(first + (apart ? i * (all - first - 1) / (count - 1) : i));
  }
  return rows;
}

}  // namespace

absl::StatusOr<v1::ReadDatasetResponse> ReadDataset(datasets::DatasetBook& book,
                                                    const datasets::Viewer& viewer,
                                                    const v1::ReadDatasetRequest& request) {
  const auto id = DatasetId(request.name());
  if (!id.ok()) return id.status();
  const auto table = book.Look(viewer, *id);
  if (!table.ok()) return table.status();
  const auto columns = ColumnsOf(**table, request);
  if (!columns.ok()) return columns.status();
  const auto rows = RowsOf((*table)->rows(), columns->size(), request);
  if (!rows.ok()) return rows.status();
  v1::ReadDatasetResponse response;
  response.mutable_rows()->Assign(rows->begin(), rows->end());
  for (const size_t column : *columns) {
    v1::ColumnValues& values = *response.add_columns();
    values.set_name((*table)->columns()[column].name);
    const std::span<const double> cells = (*table)->cells(column);
    for (const int64_t row : *rows) values.add_values(cells[static_cast<size_t>(row)]);
  }
  return response;
}

}  // namespace thalweg::rpc
