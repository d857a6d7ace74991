#include "server/core/expression/batch.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/expression/compiled.h"
#include "server/core/expression/evaluator.h"
#include "server/core/violation.h"

namespace thalweg::expression {
namespace {

/// A mini-batch and what is left over at the end of the data are two; a few more cost little.
constexpr size_t kMostSizes = 8;

/// A table and the rows of it that are seen.
struct Table {
  std::string name;
  const Parameter* whole = nullptr;
  size_t width = 1;           // numbers in a row
  std::vector<double> batch;  // rows one after the other
};

/// What stands for a table while a formula is compiled: no integer, so that no index is proven by
/// rows that change, and negative if some number is, so that no square root is taken of one.
double StandIn(const Parameter& whole) {
  const bool negative = std::any_of(whole.values.begin(), whole.values.end(),
                                    [](double value) { return !(value >= 0); });
  return negative ? -0.5 : 0.5;
}

int64_t RowsOf(const Parameter& table) { return table.shape()[0]; }

class BatchEvaluator final : public BatchObjective {
 public:
  BatchEvaluator(const Source& source, const Limits& limits, CodeMaker* maker)
      : source_(source), limits_(limits), maker_(maker) {}

  absl::Status Start(const std::vector<std::string>& rows) {
    if (absl::Status status = FindTables(rows); !status.ok()) return status;
    std::vector<int64_t> all(static_cast<size_t>(row_count_));
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int64_t>(i);
    return SetRows(all);
  }

  int64_t row_count() const override { return row_count_; }

  absl::Status SetRows(std::span<const int64_t> rows) override {
    for (const int64_t row : rows) {
      if (row >= 0 && row < row_count_) continue;
      return absl::OutOfRangeError(
          absl::StrFormat("row %d of a table with rows 0 to %d", row, row_count_ - 1));
    }
    auto sized = For(rows);
    if (!sized.ok()) return sized.status();
    current_ = *sized;
    for (Table& table : current_->tables) Gather(rows, table);
    return absl::OkStatus();
  }

  const Layout& layout() const override { return current_->objective->layout(); }
  absl::Status Value(const Vector& x, double& value) override {
    return current_->objective->Value(x, value);
  }
  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) override {
    return current_->objective->ValueAndGradient(x, value, gradient);
  }
  absl::Status Values(const Matrix& points, Vector& values) override {
    return current_->objective->Values(points, values);
  }
  absl::Status ValuesAndGradients(const Matrix& points, Vector& values,
                                  Matrix& gradients) override {
    return current_->objective->ValuesAndGradients(points, values, gradients);
  }
  absl::Status HessianVector(const Vector& x, const Vector& v, Vector& product) override {
    return current_->objective->HessianVector(x, v, product);
  }
  Index residual_count() const override { return current_->objective->residual_count(); }
  absl::Status Residuals(const Vector& x, Vector& residuals) override {
    return current_->objective->Residuals(x, residuals);
  }
  absl::Status ResidualsAndJacobian(const Vector& x, Vector& residuals, Matrix& jacobian) override {
    return current_->objective->ResidualsAndJacobian(x, residuals, jacobian);
  }
  std::string ExplainNonFinite(const Vector& x) override {
    return current_->objective->ExplainNonFinite(x);
  }

 private:
  /// The formula compiled for one size of batch, with the memory of the batch.
  struct Sized {
    std::vector<Table> tables;
    std::vector<const double*> parameters;  // by number, of the compiled programs
    std::unique_ptr<Objective> objective;
    uint64_t used = 0;  // when, in batches
  };

  absl::Status FindTables(const std::vector<std::string>& names) {
    if (names.empty()) return Refuse("rows", Reason::kMissingField, "names no table");
    for (const std::string& name : names) {
      const auto found = source_.parameters.find(name);
      const bool table = found != source_.parameters.end() && !found->second.scalar &&
                         !found->second.values.empty();
      if (!table) {
        return Refuse(
            "rows", Reason::kInvalidValue,
            absl::StrCat("'", name, "' is no vector or matrix with values among the parameters"));
      }
      const Parameter& whole = found->second;
      const int64_t count = RowsOf(whole);
      if (row_count_ >= 0 && count != row_count_) {
        return Refuse(
            "rows", Reason::kInvalidValue,
            absl::StrFormat("'%s' has %d rows, '%s' has %d; tables must have equally many", name,
                            count, tables_.front().name, row_count_));
      }
      row_count_ = count;
      tables_.push_back({name, &whole, whole.values.size() / static_cast<size_t>(count), {}});
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Sized*> For(std::span<const int64_t> rows) {
    const auto known = sizes_.find(rows.size());
    if (known != sizes_.end()) {
      known->second.used = ++batches_;
      return &known->second;
    }
    if (rows.empty()) return absl::InvalidArgumentError("a batch needs at least one row");
    Source source = source_;
    for (const Table& table : tables_) {
      source.parameters[table.name].values =
          std::vector<double>(rows.size() * table.width, StandIn(*table.whole));
    }
    auto compiled = Compile(source, limits_);
    if (!compiled.ok()) {
      return absl::Status(compiled.status().code(),
                          absl::StrFormat("for a batch of %d rows: %s", rows.size(),
                                          std::string(compiled.status().message())));
    }
    MakeRoom();
    Sized& made = sizes_[rows.size()];
    made.used = ++batches_;
    made.tables = tables_;
    for (Table& table : made.tables) table.batch.resize(rows.size() * table.width);
    const Program& program = (*compiled)->machinery().value;
    for (const auto& values : program.parameters) made.parameters.push_back(values.data());
    for (const Table& table : made.tables) {
      const auto number = program.named_parameters.find(table.name);
      if (number == program.named_parameters.end()) continue;  // the formula does not use it
      made.parameters[static_cast<size_t>(number->second)] = table.batch.data();
    }
    made.objective = MakeEvaluator(*std::move(compiled), maker_, made.parameters.data());
    return &made;
  }

  /// Forgets the size that was not used for longest, but not the one in use.
  void MakeRoom() {
    if (sizes_.size() < kMostSizes) return;
    auto oldest = sizes_.end();
    for (auto at = sizes_.begin(); at != sizes_.end(); ++at) {
      if (&at->second == current_) continue;
      if (oldest == sizes_.end() || at->second.used < oldest->second.used) oldest = at;
    }
    sizes_.erase(oldest);
  }

  static void Gather(std::span<const int64_t> rows, Table& table) {
    for (size_t i = 0; i < rows.size(); ++i) {
      std::copy_n(table.whole->values.data() + static_cast<size_t>(rows[i]) * table.width,
                  table.width, table.batch.data() + i * table.width);
    }
  }

  const Source source_;
  const Limits limits_;
  CodeMaker* const maker_;
  std::vector<Table> tables_;  // without a batch
  int64_t row_count_ = -1;
  std::map<size_t, Sized> sizes_;
  uint64_t batches_ = 0;
  Sized* current_ = nullptr;
};

}  // namespace

absl::StatusOr<std::unique_ptr<BatchObjective>> MakeBatchObjective(
    const Source& source, const std::vector<std::string>& rows, const Limits& limits,
    CodeMaker* maker) {
  auto made = std::make_unique<BatchEvaluator>(source, limits, maker);
  if (absl::Status status = made->Start(rows); !status.ok()) return status;
  return made;
}

}  // namespace thalweg::expression
