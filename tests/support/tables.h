#pragma once

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "server/core/data/table.h"

// Tables for tests, made of columns at hand.
namespace thalweg::testing {

inline constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

inline data::ColumnInfo NumberColumn(std::string name) { return {.name = std::move(name)}; }
inline data::ColumnInfo CategoryColumn(std::string name, std::vector<std::string> categories) {
  return {.name = std::move(name),
          .type = data::ColumnType::kCategory,
          .categories = std::move(categories)};
}

/// `cells` by column. Statistics are left out: nothing that learns reads them.
inline std::shared_ptr<const data::Table> TableOf(std::vector<data::ColumnInfo> columns,
                                                  const std::vector<std::vector<double>>& cells) {
  auto memory = std::make_shared<std::vector<double>>();
  for (const auto& column : cells) memory->insert(memory->end(), column.begin(), column.end());
  const auto rows = static_cast<Index>(cells.empty() ? 0 : cells.front().size());
  return std::make_shared<const data::Table>(std::move(columns), rows, memory->data(), memory);
}

/// Of numbers, by name.
inline std::shared_ptr<const data::Table> NumbersTable(
    const std::vector<std::pair<std::string, std::vector<double>>>& columns) {
  std::vector<data::ColumnInfo> infos;
  std::vector<std::vector<double>> cells;
  for (const auto& [name, values] : columns) {
    infos.push_back(NumberColumn(name));
    cells.push_back(values);
  }
  return TableOf(std::move(infos), cells);
}

/// A CSV file of numbers with a header.
inline std::shared_ptr<const data::Table> TableFromCsv(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<data::ColumnInfo> columns;
  std::string line, cell;
  std::getline(file, line);
  std::istringstream header(line);
  while (std::getline(header, cell, ',')) columns.push_back(NumberColumn(cell));
  std::vector<std::vector<double>> cells(columns.size());
  while (std::getline(file, line)) {
    std::istringstream row(line);
    for (auto& column : cells) {
      std::getline(row, cell, ',');
      column.push_back(std::stod(cell));
    }
  }
  return TableOf(std::move(columns), cells);
}

/// Tables by id.
class Tables final : public data::TableSource {
 public:
  Tables() = default;
  explicit Tables(std::shared_ptr<const data::Table> only) { Add("data", std::move(only)); }
  void Add(const std::string& id, std::shared_ptr<const data::Table> table) {
    tables_[id] = std::move(table);
  }
  absl::StatusOr<std::shared_ptr<const data::Table>> Open(const std::string& id) override {
    const auto found = tables_.find(id);
    if (found == tables_.end()) return absl::NotFoundError("no dataset " + id);
    return found->second;
  }

 private:
  std::map<std::string, std::shared_ptr<const data::Table>> tables_;
};

}  // namespace thalweg::testing
