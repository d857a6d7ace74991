#pragma once

#include <string>
#include <utility>
#include <vector>

#include "thalweg/v1/catalog_service.pb.h"

namespace thalweg::cli {

/// A row of a catalogue as one kind, whatever list it came from.
struct CatalogueRow {
  std::string name;
  std::string title;
  std::string summary;
  std::vector<std::pair<std::string, std::string>> facts;  ///< "source": "Kingma & Ba (2015)".
  std::vector<v1::Option> options;
};

CatalogueRow RowOf(const v1::CatalogEntry& entry);
CatalogueRow RowOf(const v1::Function& function);
CatalogueRow RowOf(const v1::LanguageFunction& function);

/// Name and summary, a line a row.
std::string ListText(const std::vector<CatalogueRow>& rows);

/// Everything about one row, with its options as a table.
std::string DetailText(const CatalogueRow& row);

/// The same for programs, one line.
std::string RowJson(const CatalogueRow& row);

}  // namespace thalweg::cli
