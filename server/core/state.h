#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "server/core/vector.h"

namespace thalweg {

/// What an object must remember, described once for both directions: a writer collects the fields
/// into bytes, a reader puts them back.
///
///   void Remember(State& state) { state.Keep("m", m_); state.Keep("v", v_); }
///
/// Fields are read in the order they were written and checked by name and type; the first mismatch
/// is kept in status() and leaves the remaining fields as they were. Bit-exact for every double.
class State {
 public:
  static State Writer() { return State(/*writing=*/true, {}); }
  static State Reader(std::string bytes) { return State(/*writing=*/false, std::move(bytes)); }

  void Keep(std::string_view name, double& value);
  void Keep(std::string_view name, int64_t& value);
  void Keep(std::string_view name, uint64_t& value);
  void Keep(std::string_view name, bool& value);
  void Keep(std::string_view name, std::string& value);
  void Keep(std::string_view name, Vector& value);
  void Keep(std::string_view name, Matrix& value);  ///< With its shape.
  void Keep(std::string_view name, std::vector<double>& value);
  void Keep(std::string_view name, std::vector<int64_t>& value);

  bool writing() const { return writing_; }
  /// Bytes written so far, or still unread.
  std::string TakeBytes() { return std::move(bytes_); }
  /// OK, or DATA_LOSS naming the first field that did not fit.
  const absl::Status& status() const { return status_; }
  /// OK when all bytes were read without a mismatch.
  absl::Status Finish() const;
  /// Marks the state as unreadable, for checks that only the owner can make. The first call counts.
  void Fail(std::string_view why);

 private:
  State(bool writing, std::string bytes) : writing_(writing), bytes_(std::move(bytes)) {}

  void KeepArray(std::string_view name, char type, void* data, size_t count, size_t width);
  bool ReadHeader(std::string_view name, char type, uint64_t& count);
  void WriteHeader(std::string_view name, char type, uint64_t count);
  template <typename List>
  void KeepList(std::string_view name, char type, List& list);

  bool writing_;
  std::string bytes_;
  size_t at_ = 0;  // next byte to read
  absl::Status status_;
};

}  // namespace thalweg
