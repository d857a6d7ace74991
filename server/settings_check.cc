#include "server/settings_check.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/addresses.h"
#include "server/settings_table.h"

namespace thalweg {
namespace {

/// "--tls-key-file: '/etc/key.pem'", wherever it was said.
std::string Place(const CommandLine& line, const std::string& flag, const std::string& value) {
  return absl::StrCat(NameIn(line.sources.at(flag), flag), ": '", value, "' ");
}

/// Why this file cannot be used; empty where it can.
std::string WhyUnreadable(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || access(path.c_str(), R_OK) != 0) {
    return absl::StrCat("cannot be read: ", std::strerror(errno));
  }
  return S_ISDIR(status.st_mode) ? "is a folder, not a file" : "";
}

/// Why others than the owner and the group can get at this secret; empty where they cannot.
std::string WhyNotSecret(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || (status.st_mode & S_IRWXO) == 0) return "";
  return absl::StrFormat("is open to everyone (mode %04o); chmod %o %s", status.st_mode & 07777,
                         status.st_mode & 07770, path);
}

void CheckFiles(const CommandLine& line, Findings& findings) {
  for (const SettingRow& row : SettingRows()) {
    const auto* text = std::get_if<TextValue>(&row.value);
    const bool secret = text != nullptr && text->kind == TextKind::kSecretFile;
    if (text == nullptr || (text->kind != TextKind::kFile && !secret)) continue;
    const std::string& path = line.settings.*(text->field);
    if (path.empty()) continue;
    std::string why = WhyUnreadable(path);
    if (why.empty() && secret) why = WhyNotSecret(path);
    if (!why.empty()) findings.errors.push_back(Place(line, row.flag, path) + why);
  }
}

void CheckTls(const CommandLine& line, Findings& findings) {
  const Settings& settings = line.settings;
  const bool certificate = !settings.tls_certificate_file.empty();
  const bool key = !settings.tls_key_file.empty();
  if (certificate && !key) {
    findings.errors.push_back(Place(line, "tls-certificate-file", settings.tls_certificate_file) +
                              "needs its private key: give --tls-key-file");
  }
  if (key && !certificate) {
    findings.errors.push_back(Place(line, "tls-key-file", settings.tls_key_file) +
                              "needs its certificate: give --tls-certificate-file");
  }
  if (!settings.tls_client_ca_file.empty() && !certificate) {
    findings.errors.push_back(
        Place(line, "tls-client-ca-file", settings.tls_client_ca_file) +
        "checks clients over TLS alone: give --tls-certificate-file and --tls-key-file");
  }
}

/// The rule: what leaves this machine is encrypted, unless someone said that it need not be.
void CheckAddresses(const CommandLine& line, Findings& findings) {
  const Settings& settings = line.settings;
  const bool encrypted = !settings.tls_certificate_file.empty();
  std::vector<std::string> plain;
  for (const auto& [flag, address] :
       {std::pair<std::string, std::string>{"grpc-address", settings.grpc_address},
        {"http-address", settings.http_address},
        {"metrics-address", settings.metrics_address}}) {
    if (address.empty()) continue;
    const auto loopback = IsLoopback(address);
    if (!loopback.ok()) {
      findings.errors.push_back(Place(line, flag, address) +
                                std::string(loopback.status().message()));
    } else if (*loopback || encrypted || flag == "metrics-address") {
      continue;  // metrics tell of no run but those that asked for it by their label
    } else if (settings.plaintext) {
      plain.push_back(absl::StrCat(flag, " ", address));
    } else {
      findings.errors.push_back(
          Place(line, flag, address) +
          "can be reached from other machines, and would not be encrypted: give "
          "--tls-certificate-file and --tls-key-file, or listen on 127.0.0.1, or say --plaintext "
          "on");
    }
  }
  if (!plain.empty()) {
    findings.warnings.push_back(absl::StrCat(
        "not encrypted beyond this machine, as --plaintext on permits: ",
        absl::StrJoin(plain, ", "), settings.tokens_file.empty() ? "" : "; tokens can be read"));
  }
}

void CheckPairs(const CommandLine& line, Findings& findings) {
  const Settings& settings = line.settings;
  if (settings.drain_delay_seconds >= settings.drain_seconds) {
    findings.warnings.push_back(
        Place(line, "drain-delay-seconds", std::to_string(settings.drain_delay_seconds)) +
        absl::StrCat("leaves nothing of --drain-seconds, which is ", settings.drain_seconds));
  }
  const bool fixed_port = settings.grpc_address.substr(settings.grpc_address.rfind(':')) != ":0";
  if (settings.grpc_address == settings.http_address && fixed_port) {
    findings.errors.push_back(Place(line, "http-address", settings.http_address) +
                              "is the same as --grpc-address");
  }
}

/// Budgets that were asked for are taken as they are; what is promised beyond the memory is told.
void CheckMemory(const CommandLine& line, const Machine& machine, Findings& findings) {
  const Settings settings = line.settings.On(machine);
  const int64_t memory = machine.memory_bytes >> 20;  // MiB
  const int64_t promised = settings.trace_memory_mib + 2 * settings.max_pending_mib +
                           settings.max_objective_memory_mib + settings.grpc_memory_mib;
  if (promised <= memory) return;
  findings.warnings.push_back(absl::StrCat(
      "more memory is promised than there is, ", promised, " MiB of ", memory,
      ": trace-memory-mib ", settings.trace_memory_mib, ", twice max-pending-mib ",
      settings.max_pending_mib, ", max-objective-memory-mib ", settings.max_objective_memory_mib,
      ", grpc-memory-mib ", settings.grpc_memory_mib));
}

}  // namespace

Findings Check(const CommandLine& line, const Machine& machine) {
  Findings findings;
  CheckFiles(line, findings);
  CheckTls(line, findings);
  CheckAddresses(line, findings);
  CheckPairs(line, findings);
  CheckMemory(line, machine, findings);
  return findings;
}

std::vector<std::string> CheckDataFolder(const CommandLine& line) {
  const Settings& settings = line.settings;
  if (!settings.store.empty()) return {};
  namespace fs = std::filesystem;
  std::error_code error;
  fs::path folder = fs::absolute(settings.data_dir);
  const bool exists = fs::exists(folder, error);
  if (exists && !fs::is_directory(folder, error)) {
    return {Place(line, "data-dir", settings.data_dir) + "is a file, not a folder"};
  }
  while (!fs::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  if (access(folder.c_str(), W_OK | X_OK) == 0) return {};
  return {
      Place(line, "data-dir", settings.data_dir) +
      absl::StrCat(exists ? "cannot be written to: " : "cannot be made: ", std::strerror(errno))};
}

}  // namespace thalweg
