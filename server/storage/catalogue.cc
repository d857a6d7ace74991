#include "server/storage/catalogue.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/storage/memory_store.h"
#include "server/storage/sqlite_store.h"

namespace thalweg {
namespace {

using storage::MemoryStore;
using storage::SqliteStore;
using OpenedStore = absl::StatusOr<std::unique_ptr<runs::RunStore>>;

struct StoreEntry {
  const char* scheme;
  const char* form;  // for people
  OpenedStore (*open)(const std::string& rest, EventSink* events);
};

constexpr StoreEntry kStores[] = {
    {"sqlite", "sqlite:<directory>",
     [](const std::string& directory, EventSink* events) -> OpenedStore {
       return SqliteStore::Open(directory, events);
     }},
    {"memory", "memory:",
     [](const std::string&, EventSink*) -> OpenedStore { return std::make_unique<MemoryStore>(); }},
};

}  // namespace

OpenedStore OpenStore(const std::string& url, EventSink* events) {
  const size_t colon = url.find(':');
  const std::string scheme = url.substr(0, colon);
  for (const StoreEntry& entry : kStores) {
    if (colon != std::string::npos && scheme == entry.scheme) {
      return entry.open(url.substr(colon + 1), events);
    }
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "store '", url,
      "' is none of: ", absl::StrJoin(kStores, ", ", [](std::string* out, const StoreEntry& entry) {
        absl::StrAppend(out, entry.form);
      })));
}

}  // namespace thalweg
