#include "server/core/models/formula.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "server/core/entry_of.h"
#include "server/core/expression/batch.h"
#include "server/core/models/formula_tables.h"
#include "server/core/violation.h"

namespace thalweg::models {
namespace {

struct Options {
  std::string expression;
  std::string variables;
};

OptionTable<Options> Table() {
  return {
      {"expression",
       &Options::expression,
       {},
       "the formula, which takes its mean over the rows itself: \"mean((X @ w + b - y)**2)\"",
       kRequired},
      {"variables",
       &Options::variables,
       {},
       "its unknowns, \"w: 3, b, W: 2x3\"; none: those that the start names"},
  };
}

class FormulaObjective final : public ModelObjective {
 public:
  FormulaObjective(std::unique_ptr<expression::BatchObjective> formula, FormulaTables tables,
                   bool sum)
      : formula_(std::move(formula)),
        count_(tables.training),
        sum_(sum),
        remarks_(std::move(tables.remarks)),
        all_(static_cast<size_t>(count_)),
        held_out_(static_cast<size_t>(tables.validation)) {
    std::iota(all_.begin(), all_.end(), int64_t{0});
    std::iota(held_out_.begin(), held_out_.end(), static_cast<int64_t>(count_));
  }

  const ModelParts& parts() const override { return parts_; }
  Vector Start(uint64_t /*seed*/) const override { return Vector::Zero(layout().size()); }
  std::vector<std::string> Remarks() const override { return remarks_; }

  const Layout& layout() const override { return formula_->layout(); }
  Index row_count() const override { return count_; }

  absl::Status SetRows(std::span<const int64_t> rows, std::span<const double> factors) override {
    for (const int64_t row : rows) {
      if (row >= 0 && row < count_) continue;
      return absl::OutOfRangeError(
          absl::StrCat("row ", row, " of training rows 0 to ", count_ - 1));
    }
    if (std::any_of(factors.begin(), factors.end(), [](double factor) { return factor != 1; })) {
      return absl::InvalidArgumentError(
          "the rows of a formula cannot be weighted; draw them all alike");
    }
    if (auto status = See(rows, Seen::kBatch); !status.ok()) return status;
    batch_.assign(rows.begin(), rows.end());
    factor_ = sum_ ? static_cast<double>(count_) / static_cast<double>(rows.size()) : 1;
    return absl::OkStatus();
  }
  void UseAllRows() override {
    if (batch_ == all_) return;
    batch_ = all_;
    factor_ = 1;
    seen_ = Seen::kOther;  // looked up when they are needed
  }

  bool has_validation() const override { return !held_out_.empty(); }
  absl::Status Validation(const Vector& x, double& value) override {
    auto status = See(held_out_, Seen::kOther);
    return status.ok() ? formula_->Value(x, value) : status;
  }

  double AddTermGradient(Index row, const Vector& x, double scale, Vector& out) override {
    const int64_t rows[] = {row};
    double value = std::numeric_limits<double>::quiet_NaN();
    term_gradient_.resize(x.size());
    absl::Status status = See(rows, Seen::kOther);
    if (status.ok()) status = formula_->ValueAndGradient(x, value, term_gradient_);
    if (!status.ok()) term_gradient_.setConstant(value);  // no meaning for one row: NaN
    out += scale * term_gradient_;
    return value;
  }
  void AddPenaltyGradient(const Vector& /*x*/, double /*scale*/, Vector& /*out*/) override {}
  double term_scale() const override { return sum_ ? static_cast<double>(count_) : 1; }

