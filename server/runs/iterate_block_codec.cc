// The disk form of an IterateBlock:
//
//   version  u32 | CRC-32C of all that follows  u32
//   rows u64 | coordinates i64 | elapsed_seconds f64
//   variables i64 (from version 3)
//   columns, in the order of the struct: form u8, then
//     kRaw:    every entry
//     kEqual:  the one entry that all are, bit for bit
//     kSteps:  first entry and difference, both as u64 (whole numbers only)
//     kAbsent: nothing; all are what the empty column stands for: 0, or NaN
//
// Little-endian, as every machine we run on is.

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "server/runs/crc32c.h"
#include "server/runs/iterate_block.h"

namespace thalweg::runs {
namespace {

// 2: columns that may be empty.
// 3: what there is to know of models; only blocks of models are written so.
constexpr uint32_t kVersion = 3;
constexpr uint32_t kVersionOfTheRest = 2;
constexpr size_t kHeaderBytes = 4 + 4 + 8 + 8 + 8;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr size_t kCheckedFrom = 8;  // what the checksum covers begins here
constexpr uint64_t kMostRows = uint64_t{1} << 24;
constexpr int64_t kMostEntries = int64_t{1} << 30;  // of x

enum Form : char { kRaw = 0, kEqual = 1, kSteps = 2, kAbsent = 3 };

template <typename T>
bool AllEqual(const T* entries, size_t count) {
  // Compared as bytes: -0.0 is not 0.0 here, and a NaN equals itself.
  return std::memcmp(entries, entries + 1, (count - 1) * sizeof(T)) == 0;
}

bool EvenSteps(const int64_t* entries, size_t count, uint64_t& step) {
  const auto first = static_cast<uint64_t>(entries[0]);
  step = static_cast<uint64_t>(entries[1]) - first;
  for (size_t i = 2; i < count; ++i) {
    if (static_cast<uint64_t>(entries[i]) != first + i * step) return false;
  }
  return true;
}

class Writer {
 public:
  explicit Writer(size_t most_bytes) : bytes_(most_bytes, '\0') {}

  template <typename T>
  void Put(const T& value) {
    PutArray(&value, 1);
  }

  template <typename T>
  void PutArray(const T* values, size_t count) {
    if (count == 0) return;  // `values` may be null then, which memcpy does not take
    std::memcpy(bytes_.data() + at_, values, count * sizeof(T));
    at_ += count * sizeof(T);
  }

  template <typename T>
  void PutColumn(const std::vector<T>& column) {
    if (column.size() >= 2 && AllEqual(column.data(), column.size())) {
      Put(kEqual);
      Put(column[0]);
      return;
    }
    if constexpr (std::is_same_v<T, int64_t>) {
      uint64_t step = 0;
      if (column.size() >= 3 && EvenSteps(column.data(), column.size(), step)) {
        Put(kSteps);
        Put(column[0]);
        Put(step);
        return;
      }
    }
    Put(kRaw);
    PutArray(column.data(), column.size());
  }

  template <typename T>
  void PutSparse(const std::vector<T>& column, T absent = {}) {
    const auto is_absent = [absent](const T& entry) {
      return std::bit_cast<uint64_t>(entry) == std::bit_cast<uint64_t>(absent);
    };
    if (std::all_of(column.begin(), column.end(), is_absent)) {
      Put(kAbsent);
    } else {
      PutColumn(column);
    }
  }

