#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace thalweg {

/// Lengths along each axis, as NumPy counts them: () is a number, (n,) a vector, (m, n) a matrix
/// of m rows, which lie one after the other in memory.
class Shape {
 public:
  Shape() = default;
  static Shape Vector(int64_t length) { return {1, {length, 0}}; }
  static Shape Matrix(int64_t rows, int64_t columns) { return {2, {rows, columns}}; }

  int rank() const { return rank_; }
  int64_t operator[](int axis) const { return lengths_[static_cast<size_t>(axis)]; }
  int64_t size() const { return (rank_ < 1 ? 1 : lengths_[0]) * (rank_ < 2 ? 1 : lengths_[1]); }
  /// The shape without `axis`, or with length 1 there.
  Shape Without(int axis) const { return rank_ == 2 ? Vector((*this)[1 - axis]) : Shape(); }
  Shape WithOne(int axis) const {
    Shape made = *this;
    made.lengths_[static_cast<size_t>(axis)] = 1;
    return made;
  }
  Shape Transposed() const { return rank_ == 2 ? Matrix(lengths_[1], lengths_[0]) : *this; }

  /// "()", "(3,)", "(3, 4)".
  std::string Text() const {
    if (rank_ == 0) return "()";
    if (rank_ == 1) return "(" + std::to_string(lengths_[0]) + ",)";
    return "(" + std::to_string(lengths_[0]) + ", " + std::to_string(lengths_[1]) + ")";
  }

  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  Shape(int rank, std::array<int64_t, 2> lengths) : rank_(rank), lengths_(lengths) {}

  int rank_ = 0;
  std::array<int64_t, 2> lengths_{};
};

/// A vector, or where `columns` is not 0 a matrix, of `count` numbers.
inline Shape ShapeOf(int64_t count, int64_t columns) {
  return columns == 0 ? Shape::Vector(count) : Shape::Matrix(count / columns, columns);
}

/// NumPy's rule: aligned at the last axis, lengths agree or one of them is 1.
inline std::optional<Shape> Broadcast(const Shape& a, const Shape& b) {
  if (a.rank() < b.rank()) return Broadcast(b, a);
  std::array<int64_t, 2> lengths{};
  const int shift = a.rank() - b.rank();
  for (int axis = 0; axis < a.rank(); ++axis) {
    const int64_t of_a = a[axis];
    const int64_t of_b = axis < shift ? 1 : b[axis - shift];
    if (of_a != of_b && of_a != 1 && of_b != 1) return std::nullopt;
    lengths[static_cast<size_t>(axis)] = of_a == 1 ? of_b : of_a;
  }
  if (a.rank() == 0) return Shape();
  return a.rank() == 1 ? Shape::Vector(lengths[0]) : Shape::Matrix(lengths[0], lengths[1]);
}

}  // namespace thalweg
