#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/core/expression/compiled.h"
#include "server/core/expression/term.h"

namespace thalweg::expression {

/// Writes operations of a program as text of the language: loops as comprehensions, elements of
/// temporary arrays as what was stored or added up there.
class FormulaWriter {
 public:
  /// Both must outlive the writer. Once more than `most_bytes` would be written, it gives up.
  FormulaWriter(const Machinery& machinery, const Program& program, size_t most_bytes);

  /// Why nothing more is written; empty where all is well.
  const std::string& failure() const { return failure_; }

  /// A name that means nothing yet, `wish` if that is free.
  std::string FreshName(const std::string& wish);
  /// Lines `name = value` that what was written so far refers to.
  const std::vector<std::string>& lines() const { return lines_; }

  /// What the operations `effects` add to the element `place` of their array. A `name` that
  /// `place` is made of lies in [0, turns_[name]).
  Term Added(const std::vector<int32_t>& effects, const Whole& place);
  /// Says so.
  void SetTurns(const std::string& name, int64_t turns) { turns_[name] = turns; }

 private:
  Term Write(int32_t op);
  Term WriteNew(const Op& op);
  Term WriteSum(int32_t op);
  Term WriteChoice(const Op& op);
  Term WriteResult(const Op& op);
  Term WriteLoad(const Op& op);
  Term WriteGather(const Op& op);
  Term WriteCall(const Op& op);
  Term OfTemporary(size_t array, const Whole& place);
  Term Products(size_t array, const Whole& place);
  Term AddedBy(const Op& effect, const Whole& place);
  std::string Index(int32_t op, int64_t length, int64_t offset);
  std::string CountText(int32_t count);
  std::string Text(int32_t op, Binding place) { return Spelled(Write(op), place); }
  std::string NameOfParameter(const Array& array) const;
  size_t VariableAt(int64_t place) const;
  Whole PlaceOf(const Address& address) const;
  Term GiveUp(const std::string& why);
  bool ShortEnough(const std::string& text);
  std::string InsideText(const Whole& turn, int32_t loop);
  std::string BindLoop(int32_t loop);

  const Machinery& machinery_;
  const Program& program_;
  const size_t most_bytes_;
  std::string failure_;
  std::set<std::string> taken_;
  std::vector<int32_t> uses_;                  // by operation
  std::vector<std::vector<int32_t>> effects_;  // by array, in order
  std::vector<std::optional<Whole>> turn_;     // by loop: what its counter is
  std::map<std::string, int64_t> turns_;       // by name of a loop
  std::map<int32_t, std::string> lines_of_;    // operation -> the name of its line
  std::vector<std::string> lines_;
  size_t steps_ = 0;
  int depth_ = 0;
};

}  // namespace thalweg::expression
