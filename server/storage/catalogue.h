#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/datasets/table_store.h"
#include "server/events/events.h"
#include "server/runs/run_store.h"

namespace thalweg {

/// Opens the store that `url` names: "sqlite:<directory>" (made when absent) or "memory:". Errors
/// are one clear line for a person who starts a server. `events` (may be null) outlives the store
/// and is told of operations on its files that fail.
absl::StatusOr<std::unique_ptr<runs::RunStore>> OpenStore(const std::string& url,
                                                          EventSink* events = nullptr);

/// Where the tables of that store are: in a folder beside its runs, or in memory. To be opened once
/// the store is.
absl::StatusOr<std::unique_ptr<datasets::TableStore>> OpenTables(const std::string& url);

}  // namespace thalweg
