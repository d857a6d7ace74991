#include "server/core/violation.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace thalweg {
namespace {

constexpr char kPayload[] = "thalweg/violations";
constexpr char kQuotaPayload[] = "thalweg/quota";
constexpr char kFieldEnd = '\x1f';   // between the three parts of a violation
constexpr char kRecordEnd = '\x1e';  // after a violation

constexpr std::pair<Reason, std::string_view> kReasonNames[] = {
    {Reason::kInvalidValue, "INVALID_VALUE"},
    {Reason::kMissingField, "MISSING_FIELD"},
    {Reason::kUnknownName, "UNKNOWN_NAME"},
    {Reason::kSyntaxError, "SYNTAX_ERROR"},
    {Reason::kExpressionTooLong, "EXPRESSION_TOO_LONG"},
    {Reason::kExpressionTooDeep, "EXPRESSION_TOO_DEEP"},
    {Reason::kExpressionTooLarge, "EXPRESSION_TOO_LARGE"},
    {Reason::kEvaluationTooCostly, "EVALUATION_TOO_COSTLY"},
    {Reason::kNumberOutOfRange, "NUMBER_OUT_OF_RANGE"},
    {Reason::kUnknownSymbol, "UNKNOWN_SYMBOL"},
    {Reason::kWrongArity, "WRONG_ARITY"},
    {Reason::kWrongShape, "WRONG_SHAPE"},
    {Reason::kIndexOutOfRange, "INDEX_OUT_OF_RANGE"},
    {Reason::kInitialPointNotFinite, "INITIAL_POINT_NOT_FINITE"},
    {Reason::kRequestIdReused, "REQUEST_ID_REUSED"},
    {Reason::kRunNotFound, "RUN_NOT_FOUND"},
    {Reason::kStudyNotFound, "STUDY_NOT_FOUND"},
    {Reason::kDatasetNotFound, "DATASET_NOT_FOUND"},
    {Reason::kUploadNotFound, "UPLOAD_NOT_FOUND"},
    {Reason::kDatasetInUse, "DATASET_IN_USE"},
    {Reason::kDatasetCorrupt, "DATASET_CORRUPT"},
    {Reason::kDatasetShapeMismatch, "DATASET_SHAPE_MISMATCH"},
    {Reason::kCellInvalid, "CELL_INVALID"},
    {Reason::kInvalidState, "INVALID_STATE"},
    {Reason::kPageTokenInvalid, "PAGE_TOKEN_INVALID"},
    {Reason::kIterationOutOfRange, "ITERATION_OUT_OF_RANGE"},
    {Reason::kQuotaExceeded, "QUOTA_EXCEEDED"},
    {Reason::kStorageFull, "STORAGE_FULL"},
    {Reason::kShuttingDown, "SHUTTING_DOWN"},
    {Reason::kDataCorrupt, "DATA_CORRUPT"},
    {Reason::kTokenMissing, "TOKEN_MISSING"},
    {Reason::kTokenInvalid, "TOKEN_INVALID"},
    {Reason::kTokenExpired, "TOKEN_EXPIRED"},
    {Reason::kRoleTooLow, "ROLE_TOO_LOW"},
};

std::string Message(const std::vector<Violation>& violations) {
  return absl::StrJoin(violations, "; ", [](std::string* out, const Violation& violation) {
    if (!violation.field.empty()) absl::StrAppend(out, violation.field, ": ");
    absl::StrAppend(out, violation.description);
  });
}

std::string Packed(const std::vector<Violation>& violations) {
  std::string packed;
  for (const Violation& violation : violations) {
    absl::StrAppend(&packed, violation.field, std::string(1, kFieldEnd),
                    static_cast<int>(violation.reason), std::string(1, kFieldEnd),
                    violation.description, std::string(1, kRecordEnd));
  }
  return packed;
}

absl::Status Carrying(absl::StatusCode code, const std::vector<Violation>& violations) {
  absl::Status status(code, Message(violations));
  status.SetPayload(kPayload, absl::Cord(Packed(violations)));
  return status;
}

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view ReasonName(Reason reason) {
  for (const auto& [value, name] : kReasonNames) {
    if (value == reason) return name;
  }
  return "INVALID_VALUE";
}

absl::Status Refuse(std::vector<Violation> violations) {
  return Carrying(absl::StatusCode::kInvalidArgument, violations);
}

absl::Status Refuse(std::string field, Reason reason, std::string description) {
  return Refuse({Violation{std::move(field), reason, std::move(description)}});
}

absl::Status RefuseWith(absl::StatusCode code, Reason reason, std::string description) {
  return Carrying(code, {Violation{"", reason, std::move(description)}});
}

absl::Status RefuseQuota(const QuotaLimit& limit, std::string description) {
  absl::Status status = RefuseWith(absl::StatusCode::kResourceExhausted, Reason::kQuotaExceeded,
                                   std::move(description));
  const std::string end(1, kFieldEnd);
  status.SetPayload(kQuotaPayload,
                    absl::Cord(absl::StrCat(limit.quota, end, limit.limit, end, limit.subject, end,
                                            limit.retry_seconds)));
  return status;
}

std::optional<QuotaLimit> QuotaLimitOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kQuotaPayload);
  if (!payload) return std::nullopt;
  const std::vector<std::string> parts = absl::StrSplit(std::string(*payload), kFieldEnd);
  QuotaLimit limit;
  const bool whole = parts.size() == 4 && absl::SimpleAtoi(parts[1], &limit.limit) &&
                     absl::SimpleAtod(parts[3], &limit.retry_seconds);
  if (!whole) return std::nullopt;
  limit.quota = parts[0];
  limit.subject = parts[2];
  return limit;
}

