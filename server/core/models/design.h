#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/data/table.h"
#include "server/core/models/model_spec.h"
#include "server/core/vector.h"

namespace thalweg::models {

/// What a target is.
enum class Task {
  kRegression,      ///< Numbers.
  kClassification,  ///< One of k >= 2 classes: targets are their places, 0 to k - 1.
};

/// How a model wants its features.
enum class Encoding {
  kNumbers,  ///< Categories become 0 and 1, everything is scaled.
  kCodes,    ///< Categories stay codes and numbers are as they are.
};

/// One number that a model sees of a row: (cell - shift) / scale, or 0 and 1.
struct Feature {
  std::string name;       ///< "age", "species=setosa".
  size_t column = 0;      ///< Of the table.
  int64_t category = -1;  ///< 1 where the cell has this code, else 0; -1: a number.
  double shift = 0;
  double scale = 1;    ///< Not 0.
  double filling = 0;  ///< Of cells without a value, in the table's units.
};

/// Rows as a model sees them.
struct DesignRows {
  Index count = 0;
  std::vector<double> features;  ///< count * d, row after row.
  std::vector<double> targets;   ///< count numbers, or places of classes.
  std::vector<double> weights;   ///< count; empty: all weigh 1.
  double total_weight = 0;
  std::vector<int64_t> table_rows;  ///< Where they come from.
};

/// A table as a model sees it: features chosen, encoded and scaled, rows dealt into training,
/// validation and test. Never changes; shared by the runs that want the same of the same table.
class Design {
 public:
  /// Errors are under the model: "target", "features[age]", "split.validation", and name row and
  /// column where a cell is wrong. A model of classes needs a column of categories, or of whole
  /// numbers with 2 to 1000 different values.
  static absl::StatusOr<std::shared_ptr<const Design>> Make(const ModelSpec& spec,
                                                            const data::Table& table, Task task,
                                                            Encoding encoding);

  Task task() const { return task_; }
  const std::vector<Feature>& features() const { return features_; }
  Index width() const { return static_cast<Index>(features_.size()); }  ///< d
  const std::vector<std::string>& classes() const { return classes_; }  ///< k; none: a regression.
  const DesignRows& training() const { return training_; }
  const DesignRows& validation() const { return validation_; }
  const DesignRows& test() const { return test_; }
  size_t bytes() const;  ///< Of memory.
  /// What is worth knowing: "column 'age' holds 3 in every training row".
  const std::vector<std::string>& remarks() const { return remarks_; }

  /// Rows [first, first + count) of any table that has the features among its columns, found by
  /// name; categories are matched by text. A row whose features cannot be had (missing, and not
  /// filled; an unknown category) becomes NaN.
  absl::StatusOr<std::vector<double>> Encode(const data::Table& table, Index first,
                                             Index count) const;

 private:
  Design() = default;

  Task task_ = Task::kRegression;
  Encoding encoding_ = Encoding::kNumbers;
  Missing missing_ = Missing::kRefuse;
  std::vector<Feature> features_;
  std::vector<data::ColumnInfo> columns_;  // of the table, those that features come from
  std::vector<std::string> classes_;
  DesignRows training_, validation_, test_;
  std::vector<std::string> remarks_;
};

/// Where designs come from that runs share. Safe for concurrent use.
class DesignSource {
 public:
  virtual ~DesignSource() = default;
  /// As Design::Make, of the table that `spec` names; errors are those of `tables` too.
  virtual absl::StatusOr<std::shared_ptr<const Design>> Open(const ModelSpec& spec, Task task,
                                                             Encoding encoding,
                                                             data::TableSource& tables) = 0;
};

}  // namespace thalweg::models