  absl::Status Value(const Vector& x, double& value) override {
    if (auto status = SeeBatch(); !status.ok()) return status;
    auto status = formula_->Value(x, value);
    value *= factor_;
    return status;
  }
  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) override {
    if (auto status = SeeBatch(); !status.ok()) return status;
    auto status = formula_->ValueAndGradient(x, value, gradient);
    value *= factor_;
    gradient *= factor_;
    return status;
  }
  absl::Status HessianVector(const Vector& x, const Vector& v, Vector& product) override {
    if (auto status = SeeBatch(); !status.ok()) return status;
    auto status = formula_->HessianVector(x, v, product);
    product *= factor_;
    return status;
  }
  absl::Status Values(const Matrix& points, Vector& values) override {
    if (auto status = SeeBatch(); !status.ok()) return status;
    auto status = formula_->Values(points, values);
    values *= factor_;
    return status;
  }
  absl::Status ValuesAndGradients(const Matrix& points, Vector& values,
                                  Matrix& gradients) override {
    if (auto status = SeeBatch(); !status.ok()) return status;
    auto status = formula_->ValuesAndGradients(points, values, gradients);
    values *= factor_;
    gradients *= factor_;
    return status;
  }
  /// A batch of a sum counts several times, its residuals do not.
  Index residual_count() const override { return factor_ == 1 ? residuals_ : 0; }
  absl::Status Residuals(const Vector& x, Vector& residuals) override {
    if (auto status = SeeBatch(); !status.ok()) return status;
    return formula_->Residuals(x, residuals);
  }
  absl::Status ResidualsAndJacobian(const Vector& x, Vector& residuals, Matrix& jacobian) override {
    if (auto status = SeeBatch(); !status.ok()) return status;
    return formula_->ResidualsAndJacobian(x, residuals, jacobian);
  }
  std::string ExplainNonFinite(const Vector& x) override {
    return SeeBatch().ok() ? formula_->ExplainNonFinite(x) : "";
  }

 private:
  enum class Seen { kBatch, kOther };  // which rows the formula has before it

  absl::Status See(std::span<const int64_t> rows, Seen which) {
    seen_ = Seen::kOther;
    auto status = formula_->SetRows(rows);
    if (!status.ok()) return status;
    seen_ = which;
    if (which == Seen::kBatch) residuals_ = formula_->residual_count();
    return status;
  }
  absl::Status SeeBatch() {
    return seen_ == Seen::kBatch ? absl::OkStatus() : See(batch_, Seen::kBatch);
  }

  const std::unique_ptr<expression::BatchObjective> formula_;  // of training and validation rows
  const Index count_;
  const bool sum_;
  const std::vector<std::string> remarks_;
  const ModelParts parts_;  // none
  std::vector<int64_t> all_, held_out_, batch_;
  Seen seen_ = Seen::kOther;
  double factor_ = 1;    // of values: N / batch size of sums
  Index residuals_ = 0;  // of the batch
  Vector term_gradient_;
};

absl::Status CheckSpec(const ModelSpec& spec) {
  std::vector<Violation> violations;
  const auto refuse = [&](const char* field, const char* why) {
    violations.push_back({field, Reason::kInvalidValue, why});
  };
  if (!spec.loss.kind.empty()) refuse("loss", "a formula is its own loss; leave it out");
  if (!spec.penalty.kind.empty() && spec.penalty.kind != "none") {
    refuse("penalty", "a formula has none beside it: write it into the formula");
  }
  if (!spec.weights.empty()) {
    refuse("weights", "a formula weighs rows itself: use the column in it by its name");
  }
  return violations.empty() ? absl::OkStatus() : Refuse(std::move(violations));
}

}  // namespace

std::string IdentifierOf(const std::string& column) {
  std::string name;
  for (const char c : column) {
    name.push_back(absl::ascii_isalnum(static_cast<unsigned char>(c)) ? c : '_');
  }
  if (name.empty() || absl::ascii_isdigit(static_cast<unsigned char>(name[0]))) name.insert(0, "_");
  return name;
}

std::string UnknownsText(const std::vector<Variable>& variables) {
  return absl::StrJoin(variables, ", ", [](std::string* out, const Variable& variable) {
    absl::StrAppend(out, variable.name);
    if (variable.scalar) return;
    absl::StrAppend(out, ": ");
    if (variable.columns > 0) absl::StrAppend(out, variable.length / variable.columns, "x");
    absl::StrAppend(out, variable.columns > 0 ? variable.columns : variable.length);
  });
}