  std::string Finish() {
    bytes_.resize(at_);
    const uint32_t checksum = Crc32c(std::string_view(bytes_).substr(kCheckedFrom));
    std::memcpy(bytes_.data() + 4, &checksum, sizeof(checksum));
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
  size_t at_ = 0;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  bool Get(T& value) {
    return GetArray(&value, 1);
  }

  template <typename T>
  bool GetArray(T* values, size_t count) {
    if (bytes_.size() / sizeof(T) < count) return false;
    if (count > 0) std::memcpy(values, bytes_.data(), count * sizeof(T));
    bytes_.remove_prefix(count * sizeof(T));
    return true;
  }

  template <typename T>
  bool GetColumn(std::vector<T>& column, size_t count) {
    char form = 0;
    if (!Get(form)) return false;
    if (form == kRaw) {
      if (bytes_.size() / sizeof(T) < count) return false;  // before memory is taken for it
      column.resize(count);
      return GetArray(column.data(), count);
    }
    T first{};
    if (!Get(first)) return false;
    column.assign(count, first);
    if (form == kEqual) return true;
    if constexpr (std::is_same_v<T, int64_t>) {
      uint64_t step = 0;
      if (form != kSteps || !Get(step)) return false;
      for (size_t i = 0; i < count; ++i) {
        column[i] = static_cast<int64_t>(static_cast<uint64_t>(first) + i * step);
      }
      return true;
    }
    return false;
  }

  template <typename T>
  bool GetSparse(std::vector<T>& column, size_t count) {
    if (bytes_.empty() || bytes_.front() != kAbsent) return GetColumn(column, count);
    bytes_.remove_prefix(1);
    return true;
  }

  bool AtEnd() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

absl::Status Corrupt(const std::string& why) {
  return absl::DataLossError(absl::StrCat("stored iterates: ", why));
}

bool OfModel(const IterateBlock& block) {
  return block.variables > 0 || !block.epoch.empty() || !block.training_value.empty() ||
         !block.validation_value.empty();
}

bool ReadSparse(Reader& reader, size_t rows, IterateBlock& block) {
  return reader.GetSparse(block.hessian_products, rows) && reader.GetSparse(block.trials, rows) &&
         reader.GetSparse(block.violation, rows);
}

bool ReadOfModel(Reader& reader, size_t rows, IterateBlock& block) {
  return reader.GetSparse(block.epoch, rows) && reader.GetSparse(block.training_value, rows) &&
         reader.GetSparse(block.validation_value, rows) &&
         reader.GetColumn(block.variable_gradient_norm,
                          rows * static_cast<size_t>(block.variables));
}

bool ReadColumns(Reader& reader, size_t rows, uint32_t version, IterateBlock& block) {
  return reader.GetColumn(block.iteration, rows) && reader.GetColumn(block.value, rows) &&
         reader.GetColumn(block.best_value, rows) && reader.GetColumn(block.gradient_norm, rows) &&
         reader.GetColumn(block.gradient_max, rows) && reader.GetColumn(block.step_norm, rows) &&
         reader.GetColumn(block.learning_rate, rows) &&
         reader.GetColumn(block.value_evaluations, rows) &&
         reader.GetColumn(block.gradient_evaluations, rows) &&
         (version < 2 || ReadSparse(reader, rows, block)) &&
         (version < 3 || ReadOfModel(reader, rows, block)) && reader.GetColumn(block.flags, rows) &&
         reader.GetColumn(block.x, rows * static_cast<size_t>(block.coordinates)) && reader.AtEnd();
}

bool Fits(uint64_t rows, int64_t per_row) {
  return rows <= kMostRows && per_row >= 0 &&
         (rows == 0 || per_row <= kMostEntries / static_cast<int64_t>(rows));
}

}  // namespace

std::string Encode(const IterateBlock& block) {
  constexpr size_t kColumns = 18;
  const uint32_t version = OfModel(block) ? kVersion : kVersionOfTheRest;
  // A reduced column is never longer than a raw one of two entries.
  Writer writer(kHeaderBytes + sizeof(int64_t) + kColumns * (1 + 2 * sizeof(uint64_t)) +
                block.bytes());
  writer.Put(version);
  writer.Put(uint32_t{0});  // the checksum's place
  writer.Put(static_cast<uint64_t>(block.rows()));
  writer.Put(block.coordinates);
  writer.Put(block.elapsed_seconds);
  if (version >= 3) writer.Put(block.variables);
  writer.PutColumn(block.iteration);
  writer.PutColumn(block.value);
  writer.PutColumn(block.best_value);
  writer.PutColumn(block.gradient_norm);
  writer.PutColumn(block.gradient_max);
  writer.PutColumn(block.step_norm);
  writer.PutColumn(block.learning_rate);
  writer.PutColumn(block.value_evaluations);
  writer.PutColumn(block.gradient_evaluations);
  writer.PutSparse(block.hessian_products);
  writer.PutSparse(block.trials);
  writer.PutSparse(block.violation);
  if (version >= 3) {
    writer.PutSparse(block.epoch);
    writer.PutSparse(block.training_value, kUnknown);
    writer.PutSparse(block.validation_value, kUnknown);
    writer.PutColumn(block.variable_gradient_norm);
  }
  writer.PutColumn(block.flags);
  writer.PutColumn(block.x);
  return writer.Finish();
}

absl::StatusOr<IterateBlock> DecodeIterateBlock(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes) return Corrupt("cut short");
  Reader reader(bytes);
  uint32_t version = 0;
  uint32_t checksum = 0;
  uint64_t rows = 0;
  IterateBlock block;
  reader.Get(version);
  reader.Get(checksum);
  if (version < 1 || version > kVersion) {
    return Corrupt(absl::StrCat("version ", version, " is unknown"));
  }
  if (checksum != Crc32c(bytes.substr(kCheckedFrom))) return Corrupt("checksum does not match");
  reader.Get(rows);
  reader.Get(block.coordinates);
  reader.Get(block.elapsed_seconds);
  if (version >= 3 && !reader.Get(block.variables)) return Corrupt("cut short");
  const bool fits = Fits(rows, block.coordinates) && Fits(rows, block.variables);
  if (!fits || !ReadColumns(reader, rows, version, block)) return Corrupt("columns do not fit");
  return block;
}

}  // namespace thalweg::runs
