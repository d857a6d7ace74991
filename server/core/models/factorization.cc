#include "server/core/models/factorization.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/random.h"
#include "server/core/violation.h"

namespace thalweg::models {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
// Beyond, neighbouring whole numbers are the same double.
constexpr double kLargestWhole = 9007199254740992.0;

double Dot(Index count, const double* a, const double* b) {
  double sum = 0;
  for (Index i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

// --- Places ---

Places::Places(std::vector<double> values) : values_(std::move(values)) {
  std::sort(values_.begin(), values_.end());
  values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
  if (values_.empty()) return;
  const double width = values_.back() - values_.front();
  if (width > 4.0 * static_cast<double>(values_.size()) + 1024) return;
  direct_.assign(static_cast<size_t>(width) + 1, -1);
  for (size_t place = 0; place < values_.size(); ++place) {
    direct_[static_cast<size_t>(values_[place] - values_.front())] = static_cast<int32_t>(place);
  }
}

Index Places::Of(double value) const {
  if (values_.empty() || !(value >= values_.front() && value <= values_.back())) return -1;
  if (!direct_.empty()) {
    const double offset = value - values_.front();
    return offset == std::floor(offset) ? direct_[static_cast<size_t>(offset)] : -1;
  }
  const auto found = std::lower_bound(values_.begin(), values_.end(), value);
  return *found == value ? found - values_.begin() : -1;
}

// --- the model ---

/// Where the rows of the last block lie in the matrix.
struct Factorization::Memory final : Scratch {
  struct Cell {
    Index row, column;
  };
  std::vector<Cell> cells;
};

OptionTable<Factorization::Options> Factorization::Table() {
  return {
      {"rank", &Options::rank, {1, 1000, false, false}, "factors of each row and column"},
      {"scale", &Options::scale, kPositive, "deviation of the factors at the start"},
  };
}

absl::StatusOr<std::unique_ptr<Factorization>> Factorization::Make(const Options& options,
                                                                   Places rows, Places columns,
                                                                   double mean) {
  const Index m = rows.count();
  const Index n = columns.count();
  const Index size = 1 + (m + n) * (1 + options.rank);
  if (size > kMostUnknowns) {
    return Refuse("settings[rank]", Reason::kInvalidValue,
                  absl::StrFormat("%d rows and %d columns of rank %d make %d unknowns; at most %d "
                                  "are allowed",
                                  m, n, options.rank, size, kMostUnknowns));
  }
  const auto vector = [](std::string name, Index length) {
    return Variable{.name = std::move(name), .scalar = false, .length = length};
  };
  const auto matrix = [&](std::string name, Index count) {
    Variable variable = vector(std::move(name), count * options.rank);
    variable.columns = options.rank;
    return variable;
  };
  auto layout = Layout::Of({{.name = "mean"},
                            vector("row_bias", m),
                            vector("column_bias", n),
                            matrix("rows", m),
                            matrix("columns", n)});
  if (!layout.ok()) return layout.status();
  return std::unique_ptr<Factorization>(
      new Factorization(options, std::move(rows), std::move(columns), mean, *std::move(layout)));
}

Factorization::Factorization(const Options& options, Places rows, Places columns, double mean,
                             Layout layout)
    : rank_(options.rank),
      scale_(options.scale),
      rows_(std::move(rows)),
      columns_(std::move(columns)),
      mean_(mean),
      layout_(std::move(layout)),
      row_biases_(layout_.OffsetOf(1)),
      column_biases_(layout_.OffsetOf(2)),
      row_factors_(layout_.OffsetOf(3)),
      column_factors_(layout_.OffsetOf(4)) {}

std::unique_ptr<Scratch> Factorization::NewScratch() const { return std::make_unique<Memory>(); }

void Factorization::Scores(const Vector& x, const RowBlock& rows, double* scores,
                           Scratch* scratch) const {
  auto& cells = static_cast<Memory&>(*scratch).cells;
  cells.resize(static_cast<size_t>(rows.count));
  for (Index i = 0; i < rows.count; ++i) {
    const double row = rows.features[2 * i];
    const double column = rows.features[2 * i + 1];
    auto& cell = cells[static_cast<size_t>(i)];
    cell = {rows_.Of(row), columns_.Of(column)};
    double score = std::isnan(row) || std::isnan(column) ? kNaN : x[0];
    if (cell.row >= 0) score += x[row_biases_ + cell.row];
    if (cell.column >= 0) score += x[column_biases_ + cell.column];
    if (cell.row >= 0 && cell.column >= 0) {
      score += Dot(rank_, x.data() + RowFactors(cell.row), x.data() + ColumnFactors(cell.column));
    }
    scores[i] = score;
  }
}

void Factorization::AddGradient(const Vector& x, const RowBlock& rows, const double* slopes,
                                double* gradient, Scratch* scratch) const {
  const auto& cells = static_cast<Memory&>(*scratch).cells;
  for (Index i = 0; i < rows.count; ++i) {
    const auto [row, column] = cells[static_cast<size_t>(i)];
    const double slope = slopes[i];
    gradient[0] += slope;
    if (row >= 0) gradient[row_biases_ + row] += slope;
    if (column >= 0) gradient[column_biases_ + column] += slope;
    if (row < 0 || column < 0) continue;
    const Index u = RowFactors(row);
    const Index v = ColumnFactors(column);
    for (Index f = 0; f < rank_; ++f) {
      // Both read first: gradient may be x itself.
      const double by_row = slope * x[v + f];
      const double by_column = slope * x[u + f];
      gradient[u + f] += by_row;
      gradient[v + f] += by_column;
    }
  }
}

Vector Factorization::Start(uint64_t seed) const {
  Vector x = Vector::Zero(layout_.size());
  x[0] = mean_;
  // No step is at iteration -1, so that nobody else draws these numbers.
  Random random(seed, /*iteration=*/-1, 0);
  for (Index i = row_factors_; i < x.size(); ++i) x[i] = scale_ * random.Normal();
  return x;
}

std::vector<std::vector<Index>> Factorization::PenalisedGroups() const {
  std::vector<std::vector<Index>> groups;
  for (Index i = row_biases_; i < row_factors_; ++i) groups.push_back({i});
  for (Index first = row_factors_; first < layout_.size(); first += rank_) {
    auto& group = groups.emplace_back();
    for (Index f = 0; f < rank_; ++f) group.push_back(first + f);
  }
  return groups;
}

// --- its row of the catalogue ---

namespace {

/// Where the training rows' feature `which` (0 or 1) lies. Refused where a number is not whole.
absl::StatusOr<Places> PlacesOf(const Design& design, size_t which) {
  const DesignRows& rows = design.training();
  std::vector<double> values(static_cast<size_t>(rows.count));
  for (size_t i = 0; i < values.size(); ++i) {
    const double value = values[i] = rows.features[2 * i + which];
    if (value == std::floor(value) && std::abs(value) <= kLargestWhole) continue;
    const std::string& name = design.features()[which].name;
    return Refuse("kind", Reason::kInvalidValue,
                  absl::StrFormat("feature %s: %g is no whole number; a factorization is learnt "
                                  "from categories or whole numbers",
                                  Quoted(name), value));
  }
  return Places(std::move(values));
}

class FactorizationKind final : public ModelKind {
 public:
  using Options = Factorization::Options;
  static OptionTable<Options> Table() { return Factorization::Table(); }
  explicit FactorizationKind(const Options& options) : options_(options) {}

  std::optional<Task> task() const override { return Task::kRegression; }
  Encoding encoding() const override { return Encoding::kCodes; }
  std::string UsualLoss(Task /*task*/, Index /*classes*/) const override { return "squared"; }

  absl::StatusOr<std::unique_ptr<ScoreModel>> Build(std::shared_ptr<const Design> design,
                                                    Index /*scores*/) const override {
    if (design->width() != 2) {
      return Refuse("kind", Reason::kWrongShape,
                    absl::StrFormat("a factorization is learnt from two features, what stands for "
                                    "the rows of the matrix and what for its columns; got %d",
                                    design->width()));
    }
    auto rows = PlacesOf(*design, 0);
    if (!rows.ok()) return rows.status();
    auto columns = PlacesOf(*design, 1);
    if (!columns.ok()) return columns.status();
    double mean = 0;  // so that no step is lost with finding it
    const auto& targets = design->training().targets;
    for (const double target : targets) mean += target / static_cast<double>(targets.size());
    auto made = Factorization::Make(options_, *std::move(rows), *std::move(columns), mean);
    if (!made.ok()) return made.status();
    return made;
  }

 private:
  const Options options_;
};

}  // namespace

CatalogEntry<ModelKind> FactorizationEntry() {
  return EntryOf<ModelKind, FactorizationKind>(
      {.name = "factorization",
       .title = "Matrix factorisation",
       .summary = "A number for each pair of two things, people and films, say: biases of both, "
                  "and the product of a few factors of each. Unknown ones are predicted by the "
                  "other's bias.",
       .formula = "score = mean + row_bias[i] + column_bias[j] + rows[i] . columns[j]",
       .source = "Koren, Bell & Volinsky (2009), doi:10.1109/MC.2009.263",
       .advice = "For tables of pairs with a target: exactly two features, of categories or whole "
                 "numbers. Few ratings a pair want a small rank and an l2 penalty; sgd and adam on "
                 "small batches learn it fastest. Not convex: another seed, another solution.",
       .example = "thalweg fit ratings.csv --target rating --model factorization "
                  "--penalty l2=0.02 --batch 64 --optimizer adam"});
}

}  // namespace thalweg::models
