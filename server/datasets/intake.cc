#include "server/datasets/intake.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/core/data/csv.h"
#include "server/core/data/statistics.h"
#include "server/core/data/utf8.h"
#include "server/core/number_text.h"
#include "server/core/violation.h"
#include "server/datasets/sha256.h"

namespace thalweg::datasets {
namespace {

constexpr size_t kPiece = 1 << 20;                // bytes read at a time
constexpr size_t kLongestName = 128;              // bytes of a display name
constexpr int64_t kMostCells = int64_t{1} << 40;  // beyond all limits, and no overflow

/// Gives all bytes to `take`, piece by piece.
absl::Status ReadAll(Staging& bytes, int64_t received, const IntakeLimits& limits,
                     const std::function<absl::Status(std::string_view)>& take) {
  std::vector<char> piece(kPiece);
  for (int64_t at = 0; at < received;) {
    if (absl::Status status = limits.check(); !status.ok()) return status;
    const auto wanted = static_cast<size_t>(std::min<int64_t>(kPiece, received - at));
    const absl::StatusOr<size_t> read = bytes.Read(at, std::span(piece).subspan(0, wanted));
    if (!read.ok()) return read.status();
    if (*read != wanted) return absl::DataLossError("the upload's bytes are gone");
    if (absl::Status status = take({piece.data(), wanted}); !status.ok()) return status;
    at += static_cast<int64_t>(wanted);
  }
  return absl::OkStatus();
}

absl::Status CheckDigest(const UploadSpec& spec, Staging& bytes, int64_t received,
                         const IntakeLimits& limits) {
  if (spec.sha256.empty()) return absl::OkStatus();
  Sha256 digest;
  absl::Status status = ReadAll(bytes, received, limits, [&](std::string_view piece) {
    digest.Add(piece);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  const std::string found = digest.Hex();
  if (found == absl::AsciiStrToLower(spec.sha256)) return absl::OkStatus();
  return Refuse("sha256", Reason::kInvalidValue,
                absl::StrCat("the bytes that came have ", found, "; upload them again"));
}

absl::StatusOr<std::unique_ptr<TableDraft>> DraftOf(TableStore& store, Index rows, size_t columns,
                                                    const IntakeLimits& limits) {
  const auto cells = static_cast<int64_t>(rows) * static_cast<int64_t>(columns);
  absl::Status status = limits.room(cells * static_cast<int64_t>(sizeof(double)));
  if (!status.ok()) return status;
  return store.Draft(rows, columns);
}

absl::StatusOr<Taken> TakeCsv(const data::CsvFormat& format, Staging& bytes, int64_t received,
                              TableStore& store, const IntakeLimits& limits) {
  data::CsvScan scan(format);
  absl::Status status =
      ReadAll(bytes, received, limits, [&](std::string_view piece) { return scan.Read(piece); });
  if (!status.ok()) return status;
  const absl::StatusOr<data::CsvPlan> plan = scan.Finish();
  if (!plan.ok()) return plan.status();
  auto draft = DraftOf(store, plan->rows, plan->columns.size(), limits);
  if (!draft.ok()) return draft.status();
  data::CsvFill fill(*plan, (*draft)->cells());
  status =
      ReadAll(bytes, received, limits, [&](std::string_view piece) { return fill.Read(piece); });
  if (!status.ok()) return status;
  auto columns = fill.Finish();
  if (!columns.ok()) return columns.status();
  return Taken{*std::move(draft), *std::move(columns), plan->rows, ""};
}

absl::StatusOr<Taken> TakeRaw(const RawFormat& format, Staging& bytes, int64_t received,
                              TableStore& store, const IntakeLimits& limits) {
  const size_t count = format.columns.size();
  const int64_t wanted = format.rows * static_cast<int64_t>(count * sizeof(double));
  if (received != wanted) {
    return Refuse("", Reason::kDatasetShapeMismatch,
                  absl::StrCat(received, " bytes came; ", format.rows, " rows of ", count,
                               " columns are ", wanted));
  }
  auto draft = DraftOf(store, static_cast<Index>(format.rows), count, limits);
  if (!draft.ok()) return draft.status();
  double* const cells = (*draft)->cells();
  auto* to = reinterpret_cast<char*>(cells);
  absl::Status status = ReadAll(bytes, received, limits, [&](std::string_view piece) {
    to = std::copy(piece.begin(), piece.end(), to);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  Taken taken{*std::move(draft), {}, static_cast<Index>(format.rows), ""};
  const auto rows = static_cast<size_t>(format.rows);
  for (size_t i = 0; i < count; ++i) {
    data::ColumnInfo column{.name = format.columns[i]};
    const std::span<double> values(cells + i * rows, rows);
    for (size_t row = 0; row < rows; ++row) {
      if (std::isinf(values[row])) {
        return Refuse("", Reason::kCellInvalid,
                      absl::StrCat("row ", row + 1, ", column ", Quoted(column.name), ": ",
                                   NumberText(values[row]),
                                   " is not finite; NaN says that there is no value"));
      }
      // One of the many NaNs, so that the same table has the same bytes.
      if (std::isnan(values[row])) values[row] = std::numeric_limits<double>::quiet_NaN();
    }
    column.statistics = data::Describe(column, values);
    taken.columns.push_back(std::move(column));
  }
  return taken;
}

absl::Status CheckRaw(const RawFormat& raw) {
  if (raw.columns.empty() || raw.columns.size() > data::kMostColumns) {
    return Refuse(
        "raw.columns", Reason::kInvalidValue,
        absl::StrCat("there are ", raw.columns.size(), "; expected 1 to ", data::kMostColumns));
  }
  std::set<std::string_view> names;
  for (size_t i = 0; i < raw.columns.size(); ++i) {
    const std::string& name = raw.columns[i];
    const std::string field = absl::StrCat("raw.columns[", i, "]");
    if (name.empty() || name.size() > data::kLongestColumnName) {
      return Refuse(field, Reason::kInvalidValue,
                    absl::StrCat("a name of ", name.size(), " bytes; expected 1 to ",
                                 data::kLongestColumnName));
    }
    if (!names.insert(name).second) {
      return Refuse(field, Reason::kInvalidValue,
                    absl::StrCat(Quoted(name), " is the name of another column as well"));
    }
  }
  const auto columns = static_cast<int64_t>(raw.columns.size());
  if (raw.rows < 1 || raw.rows > kMostCells / columns) {
    return Refuse("raw.row_count", Reason::kInvalidValue,
                  absl::StrCat("is ", raw.rows, "; expected 1 to ", kMostCells / columns));
  }
  return absl::OkStatus();
}

absl::Status CheckCsv(const data::CsvFormat& csv) {
  if (csv.delimiter) {
    const char c = *csv.delimiter;
    if (c == '"' || c == '\n' || c == '\r' || c == '\0' || c == ' ' ||
        static_cast<unsigned char>(c) >= 0x80) {
      return Refuse("csv.delimiter", Reason::kInvalidValue,
                    "expected one ASCII byte that is no quote, space or end of line");
    }
  }
  size_t bytes = 0;
  for (const std::string& token : csv.missing) bytes += token.size();
  if (csv.missing.size() > 100 || bytes > 10'000) {
    return Refuse("csv.missing", Reason::kInvalidValue,
                  "expected at most 100 texts, of 10000 bytes together");
  }
  if (csv.types.size() > data::kMostColumns) {
    return Refuse("csv.types", Reason::kInvalidValue,
                  absl::StrCat("expected at most ", data::kMostColumns));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Taken> TakeIn(const UploadSpec& spec, Staging& bytes, int64_t received,
                             TableStore& store, const IntakeLimits& limits) {
  if (spec.size && received != *spec.size) {
    return Refuse("", Reason::kDatasetShapeMismatch,
                  absl::StrCat(*spec.size, " bytes were announced, and ", received, " came"));
  }
  if (absl::Status status = CheckDigest(spec, bytes, received, limits); !status.ok()) return status;
  const auto* csv = std::get_if<data::CsvFormat>(&spec.format);
  auto taken = csv != nullptr
                   ? TakeCsv(*csv, bytes, received, store, limits)
                   : TakeRaw(std::get<RawFormat>(spec.format), bytes, received, store, limits);
  if (!taken.ok()) return taken;
  taken->sha256 = ContentDigest(taken->columns, taken->rows, taken->draft->cells());
  return taken;
}

absl::Status CheckSpec(const UploadSpec& spec) {
  if (spec.display_name.size() > kLongestName || !data::IsUtf8(spec.display_name)) {
    return Refuse("display_name", Reason::kInvalidValue,
                  absl::StrCat("expected UTF-8 of at most ", kLongestName, " bytes"));
  }
  if (spec.size && *spec.size < 0) {
    return Refuse("size", Reason::kInvalidValue, "expected 0 or more bytes");
  }
  const bool digits = std::all_of(spec.sha256.begin(), spec.sha256.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  });
  if (!spec.sha256.empty() && (spec.sha256.size() != 64 || !digits)) {
    return Refuse("sha256", Reason::kInvalidValue, "expected 64 hexadecimal digits");
  }
  const auto* csv = std::get_if<data::CsvFormat>(&spec.format);
  return csv != nullptr ? CheckCsv(*csv) : CheckRaw(std::get<RawFormat>(spec.format));
}

}  // namespace thalweg::datasets
