#include "server/access/tokens.h"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/core/violation.h"

namespace thalweg::access {
namespace {

using WallTime = std::chrono::system_clock::time_point;

constexpr size_t kLongestName = 63;
constexpr int64_t kMostOfQuota = 1'000'000'000;

/// Where in the file something is, for people: it begins every error.
absl::Status Wrong(const std::string& where, std::string_view field, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat(where, ": ", std::string(field), ": ", what));
}

/// Names go into records, lists and logs.
bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName &&
         absl::ascii_isalnum(static_cast<unsigned char>(name.front())) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '_' ||
                  c == '.';
         });
}

std::string NotAName(std::string_view name) {
  return absl::StrCat("is ", Quoted(name), "; expected a lower-case letter or digit, then those, ",
                      "'-', '_' and '.', at most ", kLongestName, " in all");
}

absl::StatusOr<std::string> TextAt(const toml::table& entry, const std::string& where,
                                   std::string_view field) {
  const toml::node* const node = entry.get(field);
  if (node == nullptr) return std::string();
  if (const auto text = node->value_exact<std::string>()) return *text;
  return Wrong(where, field, "is no text; put it in quotes");
}

absl::Status CheckFields(const toml::table& table, const std::string& where,
                         const std::vector<std::string>& known) {
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(where, where.empty() ? "" : ": ", UnknownName("field", name, known)));
  }
  return absl::OkStatus();
}

struct QuotaRow {
  const char* name;
  int64_t Quotas::*field;
};
constexpr QuotaRow kQuotas[] = {
    {"unfinished_runs", &Quotas::unfinished_runs},   {"open_watches", &Quotas::open_watches},
    {"calls_per_second", &Quotas::calls_per_second}, {"burst", &Quotas::burst},
    {"dataset_mib", &Quotas::dataset_mib},           {"evaluations", &Quotas::evaluations}};

absl::Status ReadQuotas(const toml::node& node, const std::string& where, Quotas& quotas) {
  const toml::table* const table = node.as_table();
  if (table == nullptr) return absl::InvalidArgumentError(where + ": is no table");
  std::vector<std::string> known;
  for (const QuotaRow& row : kQuotas) known.emplace_back(row.name);
  if (absl::Status status = CheckFields(*table, where, known); !status.ok()) return status;
  for (const QuotaRow& row : kQuotas) {
    const toml::node* const value = table->get(row.name);
    if (value == nullptr) continue;
    const auto number = value->value_exact<int64_t>();
    if (!number || *number < 0 || *number > kMostOfQuota) {
      return Wrong(where, row.name,
                   absl::StrCat("expected a whole number from 0 (no limit) to ", kMostOfQuota));
    }
    quotas.*row.field = *number;
  }
  return absl::OkStatus();
}

WallTime MidnightOf(const toml::date& date) {
  namespace c = std::chrono;
  return c::sys_days{c::year(date.year) / c::month(date.month) / c::day(date.day)};
}

/// A day (its beginning, UTC), or a time with its offset from UTC.
absl::StatusOr<std::optional<WallTime>> ExpiryOf(const toml::table& entry,
                                                 const std::string& where) {
  const toml::node* const node = entry.get("expires");
  if (node == nullptr) return std::nullopt;
  if (const auto date = node->value_exact<toml::date>()) return MidnightOf(*date);
  const auto at = node->value_exact<toml::date_time>();
  if (!at || !at->offset) {
    return Wrong(where, "expires", "expected 2027-01-31 or 2027-01-31T12:00:00Z, without quotes");
  }
  return MidnightOf(at->date) + std::chrono::hours(at->time.hour) +
         std::chrono::minutes(at->time.minute - at->offset->minutes) +
         std::chrono::seconds(at->time.second);
}

