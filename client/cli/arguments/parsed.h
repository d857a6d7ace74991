#pragma once

#include <utility>
#include <variant>

#include "client/cli/arguments/reader.h"

namespace thalweg::cli {

/// What an argument said, or what is wrong with it.
template <typename T>
class [[nodiscard]] Parsed {
 public:
  Parsed(T value) : content_(std::move(value)) {}              // NOLINT: a value is a result
  Parsed(ArgumentError error) : content_(std::move(error)) {}  // NOLINT: so is an error

  bool ok() const { return content_.index() == 0; }
  const T& operator*() const { return std::get<0>(content_); }
  const T* operator->() const { return &std::get<0>(content_); }
  const ArgumentError& error() const { return std::get<1>(content_); }

 private:
  std::variant<T, ArgumentError> content_;
};

}  // namespace thalweg::cli
