#include "server/runs/iterate_block.h"

#include <algorithm>
#include <limits>

namespace thalweg::runs {
namespace {

// Calls `visit(column, entries per row)` for every column of `block`.
template <typename Block, typename Visit>
void ForEachColumn(Block& block, size_t coordinates, Visit visit) {
  visit(block.iteration, 1);
  visit(block.value, 1);
  visit(block.best_value, 1);
  visit(block.gradient_norm, 1);
  visit(block.gradient_max, 1);
  visit(block.step_norm, 1);
  visit(block.learning_rate, 1);
  visit(block.value_evaluations, 1);
  visit(block.gradient_evaluations, 1);
  visit(block.flags, 1);
  visit(block.x, coordinates);
}

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Calls `visit(column, absent)` for every column that is empty while all its entries are `absent`.
template <typename Block, typename Visit>
void ForEachSparseColumn(Block& block, Visit visit) {
  visit(block.hessian_products, int64_t{0});
  visit(block.trials, int64_t{0});
  visit(block.violation, 0.0);
  visit(block.epoch, 0.0);
  visit(block.training_value, kUnknown);
  visit(block.validation_value, kUnknown);
}

template <typename T>
bool Is(T absent, T entry) {
  return entry == absent || (absent != absent && entry != entry);  // NaN is NaN here
}

// Adds an entry behind `rows` others, where there is something to be said.
template <typename T>
void Put(std::vector<T>& column, T entry, size_t rows, T absent) {
  if (column.empty() && Is(absent, entry)) return;
  column.resize(rows, absent);
  column.push_back(entry);
}

// Room for it beforehand.
template <typename T>
void MakeRoom(std::vector<T>& column, T entry, size_t rows, size_t capacity, T absent) {
  if (column.empty() && Is(absent, entry)) return;
  if (column.capacity() <= rows) column.reserve(capacity);
}

// Calls `visit(column, entry, absent)` for every such column and what an iterate says in it.
template <typename Visit>
void ForEachSparseEntry(IterateBlock& block, const Iterate& at, Visit visit) {
  visit(block.hessian_products, at.evaluations.hessian_products, int64_t{0});
  visit(block.trials, at.trials, int64_t{0});
  visit(block.violation, at.violation, 0.0);
  visit(block.epoch, at.epoch, 0.0);
  visit(block.training_value, at.training_value, kUnknown);
  visit(block.validation_value, at.validation_value, kUnknown);
}

// Adds entries [begin, end) of `from` behind `rows` others.
template <typename T>
void AppendSparse(std::vector<T>& to, const std::vector<T>& from, size_t begin, size_t end,
                  size_t rows, T absent) {
  if (to.empty() && from.empty()) return;
  to.resize(rows, absent);
  if (from.empty()) {
    to.resize(rows + end - begin, absent);
    return;
  }
  to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(begin),
            from.begin() + static_cast<std::ptrdiff_t>(end));
}

template <typename Column>
void AppendRange(Column& to, const Column& from, size_t begin, size_t end, size_t per_row) {
  const auto first = from.begin() + static_cast<std::ptrdiff_t>(begin * per_row);
  const auto last = from.begin() + static_cast<std::ptrdiff_t>(end * per_row);
  to.insert(to.end(), first, last);
}

}  // namespace

size_t IterateBlock::bytes_per_row() const {
  auto entries = static_cast<size_t>(9 + variables + coordinates);
  ForEachSparseColumn(*this, [&](const auto& column, auto) { entries += column.empty() ? 0 : 1; });
  return entries * sizeof(double) + sizeof(uint32_t);
}

Evaluations IterateBlock::evaluations(size_t row) const {
  return {.values = value_evaluations[row],
          .gradients = gradient_evaluations[row],
          .hessian_products = EntryAt(hessian_products, row)};
}

size_t IterateBlock::bytes() const { return rows() * bytes_per_row(); }

void IterateBlock::Reserve(size_t rows, int64_t traced_coordinates) {
  ForEachColumn(*this, static_cast<size_t>(traced_coordinates),
                [rows](auto& column, size_t per_row) { column.reserve(rows * per_row); });
  ForEachSparseColumn(*this, [rows](auto& column, auto) {
    if (!column.empty()) column.reserve(rows);
  });
  variable_gradient_norm.reserve(rows * static_cast<size_t>(variables));
}

