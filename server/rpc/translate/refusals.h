#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "server/core/violation.h"

namespace thalweg::rpc {

/// "values[x]" for a map's entry; the key is a stranger's text and is made fit for a message.
std::string Keyed(std::string_view field, std::string_view key);

/// Everything that is wrong with a request, so that its caller is told all of it at once.
class Refusals {
 public:
  /// More are not kept: an answer has to fit into a response's metadata.
  static constexpr size_t kMost = 20;

  void Add(std::string field, Reason reason, std::string description);
  /// The violations of `status`, which is not OK, with `path` put before their fields.
  void Add(std::string_view path, const absl::Status& status);

  bool empty() const { return violations_.empty() && other_.ok(); }
  /// OK when empty; a status that is no refusal (it carries no violations) comes first.
  absl::Status ToStatus() const;

 private:
  std::vector<Violation> violations_;
  absl::Status other_;
};

}  // namespace thalweg::rpc
