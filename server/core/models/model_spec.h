#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/core/data/table.h"
#include "server/core/hands.h"
#include "server/core/part.h"

namespace thalweg::expression {
class CodeMaker;
struct Limits;
}  // namespace thalweg::expression

namespace thalweg::models {

/// How features are brought to one scale, by figures of the training rows.
enum class Scaling {
  kStandard,  ///< Less the mean, divided by the standard deviation.
  kNone,
  kMinMax,  ///< From 0 to 1.
  kRobust,  ///< Less the median, divided by the distance between the quartiles.
};

/// What becomes of rows with a missing value among the features.
enum class Missing {
  kRefuse,  ///< An error that names the first.
  kDrop,
  kFill,  ///< The mean of the training rows; for a category, a category of its own.
};

/// Which rows are learnt from, and which are held out.
struct Split {
  double validation = 0;  ///< Share of the rows, 0 to 0.9.
  double test = 0;        ///< Likewise.
  int64_t folds = 0;      ///< 0, or 2 to 100: the other rows are dealt into so many folds ...
  int64_t fold = 0;       ///< ... and this one is validated with.
  uint64_t seed = 0;      ///< Of the deal.
  bool in_order = false;  ///< The last rows are tested with, those before them validated with.

  friend bool operator==(const Split&, const Split&) = default;
};

/// A model of one column of a table by others, as a caller describes it.
struct ModelSpec {
  std::string dataset;                     ///< Id of the table.
  std::string target = {};                 ///< Column that is predicted; a formula needs none.
  std::vector<std::string> features = {};  ///< Columns; none: all others.
  std::string weights = {};                ///< Column of the rows' weights; empty: all alike.
  Part model = {};                         ///< Of Models(). No kind: "linear".
  Part loss = {};                          ///< Of Losses(). No kind: the model's usual one.
  Part penalty = {};                       ///< Of Penalties(). No kind: none.
  Scaling scaling = Scaling::kStandard;
  Missing missing = Missing::kRefuse;
  Split split = {};
  bool sum = false;  ///< The sum over the rows in place of the mean.

  friend bool operator==(const ModelSpec&, const ModelSpec&) = default;
};

class DesignSource;

/// What models are made with; all outlive them.
struct Means {
  data::TableSource* tables = nullptr;         ///< None: models are refused.
  Hands* hands = nullptr;                      ///< None: one thread does everything.
  DesignSource* designs = nullptr;             ///< None: every objective makes its own.
  const expression::Limits* limits = nullptr;  ///< Of formulas; none: the usual ones.
  expression::CodeMaker* maker = nullptr;      ///< Of formulas; none: they are interpreted.
};

}  // namespace thalweg::models
