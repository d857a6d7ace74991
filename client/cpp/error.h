#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <grpcpp/support/status.h>

namespace thalweg::client {

/// One field of a request that the server refused.
struct FieldViolation {
  std::string field;        ///< Path from the request: "run.objective.expression". May be empty.
  std::string description;  ///< What is wrong, where, and what is allowed. May have several lines.
};

/// Why a call failed: the server's answer, or what became of the connection.
struct Error {
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  std::string message;
  std::vector<FieldViolation> violations;       ///< Empty unless fields were refused.
  std::string reason;                           ///< "UNKNOWN_SYMBOL"; empty when not said.
  std::map<std::string, std::string> metadata;  ///< Further facts that go with `reason`.

  /// "INVALID_ARGUMENT: ...", for logs.
  std::string Text() const;
};

/// The error in a failed `status`, with the details of `grpc-status-details-bin`. Details that do
/// not parse are left out; code and message always stand.
Error ErrorFrom(const grpc::Status& status);

/// `status`, with UNAVAILABLE in place of a CANCELLED that nobody asked for by `stop`: so gRPC ends
/// a call that reaches a server in the moment in which it shuts down.
grpc::Status AsLoss(const grpc::Status& status, const std::stop_token& stop);

/// "NOT_FOUND" for grpc::StatusCode::NOT_FOUND.
std::string CodeName(grpc::StatusCode code);

/// What a call gave: a value, or the error.
///
///   const Result<v1::Run> run = client.GetRun("runs/a");
///   if (!run.ok()) return Report(run.error());
///   Use(run->best_value());
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}      // NOLINT: a value is a result
  Result(Error error) : content_(std::move(error)) {}  // NOLINT: so is an error

  bool ok() const { return content_.index() == 0; }
  const T& operator*() const { return std::get<0>(content_); }
  T& operator*() { return std::get<0>(content_); }
  const T* operator->() const { return &std::get<0>(content_); }
  T* operator->() { return &std::get<0>(content_); }
  const Error& error() const { return std::get<1>(content_); }

 private:
  std::variant<T, Error> content_;
};

}  // namespace thalweg::client
