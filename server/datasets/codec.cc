#include "server/datasets/codec.h"

#include <cstring>

#include "server/core/state.h"
#include "server/runs/crc32c.h"

namespace thalweg::datasets {
namespace {

constexpr int64_t kVersion = 1;

// What is written, in order, is what is read: one function for both directions.
void Keep(State& state, Dataset& dataset) {
  int64_t version = kVersion;
  state.Keep("version", version);
  if (version != kVersion) return state.Fail("a version of later servers");
  state.Keep("id", dataset.id);
  state.Keep("display_name", dataset.display_name);
  state.Keep("tenant", dataset.tenant);
  auto rows = static_cast<int64_t>(dataset.rows);
  state.Keep("rows", rows);
  dataset.rows = static_cast<Index>(rows);
  state.Keep("stored_bytes", dataset.stored_bytes);
  state.Keep("sha256", dataset.sha256);
  using std::chrono::nanoseconds;
  int64_t created =
      std::chrono::duration_cast<nanoseconds>(dataset.created.time_since_epoch()).count();
  state.Keep("created", created);
  dataset.created = std::chrono::system_clock::time_point(
      std::chrono::duration_cast<std::chrono::system_clock::duration>(nanoseconds(created)));
  auto columns = static_cast<int64_t>(dataset.columns.size());
  state.Keep("columns", columns);
  for (int64_t i = 0; i < columns && state.status().ok(); ++i) {
    if (!state.writing()) dataset.columns.emplace_back();
    data::ColumnInfo& column = dataset.columns[static_cast<size_t>(i)];
    state.Keep("name", column.name);
    bool category = column.type == data::ColumnType::kCategory;
    state.Keep("category", category);
    column.type = category ? data::ColumnType::kCategory : data::ColumnType::kNumber;
  }
}

}  // namespace

std::string Encode(const Dataset& dataset) {
  State state = State::Writer();
  Dataset copy = dataset;
  Keep(state, copy);
  std::string bytes = state.TakeBytes();
  const uint32_t crc = runs::Crc32c(bytes);
  bytes.append(reinterpret_cast<const char*>(&crc), sizeof(crc));
  return bytes;
}

absl::StatusOr<Dataset> Decode(std::string bytes) {
  uint32_t crc = 0;
  if (bytes.size() < sizeof(crc)) return absl::DataLossError("a dataset's record is cut short");
  std::memcpy(&crc, bytes.data() + bytes.size() - sizeof(crc), sizeof(crc));
  bytes.resize(bytes.size() - sizeof(crc));
  if (runs::Crc32c(bytes) != crc) return absl::DataLossError("a dataset's record is damaged");
  State state = State::Reader(std::move(bytes));
  Dataset dataset;
  Keep(state, dataset);
  if (absl::Status status = state.Finish(); !status.ok()) return status;
  return dataset;
}

}  // namespace thalweg::datasets
