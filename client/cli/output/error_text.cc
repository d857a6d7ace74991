#include "client/cli/output/error_text.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace thalweg::cli {
namespace {

struct Row {
  absl::string_view field;  // a prefix of the path, without "run."
  absl::string_view flag;
  bool keyed = false;  // what is in brackets behind the field belongs to the flag
};

/// Longer prefixes first.
constexpr Row kFlags[] = {
    {"objective.expression", "formula"},
    {"objective.function", "--function"},
    {"objective.dimension", "--dimension"},
    {"objective.parameters", "--param", true},
    {"objective.model.dataset", "--dataset"},
    {"objective.model.target", "--target"},
    {"objective.model.features", "--features", true},
    {"objective.model.weights", "--weights"},
    {"objective.model.model.settings", "--set-model", true},
    {"objective.model.model", "--model"},
    {"objective.model.loss", "--loss"},
    {"objective.model.penalty", "--penalty"},
    {"objective.model.scaling", "--scaling"},
    {"objective.model.missing", "--missing"},
    {"objective.model.split.validation", "--validation"},
    {"objective.model.split.test", "--test"},
    {"objective.model.split.folds", "--folds"},
    {"objective.model.split.fold", "--fold"},
    {"objective.model", "model"},
    {"batches", "--batch"},
    {"objective", "formula"},
    {"start.values", "--start", true},
    {"start", "--start"},
    {"points[0].values", "--at", true},
    {"points", "--at"},
    {"point.values", "--at", true},
    {"point", "--at"},
    {"optimizer.settings", "--set", true},
    {"optimizer", "--optimizer"},
    {"stopping", "--stop"},
    {"seed", "--seed"},
    {"display_name", "--name"},
    {"labels", "--label", true},
    {"traced_coordinates", "--trace"},
    {"pace", "--pace"},
    {"iterations", "--iterations"},
    {"request_id", "--request-id"},
    {"max_updates_per_second", "--live"},
    {"from_iteration", "--from"},
    {"tolerance", "--tolerance"},
    {"max_coordinates", "--coordinates"},
    {"origin.values", "--at", true},
    {"origin", "--at"},
    {"coordinates", "--plane"},
    {"gradient", "--plane"},
    {"path", "--plane"},
    {"u.from", "--from"},
    {"v.from", "--from"},
    {"u.to", "--to"},
    {"v.to", "--to"},
    {"u.count", "--count"},
    {"v.count", "--count"},
    {"name", "RUN"},
};

/// Takes "[key]", "[\"key\"]" or ".key" from the front of `path`.
std::string TakeKey(absl::string_view& path) {
  absl::string_view key;
  if (absl::ConsumePrefix(&path, "[")) {
    key = path.substr(0, path.find(']'));
    path.remove_prefix(key.size());
    absl::ConsumePrefix(&path, "]");
  } else if (absl::ConsumePrefix(&path, ".")) {
    key = path.substr(0, path.find_first_of(".["));
    path.remove_prefix(key.size());
  }
  return absl::StrReplaceAll(key, {{"\"", ""}});
}

/// The index at the front of `path`, as people count.
std::string CountFromOne(absl::string_view& path) {
  const std::string key = TakeKey(path);
  int index = 0;
  return absl::SimpleAtoi(key, &index) ? absl::StrCat(index + 1) : key;
}

/// What is left of a path in few words: "stopping[0].settings[threshold]" has nothing to say but
/// "threshold".
std::string RestText(absl::string_view rest) {
  std::string words;
  while (!rest.empty()) {
    const std::string key = TakeKey(rest);
    if (key.empty()) break;
    const bool plumbing = key == "settings" || key == "values" || key == "kind" || key == "part" ||
                          key == "parts" || key == "number" || key == "numbers";
    if (!plumbing) absl::StrAppend(&words, words.empty() ? "" : ".", key);
  }
  return words;
}

/// Lines after the first, moved in.
std::string Indented(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\n", "\n  "}});
}

std::string ViolationText(const client::FieldViolation& violation) {
  absl::string_view description = violation.description;
  if (absl::ConsumePrefix(&description, violation.field)) absl::ConsumePrefix(&description, ": ");
  const std::string text = Indented(std::string(description));
  return violation.field.empty() ? text : absl::StrCat(FlagOf(violation.field), ": ", text);
}

/// Where the server is to blame, the request by whose name its operator finds the log's lines.
std::string RequestText(const client::Error& error) {
  const auto id = error.metadata.find("request_id");
  const bool to_blame = error.code == grpc::INTERNAL || error.code == grpc::UNKNOWN ||
                        error.code == grpc::DATA_LOSS || error.code == grpc::UNAVAILABLE ||
                        error.code == grpc::RESOURCE_EXHAUSTED;
  return to_blame && id != error.metadata.end() ? absl::StrCat("; request ", id->second) : "";
}

}  // namespace

std::string FlagOf(const std::string& field) {
  absl::string_view path = field;
  absl::ConsumePrefix(&path, "run.");
  for (const Row& row : kFlags) {
    absl::string_view rest = path;
    if (!absl::ConsumePrefix(&rest, row.field)) continue;
    if (!rest.empty() && rest.front() != '.' && rest.front() != '[') continue;
    std::string flag(row.flag);
    if (row.keyed) absl::StrAppend(&flag, " ", TakeKey(rest));
    if (row.field == "stopping" && !rest.empty()) absl::StrAppend(&flag, " #", CountFromOne(rest));
    const std::string more = RestText(rest);
    return more.empty() ? flag : absl::StrCat(flag, " (", more, ")");
  }
  return field;
}

std::string ErrorText(const client::Error& error) {
  std::string text;
  for (const client::FieldViolation& violation : error.violations) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", ViolationText(violation));
  }
  if (!text.empty()) return text;
  const std::string message = error.message.empty() ? "no reason given" : error.message;
  return absl::StrCat(Indented(message), " (", client::CodeName(error.code), RequestText(error),
                      ")");
}

}  // namespace thalweg::cli
