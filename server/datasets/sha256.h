#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/core/data/table.h"

namespace thalweg::datasets {

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Add(std::string_view bytes);
  void Add(uint64_t number);       ///< Eight bytes, the least first.
  void AddText(std::string_view);  ///< With its length, so that texts can't run into one another.
  std::string Hex();               ///< Once, at the end.

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// Of a table's names, types, categories and numbers; `cells` column after column.
std::string ContentDigest(const std::vector<data::ColumnInfo>& columns, Index rows,
                          const double* cells);

/// The id of a tenant's table with that content: two tenants with the same table have two.
std::string IdOf(std::string_view tenant, std::string_view content_digest);

}  // namespace thalweg::datasets