void IterateBlock::Append(const IterateRecord& record, int64_t traced_coordinates) {
  const Iterate& at = record.at;
  const size_t row = rows();
  if (row == 0) variables = static_cast<int64_t>(at.variable_gradient_norms.size());
  if (row == iteration.capacity()) Reserve(std::max<size_t>(16, 2 * row), traced_coordinates);
  const size_t capacity = iteration.capacity();
  variable_gradient_norm.reserve(capacity * static_cast<size_t>(variables));
  ForEachSparseEntry(*this, at, [&](auto& column, auto entry, auto absent) {
    MakeRoom(column, entry, row, capacity, absent);
  });
  coordinates = traced_coordinates;
  iteration.push_back(at.iteration);
  value.push_back(record.value);
  best_value.push_back(record.best_value);
  gradient_norm.push_back(record.gradient_norm);
  gradient_max.push_back(record.gradient_max);
  step_norm.push_back(at.step_norm);
  learning_rate.push_back(at.learning_rate);
  value_evaluations.push_back(at.evaluations.values);
  gradient_evaluations.push_back(at.evaluations.gradients);
  ForEachSparseEntry(
      *this, at, [row](auto& column, auto entry, auto absent) { Put(column, entry, row, absent); });
  for (int64_t i = 0; i < variables; ++i) {
    const bool known = i < at.variable_gradient_norms.size();
    variable_gradient_norm.push_back(known ? at.variable_gradient_norms[i] : kUnknown);
  }
  flags.push_back(at.flags);
  for (int64_t i = 0; i < traced_coordinates; ++i) x.push_back(at.x[i]);
}

void IterateBlock::AppendRows(const IterateBlock& from, size_t begin, size_t end) {
  coordinates = from.coordinates;
  if (empty()) variables = from.variables;
  const auto per_row_of_x = static_cast<size_t>(coordinates);
  const size_t before = rows();
  AppendRange(iteration, from.iteration, begin, end, 1);
  AppendRange(value, from.value, begin, end, 1);
  AppendRange(best_value, from.best_value, begin, end, 1);
  AppendRange(gradient_norm, from.gradient_norm, begin, end, 1);
  AppendRange(gradient_max, from.gradient_max, begin, end, 1);
  AppendRange(step_norm, from.step_norm, begin, end, 1);
  AppendRange(learning_rate, from.learning_rate, begin, end, 1);
  AppendRange(value_evaluations, from.value_evaluations, begin, end, 1);
  AppendRange(gradient_evaluations, from.gradient_evaluations, begin, end, 1);
  AppendSparse(hessian_products, from.hessian_products, begin, end, before, int64_t{0});
  AppendSparse(trials, from.trials, begin, end, before, int64_t{0});
  AppendSparse(violation, from.violation, begin, end, before, 0.0);
  AppendSparse(epoch, from.epoch, begin, end, before, 0.0);
  AppendSparse(training_value, from.training_value, begin, end, before, kUnknown);
  AppendSparse(validation_value, from.validation_value, begin, end, before, kUnknown);
  AppendRange(variable_gradient_norm, from.variable_gradient_norm, begin, end,
              static_cast<size_t>(variables));
  AppendRange(flags, from.flags, begin, end, 1);
  AppendRange(x, from.x, begin, end, per_row_of_x);
  elapsed_seconds = from.elapsed_seconds;
}

size_t IterateBlock::RowAt(int64_t wanted) const {
  if (empty() || wanted <= first()) return 0;
  if (last() - first() + 1 == static_cast<int64_t>(rows())) {  // dense: no search
    return static_cast<size_t>(std::min(wanted - first(), static_cast<int64_t>(rows())));
  }
  const auto found = std::lower_bound(iteration.begin(), iteration.end(), wanted);
  return static_cast<size_t>(found - iteration.begin());
}

IterateBlock IterateBlock::Slice(int64_t from, int64_t to) const {
  IterateBlock slice;
  slice.coordinates = coordinates;
  slice.variables = variables;
  slice.elapsed_seconds = elapsed_seconds;
  const size_t begin = RowAt(from);
  const size_t end = to == INT64_MAX ? rows() : RowAt(to + 1);
  if (begin < end) slice.AppendRows(*this, begin, end);
  return slice;
}

}  // namespace thalweg::runs