absl::StatusOr<Token> TokenOf(const toml::table& entry, const std::string& where,
                              const std::string& name) {
  absl::Status known = CheckFields(entry, where, {"name", "tenant", "role", "sha256", "expires"});
  if (!known.ok()) return known;
  Token token;
  token.caller.name = name;
  if (!IsName(name)) return Wrong(where, "name", NotAName(name));
  const auto role = TextAt(entry, where, "role");
  if (!role.ok()) return role.status();
  const std::optional<Role> read = RoleOf(*role);
  if (!read) {
    return Wrong(where, "role",
                 absl::StrCat("is ", Quoted(*role), "; expected monitor, viewer, user or admin"));
  }
  token.caller.role = *read;
  const auto tenant = TextAt(entry, where, "tenant");
  if (!tenant.ok()) return tenant.status();
  token.caller.tenant = *tenant;
  const bool of_a_tenant = *read == Role::kViewer || *read == Role::kUser;
  if (!IsName(*tenant) && (of_a_tenant || !tenant->empty())) {
    return Wrong(where, "tenant", tenant->empty() ? "is missing" : NotAName(*tenant));
  }
  auto expires = ExpiryOf(entry, where);
  if (!expires.ok()) return expires.status();
  token.expires = *expires;
  return token;
}

absl::Status ReadToken(const toml::node& node, size_t index, std::map<std::string, size_t>& names,
                       Tokens& tokens) {
  std::string where = absl::StrCat("tokens[", index, "]");
  const toml::table* const entry = node.as_table();
  if (entry == nullptr) return absl::InvalidArgumentError(where + ": is no table");
  const auto name = TextAt(*entry, where, "name");
  if (!name.ok()) return name.status();
  if (!name->empty()) absl::StrAppend(&where, " ", Quoted(*name));
  absl::StatusOr<Token> token = TokenOf(*entry, where, *name);
  if (!token.ok()) return token.status();
  const auto [other, fresh] = names.emplace(*name, index);
  if (!fresh) return Wrong(where, "name", absl::StrCat("is that of tokens[", other->second, "]"));
  const auto hex = TextAt(*entry, where, "sha256");
  if (!hex.ok()) return hex.status();
  const std::optional<Digest> digest = ParseDigest(*hex);
  // The text stays out of the message: it may be the token itself, put here by mistake.
  if (!digest) {
    return Wrong(where, "sha256",
                 "expected 64 hexadecimal digits: the token's digest, never the token; "
                 "'thalweg token new' makes both");
  }
  if (!tokens.by_digest.emplace(*digest, *std::move(token)).second) {
    return Wrong(where, "sha256", "is that of a token before it");
  }
  return absl::OkStatus();
}

absl::Status ReadAll(const toml::table& file, Tokens& tokens) {
  absl::Status status = CheckFields(file, "", {"tokens", "tenants", "quotas"});
  if (!status.ok()) return status;
  if (const toml::node* const node = file.get("quotas")) {
    if (status = ReadQuotas(*node, "quotas", tokens.defaults); !status.ok()) return status;
  }
  if (const toml::node* const node = file.get("tenants")) {
    if (!node->is_table()) return absl::InvalidArgumentError("tenants: is no table");
    for (const auto& [key, quotas] : *node->as_table()) {
      const std::string tenant(key.str());
      if (!IsName(tenant)) return Wrong("tenants", tenant, NotAName(tenant));
      // What a tenant leaves open is as by default.
      Quotas& own = tokens.quotas.emplace(tenant, tokens.defaults).first->second;
      status = ReadQuotas(quotas, absl::StrCat("tenants.", tenant), own);
      if (!status.ok()) return status;
    }
  }
  const toml::node* const list = file.get("tokens");
  if (list == nullptr) return absl::OkStatus();
  if (!list->is_array()) {
    return absl::InvalidArgumentError("tokens: is no list; begin every entry with [[tokens]]");
  }
  std::map<std::string, size_t> names;
  for (size_t i = 0; i < list->as_array()->size(); ++i) {
    status = ReadToken(*list->as_array()->get(i), i, names, tokens);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

const Quotas& Tokens::QuotasOf(const std::string& tenant) const {
  const auto found = quotas.find(tenant);
  return found == quotas.end() ? defaults : found->second;
}

absl::StatusOr<Tokens> ParseTokens(std::string_view text) {
  const toml::parse_result file = toml::parse(text);
  if (!file) {
    const toml::parse_error& error = file.error();
    return absl::InvalidArgumentError(absl::StrCat("line ", error.source().begin.line, ", column ",
                                                   error.source().begin.column, ": ",
                                                   std::string(error.description())));
  }
  Tokens tokens;
  if (absl::Status status = ReadAll(file.table(), tokens); !status.ok()) return status;
  return tokens;
}

}  // namespace thalweg::access
