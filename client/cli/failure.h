#pragma once

#include <exception>
#include <string>
#include <utility>

#include "client/cli/arguments/parsed.h"
#include "client/cli/exit_code.h"
#include "client/cpp/error.h"

namespace thalweg::cli {

/// Ends a command; thrown anywhere in it, caught in RunCli alone, which prints the text.
class Failure : public std::exception {
 public:
  Failure(ExitCode code, std::string text) : code_(code), text_(std::move(text)) {}
  ExitCode code() const { return code_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  ExitCode code_;
  std::string text_;
};

/// The failure that a server's error is, in the words of the user's flags.
Failure FailureFrom(const client::Error& error);

/// The value of `result`, or the failure.
template <typename T>
T ValueOf(client::Result<T> result) {
  if (!result.ok()) throw FailureFrom(result.error());
  return std::move(*result);
}

/// The value of an argument, or the failure.
template <typename T>
T ValueOf(const Parsed<T>& parsed) {
  if (!parsed.ok()) throw Failure(kRefused, parsed.error().text);
  return *parsed;
}

}  // namespace thalweg::cli
