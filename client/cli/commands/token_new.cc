// thalweg token new: a token for a client, and its entry for the server's tokens file.
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "client/cli/commands/command.h"
#include "client/cli/exit_code.h"
#include "client/cli/failure.h"
#include "client/cli/output/json.h"

namespace thalweg::cli {
namespace {

constexpr size_t kRandomBytes = 32;

struct Options {
  std::string name;
  std::string tenant;
  std::string role = "user";
  std::string expires;
  bool json = false;
};

/// 256 random bits. The first letters let people, and those who search for leaks, know one.
std::string NewToken() {
  std::string bytes(kRandomBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), kRandomBytes) != 1) {
    throw Failure(kEndedBadly, "the system gives no random numbers");
  }
  return absl::StrCat("tw_", absl::WebSafeBase64Escape(bytes));
}

std::string Sha256(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return absl::BytesToHexString(
      std::string(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

std::string EntryOf(const Options& options, const std::string& digest) {
  std::string entry = absl::StrCat("[[tokens]]\nname = \"", options.name, "\"\n");
  if (!options.tenant.empty()) absl::StrAppend(&entry, "tenant = \"", options.tenant, "\"\n");
  absl::StrAppend(&entry, "role = \"", options.role, "\"\nsha256 = \"", digest, "\"\n");
  if (!options.expires.empty()) absl::StrAppend(&entry, "expires = ", options.expires, "\n");
  return entry;
}

int Execute(const Options& options, Context& context) {
  if (options.tenant.empty() && (options.role == "user" || options.role == "viewer")) {
    throw Failure(kRefused, absl::StrCat("--tenant is needed for the role ", options.role));
  }
  const std::string token = NewToken();
  const std::string digest = Sha256(token);
  if (options.json) {
    Json json;
    json.Object().Key("token").Text(token).Key("sha256").Text(digest);
    json.Key("entry").Text(EntryOf(options, digest)).EndObject();
    context.out << json.text() << "\n";
    return kEndedWell;
  }
  // The entry alone goes to standard output, so that >> tokens.toml appends it.
  context.err << "token, shown this once: " << token << "\n"
              << "entry for the server's --tokens-file:\n";
  context.out << "\n" << EntryOf(options, digest);
  return kEndedWell;
}

}  // namespace

Action AddTokenNew(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  const CLI::Validator name(
      [](const std::string& text) -> std::string {
        const bool fit = !text.empty() && text.size() <= 63 &&
                         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") ==
                             std::string::npos &&
                         std::string("-_.").find(text.front()) == std::string::npos;
        return fit ? "" : "expected lower-case letters, digits, '-', '_' and '.', at most 63";
      },
      "NAME");
  app.add_option("--name", options->name, "Who it is for, for people and logs")
      ->required()
      ->check(name);
  app.add_option("--tenant", options->tenant, "Whose runs it makes and sees")->check(name);
  app.add_option("--role", options->role, "What it allows")
      ->check(CLI::IsMember({"monitor", "viewer", "user", "admin"}))
      ->capture_default_str();
  app.add_option("--expires", options->expires, "2027-01-31, or 2027-01-31T12:00:00Z")
      ->check([](const std::string& text) -> std::string {
        const bool fit =
            text.size() >= 10 && text.find_first_not_of("0123456789-:+.TZ") == std::string::npos;
        return fit ? "" : "expected 2027-01-31 or 2027-01-31T12:00:00Z";
      });
  app.add_flag("--json", options->json, "Print JSON");
  app.footer(
      "\nThe token goes to standard error, its entry (which holds no secret but its digest) to\n"
      "standard output. The server reads the file again when it changes.\n"
      "\nExample:\n  thalweg token new --name ci --tenant vision --role user >> tokens.toml");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
