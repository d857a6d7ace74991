#include "server/storage/catalogue.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/storage/memory_store.h"
#include "server/storage/memory_tables.h"
#include "server/storage/sqlite_store.h"
#include "server/storage/table_files.h"

namespace thalweg {
namespace {

using storage::MemoryStore;
using storage::MemoryTables;
using storage::SqliteStore;
using storage::TableFiles;
using OpenedTables = absl::StatusOr<std::unique_ptr<datasets::TableStore>>;
using OpenedStore = absl::StatusOr<std::unique_ptr<runs::RunStore>>;

struct StoreEntry {
  const char* scheme;
  const char* form;  // for people
  OpenedStore (*open)(const std::string& rest, EventSink* events);
  OpenedTables (*open_tables)(const std::string& rest);
};

constexpr StoreEntry kStores[] = {
    {"sqlite", "sqlite:<directory>",
     [](const std::string& directory, EventSink* events) -> OpenedStore {
       return SqliteStore::Open(directory, events);
     },
     [](const std::string& directory) -> OpenedTables {
       return TableFiles::In(directory + "/datasets");
     }},
    {"memory", "memory:",
     [](const std::string&, EventSink*) -> OpenedStore { return std::make_unique<MemoryStore>(); },
     [](const std::string&) -> OpenedTables { return std::make_unique<MemoryTables>(); }},
};

absl::StatusOr<const StoreEntry*> EntryOf(const std::string& url) {
  const size_t colon = url.find(':');
  const std::string scheme = url.substr(0, colon);
  for (const StoreEntry& entry : kStores) {
    if (colon != std::string::npos && scheme == entry.scheme) return &entry;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "store '", url,
      "' is none of: ", absl::StrJoin(kStores, ", ", [](std::string* out, const StoreEntry& entry) {
        absl::StrAppend(out, entry.form);
      })));
}

std::string RestOf(const std::string& url) { return url.substr(url.find(':') + 1); }

}  // namespace

OpenedStore OpenStore(const std::string& url, EventSink* events) {
  const auto entry = EntryOf(url);
  if (!entry.ok()) return entry.status();
  return (*entry)->open(RestOf(url), events);
}

OpenedTables OpenTables(const std::string& url) {
  const auto entry = EntryOf(url);
  if (!entry.ok()) return entry.status();
  return (*entry)->open_tables(RestOf(url));
}

}  // namespace thalweg