absl::StatusOr<std::vector<Variable>> UnknownsOf(const std::string& text) {
  std::vector<Variable> variables;
  if (absl::StripAsciiWhitespace(text).empty()) return variables;
  const std::vector<std::string> items = absl::StrSplit(text, ',');
  for (const std::string& item : items) {
    const std::vector<std::string> sides = absl::StrSplit(item, ':');
    Variable variable{.name = std::string(absl::StripAsciiWhitespace(sides[0]))};
    if (sides.size() > 1) {
      variable.scalar = false;
      const std::vector<std::string> lengths = absl::StrSplit(sides[1], 'x');
      constexpr int64_t kMost = int64_t{1} << 20;
      int64_t rows = 0, columns = 1;
      const auto read = [](const std::string& number, int64_t& out) {
        return absl::SimpleAtoi(number, &out) && out >= 1 && out <= kMost;
      };
      const bool good = sides.size() == 2 && lengths.size() <= 2 && read(lengths[0], rows) &&
                        (lengths.size() == 1 || read(lengths[1], columns));
      if (!good) {
        return Refuse("", Reason::kInvalidValue,
                      absl::StrCat(Quoted(item),
                                   " is no unknown; expected \"w: 3\" for a vector, "
                                   "\"W: 2x3\" for a matrix, \"b\" for a number"));
      }
      variable.length = rows * columns;
      if (lengths.size() == 2) variable.columns = columns;
    }
    variables.push_back(std::move(variable));
  }
  if (const auto layout = Layout::Of(variables); !layout.ok()) return layout.status();
  return variables;
}

absl::StatusOr<std::unique_ptr<ModelObjective>> MakeFormulaObjective(const ModelSpec& spec,
                                                                     const Means& means) {
  if (auto status = CheckSpec(spec); !status.ok()) return status;
  const auto options = ReadOptions<Options>(spec.model, Table());
  if (!options.ok()) return Under("model", options.status());
  auto variables = UnknownsOf(options->variables);
  if (!variables.ok()) {
    return Refuse("model.settings[variables]", Reason::kInvalidValue,
                  std::string(variables.status().message()));
  }
  if (variables->empty()) {
    return Refuse("model.settings[variables]", Reason::kMissingField,
                  "nothing names the unknowns of the formula; declare them (\"w: 3, b\"), or give "
                  "a start");
  }
  if (means.tables == nullptr) {
    return Refuse("dataset", Reason::kInvalidValue, "there are no datasets here");
  }
  const auto table = means.tables->Open(spec.dataset);
  if (!table.ok()) return Under("dataset", table.status());

  std::set<std::string> unknowns;
  for (const Variable& variable : *variables) unknowns.insert(variable.name);
  auto tables = TablesOf(spec, **table, options->expression, unknowns);
  if (!tables.ok()) return tables.status();
  const expression::Limits limits = means.limits ? *means.limits : expression::Limits();
  auto formula = expression::MakeBatchObjective(
      {options->expression, *std::move(variables), tables->parameters}, tables->names, limits,
      means.maker);
  if (!formula.ok()) return Under("model.settings[expression]", formula.status());
  auto made = std::make_unique<FormulaObjective>(*std::move(formula), *std::move(tables), spec.sum);
  std::vector<int64_t> all(static_cast<size_t>(made->row_count()));
  std::iota(all.begin(), all.end(), int64_t{0});
  if (auto status = made->SetRows(all, {}); !status.ok()) {
    return Under("model.settings[expression]", status);
  }
  return made;
}

// --- its row of the catalogue ---

namespace {

class FormulaKind final : public ModelKind {
 public:
  using Options = models::Options;
  static OptionTable<Options> Table() { return models::Table(); }
  explicit FormulaKind(const Options& /*options*/) {}

  Encoding encoding() const override { return Encoding::kCodes; }
  std::string UsualLoss(Task /*task*/, Index /*classes*/) const override { return ""; }
  /// See MakeFormulaObjective: a formula has no scores.
  absl::StatusOr<std::unique_ptr<ScoreModel>> Build(std::shared_ptr<const Design> /*design*/,
                                                    Index /*scores*/) const override {
    return Refuse("model", Reason::kInvalidValue, "a formula gives no scores, only its value");
  }
};

}  // namespace

CatalogEntry<ModelKind> FormulaEntry() {
  return EntryOf<ModelKind, FormulaKind>(
      {.name = "formula",
       .title = "Formula",
       .summary = "Any formula of the objective language over the columns of a table: columns by "
                  "name, the features as X, the target as y.",
       .formula = "f(unknowns; columns), which takes its mean over the rows itself",
       .source = "",
       .advice = "For models that are not in the list: curves of physics, losses of your own. It "
                 "sees the table as it is, unscaled, categories as codes. Levenberg-Marquardt "
                 "works on sums of squares; batches see mean(...) of their rows.",
       .example = "thalweg fit decay.csv --model formula --set-model "
                  "'expression=\"mean((a*exp(-k*time) - signal)**2)\"' --start a=1 --start k=0.1"});
}

}  // namespace thalweg::models
