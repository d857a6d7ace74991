#include "server/storage/memory_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace thalweg::storage {

using runs::RunChange;
using runs::StoredBlock;
using runs::StoredDocument;
using runs::StoredDocumentQuery;
using runs::StoredRun;
using runs::StoredRunQuery;

namespace {

absl::Status NoSuchRun(const std::string& id) {
  return absl::NotFoundError(absl::StrCat("no run '", id, "' is stored"));
}

bool Matches(const StoredRun& run, const StoredRunQuery& query) {
  if (query.state && run.state != *query.state) return false;
  if (query.tenant && run.tenant != *query.tenant) return false;
  if (!query.label) return true;
  return std::find(run.labels.begin(), run.labels.end(), *query.label) != run.labels.end();
}

}  // namespace

absl::Status MemoryStore::Check(const std::vector<RunChange>& changes) const {
  std::map<std::string, std::string> new_requests;
  for (const RunChange& change : changes) {
    const auto found = runs_.find(change.id);
    if (!change.run) {
      if (found == runs_.end() && !change.remove) return NoSuchRun(change.id);
      continue;
    }
    const std::string& request = change.run->request_id;
    if (request.empty()) continue;
    const auto owner = requests_.find(request);
    const bool taken = owner != requests_.end() && owner->second != change.id;
    const auto [other, fresh] = new_requests.emplace(request, change.id);
    if (taken || (!fresh && other->second != change.id)) {
      return absl::AlreadyExistsError(absl::StrCat("request_id '", request, "' is taken"));
    }
  }
  return absl::OkStatus();
}

void MemoryStore::Apply(const RunChange& change) {
  if (change.remove) {
    const auto found = runs_.find(change.id);
    if (found == runs_.end()) return;
    ids_.erase(found->second.run.number);
    requests_.erase(found->second.run.request_id);
    runs_.erase(found);
    return;
  }
  Kept& kept = runs_[change.id];
  if (change.run) {
    kept.run = *change.run;
    ids_[kept.run.number] = change.id;
    last_number_ = std::max(last_number_, kept.run.number);
    if (!kept.run.request_id.empty()) requests_[kept.run.request_id] = change.id;
  }
  for (const StoredBlock& block : change.append) kept.blocks[block.last] = block;
  if (change.checkpoint) kept.checkpoint = *change.checkpoint;
  if (kept.checkpoint && kept.checkpoint->empty()) kept.checkpoint.reset();
  if (change.events) kept.events = *change.events;
  for (const RunChange::Replacement& replace : change.replace) {
    std::erase_if(kept.blocks, [&replace](const auto& entry) {
      return entry.second.first >= replace.first && entry.second.last <= replace.last;
    });
    for (const StoredBlock& block : replace.with) kept.blocks[block.last] = block;
  }
}

absl::Status MemoryStore::Commit(const std::vector<RunChange>& changes) {
  const std::lock_guard lock(mutex_);
  if (absl::Status status = Check(changes); !status.ok()) return status;
  for (const RunChange& change : changes) Apply(change);
  return absl::OkStatus();
}

absl::StatusOr<StoredRun> MemoryStore::Get(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(id);
  if (found == runs_.end()) return NoSuchRun(id);
  return found->second.run;
}

absl::StatusOr<std::optional<StoredRun>> MemoryStore::FindRequest(const std::string& request_id) {
  const std::lock_guard lock(mutex_);
  const auto found = requests_.find(request_id);
  if (found == requests_.end() || request_id.empty()) return std::nullopt;
  return runs_.at(found->second).run;
}

absl::StatusOr<std::vector<StoredRun>> MemoryStore::List(const StoredRunQuery& query) {
  const std::lock_guard lock(mutex_);
  std::vector<StoredRun> page;
  for (auto at = ids_.rbegin(); at != ids_.rend(); ++at) {
    if (static_cast<int>(page.size()) >= query.limit) break;
    const StoredRun& run = runs_.at(at->second).run;
    if (run.number < query.before_number && Matches(run, query)) page.push_back(run);
  }
  return page;
}

