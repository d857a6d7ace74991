#include "server/storage/table_codec.h"

#include "server/core/state.h"

namespace thalweg::storage {
namespace {

// What is written, in order, is what is read: one function for both directions.

void KeepStatistics(State& state, data::ColumnStatistics& statistics) {
  state.Keep("missing", statistics.missing);
  state.Keep("least", statistics.least);
  state.Keep("greatest", statistics.greatest);
  state.Keep("mean", statistics.mean);
  state.Keep("deviation", statistics.deviation);
  state.Keep("median", statistics.median);
  state.Keep("lower_quartile", statistics.lower_quartile);
  state.Keep("upper_quartile", statistics.upper_quartile);
  state.Keep("distinct", statistics.distinct);
  state.Keep("counts", statistics.counts);
}

void KeepColumn(State& state, data::ColumnInfo& column) {
  state.Keep("name", column.name);
  bool category = column.type == data::ColumnType::kCategory;
  state.Keep("category", category);
  column.type = category ? data::ColumnType::kCategory : data::ColumnType::kNumber;
  auto count = static_cast<int64_t>(column.categories.size());
  state.Keep("categories", count);
  for (int64_t i = 0; i < count && state.status().ok(); ++i) {
    if (!state.writing()) column.categories.emplace_back();
    state.Keep("text", column.categories[static_cast<size_t>(i)]);
  }
  KeepStatistics(state, column.statistics);
}

}  // namespace

std::string EncodeColumns(const std::vector<data::ColumnInfo>& columns) {
  State state = State::Writer();
  auto count = static_cast<int64_t>(columns.size());
  state.Keep("columns", count);
  for (data::ColumnInfo column : columns) KeepColumn(state, column);
  return state.TakeBytes();
}

absl::StatusOr<std::vector<data::ColumnInfo>> DecodeColumns(std::string bytes) {
  State state = State::Reader(std::move(bytes));
  int64_t count = 0;
  state.Keep("columns", count);
  std::vector<data::ColumnInfo> columns;
  for (int64_t i = 0; i < count && state.status().ok(); ++i) {
    columns.emplace_back();
    KeepColumn(state, columns.back());
  }
  if (absl::Status status = state.Finish(); !status.ok()) return status;
  return columns;
}

}  // namespace thalweg::storage
