#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace thalweg {

/// Why a request is refused. The names are part of the wire: clients switch on them.
/// The text form is the enumerator in capitals (kUnknownSymbol -> "UNKNOWN_SYMBOL").
enum class Reason {
  kInvalidValue,           ///< A value outside its permitted range, or of the wrong type.
  kMissingField,           ///< A field that must be given is absent.
  kUnknownName,            ///< No such optimizer, function, schedule, rule or option.
  kSyntaxError,            ///< The formula does not parse.
  kExpressionTooLong,      ///< The formula has too many bytes.
  kExpressionTooDeep,      ///< The formula nests too deeply.
  kExpressionTooLarge,     ///< The formula, or its derivative, has too many nodes.
  kEvaluationTooCostly,    ///< One evaluation would take too many operations.
  kNumberOutOfRange,       ///< A literal that no double can hold.
  kUnknownSymbol,          ///< A name that is neither variable, parameter nor function.
  kWrongArity,             ///< A function called with the wrong number of arguments.
  kWrongShape,             ///< Shapes that do not fit: scalar for vector, length 3 for 4.
  kIndexOutOfRange,        ///< An index outside its vector.
  kInitialPointNotFinite,  ///< The objective or its gradient is NaN or infinite at the start.
  kRequestIdReused,        ///< A request_id that came before with another body.
  kRunNotFound,            ///< No such run.
  kStudyNotFound,          ///< No such study.
  kDatasetNotFound,        ///< No such dataset.
  kUploadNotFound,         ///< No such upload: it is over, or was forgotten.
  kDatasetInUse,           ///< A run that is not over learns from it.
  kDatasetCorrupt,         ///< A table's bytes are not what was stored.
  kDatasetShapeMismatch,   ///< Rows, columns or bytes that are not as many as they should be.
  kCellInvalid,            ///< A cell or name of a table that cannot be read.
  kInvalidState,           ///< The run's state does not allow the action.
  kPageTokenInvalid,       ///< A page token that this server did not make for this query.
  kIterationOutOfRange,    ///< An iteration from the future, or one no longer retained.
  kQuotaExceeded,          ///< Too many runs, or too much memory asked for.
  kStorageFull,            ///< The disk has no room for new runs.
  kShuttingDown,           ///< The server is draining.
  kDataCorrupt,            ///< Stored bytes fail their checksum.
  kTokenMissing,           ///< This server asks for a token, and none came.
  kTokenInvalid,           ///< A token that this server does not know.
  kTokenExpired,           ///< A token whose time is over.
  kRoleTooLow,             ///< The token's role does not allow the call.
};

/// "UNKNOWN_SYMBOL" for kUnknownSymbol.
std::string_view ReasonName(Reason reason);

/// One thing wrong with a caller's input.
struct Violation {
  std::string field;  ///< Path from the request: "run.objective.expression". May be empty.
  Reason reason = Reason::kInvalidValue;
  std::string description;  ///< What is wrong, where, and what is allowed.
};

/// An INVALID_ARGUMENT status that carries all `violations` (at least one) and whose message joins
/// them.
absl::Status Refuse(std::vector<Violation> violations);
absl::Status Refuse(std::string field, Reason reason, std::string description);

/// As Refuse, with another code: NOT_FOUND, FAILED_PRECONDITION, RESOURCE_EXHAUSTED ...
absl::Status RefuseWith(absl::StatusCode code, Reason reason, std::string description);

/// Which limit was reached, for programs.
struct QuotaLimit {
  std::string quota;  ///< "unfinished_runs".
  int64_t limit = 0;
  std::string subject;       ///< The tenant whose limit it is; empty: the whole server's.
  double retry_seconds = 0;  ///< When it is worth trying again; 0: waiting alone does not help.
};
/// RESOURCE_EXHAUSTED (QUOTA_EXCEEDED) that carries `limit`.
absl::Status RefuseQuota(const QuotaLimit& limit, std::string description);
/// The limit that a status carries.
std::optional<QuotaLimit> QuotaLimitOf(const absl::Status& status);

/// The violations that a status carries; empty for a status made elsewhere.
std::vector<Violation> ViolationsOf(const absl::Status& status);

/// `status` with `path` put before every field it names: Under("run", "start") -> "run.start".
/// A status without violations that is INVALID_ARGUMENT gains one, at `path`.
absl::Status Under(std::string_view path, const absl::Status& status);

/// Text from a stranger, made fit for a message: control bytes escaped, at most `limit` bytes,
/// quoted.
std::string Quoted(std::string_view text, size_t limit = 64);

/// The member of `known` nearest to `name` in edit distance, if near enough to be a misspelling.
std::string NearestName(std::string_view name, const std::vector<std::string>& known);

/// "unknown <what> 'adma'; did you mean 'adam'? known: a, b, c": the usual answer to a wrong name.
std::string UnknownName(std::string_view what, std::string_view name,
                        const std::vector<std::string>& known);

}  // namespace thalweg
