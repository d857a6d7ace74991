#pragma once

#include <string>
#include <vector>

namespace thalweg::cli {

/// Lines of cells that stand below each other: the first `left` columns at the left, numbers at the
/// right.
class Table {
 public:
  explicit Table(size_t left) : left_(left) {}

  /// As many cells as the line before.
  void Add(const std::vector<std::string>& cells) { lines_.push_back(cells); }
  int rows() const { return static_cast<int>(lines_.size()); }
  /// Each line begins with two blanks; long cells are cut.
  std::string Text() const;

 private:
  const size_t left_;
  std::vector<std::vector<std::string>> lines_;
};

}  // namespace thalweg::cli
