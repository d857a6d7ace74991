#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "server/core/data/csv_format.h"
#include "server/core/data/table.h"

namespace thalweg::datasets {

/// A table and what is known of it.
struct Dataset {
  std::string id;
  std::string display_name;
  std::string tenant;
  Index rows = 0;
  std::vector<data::ColumnInfo> columns;  ///< In lists, names and types alone.
  int64_t stored_bytes = 0;
  std::string sha256;  ///< ContentDigest, in hexadecimal.
  std::chrono::system_clock::time_point created;
};

/// All of the first column, then all of the second ..., as little-endian doubles.
struct RawFormat {
  std::vector<std::string> columns;
  int64_t rows = 0;
};

struct UploadSpec {
  std::variant<data::CsvFormat, RawFormat> format = {};
  std::string display_name = {};     ///< At most 128 bytes.
  std::optional<int64_t> size = {};  ///< Bytes that will come.
  std::string sha256 = {};           ///< Of those bytes; empty: not known.
};

struct Upload {
  std::string id;
  UploadSpec spec;
  int64_t received = 0;
};

/// Whose datasets a caller may see.
struct Viewer {
  std::string tenant = {};  ///< What is made is this one's.
  bool sees_all = true;
};

}  // namespace thalweg::datasets