absl::StatusOr<std::vector<StoredRun>> MemoryStore::Unfinished() {
  const std::lock_guard lock(mutex_);
  std::vector<StoredRun> unfinished;
  for (const auto& [number, id] : ids_) {
    const StoredRun& run = runs_.at(id).run;
    if (!run.finished) unfinished.push_back(run);
  }
  return unfinished;
}

absl::StatusOr<uint64_t> MemoryStore::LastNumber() {
  const std::lock_guard lock(mutex_);
  return last_number_;
}

absl::StatusOr<std::optional<std::string>> MemoryStore::Checkpoint(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(id);
  if (found == runs_.end()) return NoSuchRun(id);
  return found->second.checkpoint;
}

absl::StatusOr<std::optional<std::string>> MemoryStore::Events(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(id);
  if (found == runs_.end()) return NoSuchRun(id);
  return found->second.events;
}

absl::StatusOr<std::optional<StoredBlock>> MemoryStore::LastBlock(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(id);
  if (found == runs_.end()) return NoSuchRun(id);
  if (found->second.blocks.empty()) return std::nullopt;
  return found->second.blocks.rbegin()->second;
}

absl::StatusOr<std::vector<StoredBlock>> MemoryStore::Blocks(const std::string& id, int64_t from,
                                                             int64_t to, size_t max_bytes) {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(id);
  if (found == runs_.end()) return NoSuchRun(id);
  std::vector<StoredBlock> blocks;
  size_t bytes = 0;
  const auto& all = found->second.blocks;
  for (auto at = all.lower_bound(from); at != all.end() && at->second.first <= to; ++at) {
    if (!blocks.empty() && bytes + at->second.bytes.size() > max_bytes) break;
    bytes += at->second.bytes.size();
    blocks.push_back(at->second);
  }
  return blocks;
}

// --- documents: few, so that looking at all of them is quick enough ---

absl::Status MemoryStore::PutDocument(const StoredDocument& document) {
  const std::lock_guard lock(mutex_);
  for (auto& [number, kept] : documents_) {
    if (kept.kind != document.kind) continue;
    if (kept.id == document.id) {
      kept.finished = document.finished;
      kept.record = document.record;
      return absl::OkStatus();
    }
    if (!document.request_id.empty() && kept.request_id == document.request_id) {
      return absl::AlreadyExistsError(
          absl::StrCat("request_id '", document.request_id, "' is taken"));
    }
  }
  StoredDocument numbered = document;
  if (numbered.number == 0) numbered.number = last_document_ + 1;
  last_document_ = std::max(last_document_, numbered.number);
  documents_[numbered.number] = std::move(numbered);
  return absl::OkStatus();
}

absl::Status MemoryStore::RemoveDocument(const std::string& kind, const std::string& id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(documents_, [&](const auto& entry) {
    return entry.second.kind == kind && entry.second.id == id;
  });
  return absl::OkStatus();
}

absl::StatusOr<StoredDocument> MemoryStore::GetDocument(const std::string& kind,
                                                        const std::string& id) {
  const std::lock_guard lock(mutex_);
  for (const auto& [number, kept] : documents_) {
    if (kept.kind == kind && kept.id == id) return kept;
  }
  return absl::NotFoundError(absl::StrCat("no ", kind, " '", id, "' is stored"));
}

absl::StatusOr<std::optional<StoredDocument>> MemoryStore::FindDocument(
    const std::string& kind, const std::string& request_id) {
  const std::lock_guard lock(mutex_);
  for (const auto& [number, kept] : documents_) {
    const bool same = kept.kind == kind && kept.request_id == request_id;
    if (same && !request_id.empty()) return kept;
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<StoredDocument>> MemoryStore::ListDocuments(
    const StoredDocumentQuery& query) {
  const std::lock_guard lock(mutex_);
  std::vector<StoredDocument> page;
  for (auto at = documents_.rbegin(); at != documents_.rend(); ++at) {
    const StoredDocument& kept = at->second;
    if (static_cast<int>(page.size()) >= query.limit) break;
    if (kept.kind != query.kind || kept.number >= query.before_number) continue;
    if (query.tenant && kept.tenant != *query.tenant) continue;
    if (!query.unfinished_only || !kept.finished) page.push_back(kept);
  }
  return page;
}

}  // namespace thalweg::storage