std::vector<Violation> ViolationsOf(const absl::Status& status) {
  std::vector<Violation> violations;
  const auto payload = status.GetPayload(kPayload);
  if (!payload) return violations;
  const std::string packed(*payload);
  for (const absl::string_view record : absl::StrSplit(packed, kRecordEnd, absl::SkipEmpty())) {
    const std::vector<std::string> parts = absl::StrSplit(record, kFieldEnd);
    int reason = 0;
    if (parts.size() != 3 || !absl::SimpleAtoi(parts[1], &reason)) continue;
    violations.push_back({parts[0], static_cast<Reason>(reason), parts[2]});
  }
  return violations;
}

absl::Status Under(std::string_view path, const absl::Status& status) {
  if (status.ok()) return status;
  std::vector<Violation> violations = ViolationsOf(status);
  if (violations.empty()) {
    if (status.code() != absl::StatusCode::kInvalidArgument) return status;
    violations.push_back({"", Reason::kInvalidValue, std::string(status.message())});
  }
  for (Violation& violation : violations) {
    const bool joined = violation.field.empty() || violation.field.front() == '[';
    violation.field = absl::StrCat(std::string(path), joined ? "" : ".", violation.field);
  }
  return Carrying(status.code(), violations);
}

std::string Quoted(std::string_view text, size_t limit) {
  const bool cut = text.size() > limit;
  if (cut) {
    // Never cut a UTF-8 character in two: step back over its continuation bytes.
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) --limit;
    text = text.substr(0, limit);
  }
  return absl::StrCat("'", absl::Utf8SafeCHexEscape(std::string(text)), cut ? "...'" : "'");
}

std::string NearestName(std::string_view name, const std::vector<std::string>& known) {
  if (name.size() > 64) return "";
  const size_t most = name.size() <= 3 ? 1 : (name.size() + 2) / 3;
  std::string nearest;
  size_t least = most + 1;
  for (const std::string& candidate : known) {
    const size_t distance = EditDistance(name, candidate);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string UnknownName(std::string_view what, std::string_view name,
                        const std::vector<std::string>& known) {
  const std::string nearest = NearestName(name, known);
  return absl::StrCat("unknown ", std::string(what), " ", Quoted(name),
                      nearest.empty() ? "" : absl::StrCat("; did you mean '", nearest, "'?"),
                      nearest.empty() ? "; known: " : " known: ", absl::StrJoin(known, ", "));
}

}  // namespace thalweg
