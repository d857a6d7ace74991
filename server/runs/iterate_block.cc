#include "server/runs/iterate_block.h"

#include <algorithm>

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

// Calls `visit(column)` for every column that is empty while all its entries are 0.
template <typename Block, typename Visit>
void ForEachSparseColumn(Block& block, Visit visit) {
  visit(block.hessian_products);
  visit(block.trials);
  visit(block.violation);
}

// Room for the entry behind `rows` others, where it is needed.
template <typename T>
void MakeRoom(std::vector<T>& column, T entry, size_t rows, size_t capacity) {
  if (column.empty() && entry == 0) return;
  if (column.capacity() <= rows) column.reserve(capacity);
}

template <typename T>
void Put(std::vector<T>& column, T entry, size_t rows) {
  if (column.empty() && entry == 0) return;
  column.resize(rows);
  column.push_back(entry);
}

// Adds entries [begin, end) of `from` behind `rows` others.
template <typename T>
void AppendSparse(std::vector<T>& to, const std::vector<T>& from, size_t begin, size_t end,
                  size_t rows) {
  if (to.empty() && from.empty()) return;
  to.resize(rows);
  if (from.empty()) {
    to.resize(rows + end - begin);
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
  const size_t sparse = (hessian_products.empty() ? 0U : 1U) + (trials.empty() ? 0U : 1U) +
                        (violation.empty() ? 0U : 1U);
  return (9 + sparse + static_cast<size_t>(coordinates)) * sizeof(double) + sizeof(uint32_t);
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
  ForEachSparseColumn(*this, [rows](auto& column) {
    if (!column.empty()) column.reserve(rows);
  });
}

void IterateBlock::Append(const IterateRecord& record, int64_t traced_coordinates) {
  if (rows() == iteration.capacity()) Reserve(std::max<size_t>(16, 2 * rows()), traced_coordinates);
  const Iterate& at = record.at;
  const size_t row = rows();
  const size_t capacity = iteration.capacity();
  MakeRoom(hessian_products, at.evaluations.hessian_products, row, capacity);
  MakeRoom(trials, at.trials, row, capacity);
  MakeRoom(violation, at.violation, row, capacity);
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
  Put(hessian_products, at.evaluations.hessian_products, row);
  Put(trials, at.trials, row);
  Put(violation, at.violation, row);
  flags.push_back(at.flags);
  for (int64_t i = 0; i < traced_coordinates; ++i) x.push_back(at.x[i]);
}

void IterateBlock::AppendRows(const IterateBlock& from, size_t begin, size_t end) {
  coordinates = from.coordinates;
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
  AppendSparse(hessian_products, from.hessian_products, begin, end, before);
  AppendSparse(trials, from.trials, begin, end, before);
  AppendSparse(violation, from.violation, begin, end, before);
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
  slice.elapsed_seconds = elapsed_seconds;
  const size_t begin = RowAt(from);
  const size_t end = to == INT64_MAX ? rows() : RowAt(to + 1);
  if (begin < end) slice.AppendRows(*this, begin, end);
  return slice;
}

}  // namespace thalweg::runs
