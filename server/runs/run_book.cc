#include "server/runs/run_book.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/runs/admission.h"
#include "server/runs/fork.h"
#include "server/runs/iterate_pages.h"
#include "server/runs/memory_keeper.h"
#include "server/runs/page_token.h"
#include "server/runs/recorder.h"
#include "server/runs/recovery.h"
#include "server/runs/request_key.h"
#include "server/runs/run_events.h"
#include "server/runs/run_registry.h"
#include "server/runs/run_watcher.h"

namespace thalweg::runs {
namespace {

constexpr size_t kLongestRequestId = 128;
constexpr int kLargestPage = 1000;
constexpr size_t kRowOverhead = 9 * sizeof(double) + sizeof(uint32_t);

absl::Status ShuttingDown() {
  return RefuseWith(absl::StatusCode::kUnavailable, Reason::kShuttingDown,
                    "the server is shutting down and takes no new runs; try again soon");
}

/// What a store says, for a caller: an unknown run and damaged data get their reasons.
absl::Status Reasoned(const absl::Status& status, const std::string& id) {
  if (absl::IsNotFound(status)) return NoSuchRun(id);
  if (!absl::IsDataLoss(status) || !ViolationsOf(status).empty()) return status;
  return RefuseWith(absl::StatusCode::kDataLoss, Reason::kDataCorrupt,
                    std::string(status.message()));
}

/// 80 random bits: sixteen letters and digits.
std::string NewId() {
  constexpr char kAlphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";
  std::random_device device;
  std::string id;
  for (int i = 0; i < 16; ++i) id.push_back(kAlphabet[device() % 32]);
  return id;
}

void AbortBroken(const absl::Status& status) {
  std::fprintf(stderr, "thalweg: the store is broken, ending at once: %s\n",
               status.ToString().c_str());
  std::abort();
}

RunBookOptions Completed(RunBookOptions options) {
  if (!options.on_broken_store) options.on_broken_store = AbortBroken;
  return options;
}

class Book : public RunBook {
 public:
  Book(RunStore& store, EventSink& events, const RunBookOptions& options)
      : store_(store),
        events_(events),
        options_(Completed(options)),
        memory_(options.max_resident_trace_bytes),
        memory_keeper_(options.max_memory_bytes, options.memory_in_use),
        registry_(events, options.max_unfinished_runs),
        scheduler_(options.workers, events),
        shop_{store,
              events,
              memory_,
              memory_keeper_,
              recorder_,
              scheduler_,
              options.slice,
              options.max_pending_bytes,
              options.code_maker,
              options.means},
        recorder_(store, events, memory_,
                  {[this] { Committed(); },
                   [this](Trace& trace, const Standing& before) { Shown(trace, before); },
                   options_.on_broken_store}) {}

  ~Book() override { Drain(); }

  absl::Status Recover();

  absl::StatusOr<Run> Create(const RunSpec& spec, const std::string& request_id,
                             bool validate_only) override;
  absl::StatusOr<Run> Fork(const std::string& id, const ForkRequest& request,
                           const std::string& request_id, bool validate_only) override;
  absl::StatusOr<ChangedRun> Change(const std::string& id, const Overrides& overrides) override;
  absl::StatusOr<Run> Get(const std::string& id) override;
  absl::StatusOr<std::string> TenantOf(const std::string& id) override;
  absl::StatusOr<RunPage> List(const RunQuery& query) override;
  absl::StatusOr<Run> Cancel(const std::string& id) override { return Act(id, Action::kCancel); }
  absl::StatusOr<Run> Pause(const std::string& id) override { return Act(id, Action::kPause); }
  absl::StatusOr<Run> Resume(const std::string& id, int64_t iterates) override;
  absl::Status Delete(const std::string& id) override;
  bool Uses(const std::string& dataset) override;
  absl::StatusOr<std::unique_ptr<Watcher>> Watch(const std::string& id, const WatchOptions& options,
                                                 std::function<void()> wake) override;
  std::unique_ptr<RunListWatcher> WatchList(const RunFilter& filter,
                                            std::function<void()> wake) override {
    return list_log_.Watch(filter, std::move(wake));
  }
  absl::StatusOr<IteratePage> ListIterates(const std::string& id,
                                           const IterateQuery& query) override;
  void Drain() override;

 private:
  using Admission = std::function<absl::StatusOr<Candidate>()>;
  absl::StatusOr<Run> MakeOnce(const std::string& tenant, const std::string& request_id,
                               uint64_t digest, bool validate_only, const Admission& admission);
  absl::StatusOr<std::optional<Run>> Earlier(const StoredRun& wanted,
                                             const std::string& request_id);
  absl::Status CheckDataset(const RunSpec& spec) const;
  absl::Status Reserve(const std::string& tenant);
  absl::StatusOr<Candidate> Forked(const std::string& id, const ForkRequest& request);
  absl::StatusOr<Run> Keep(Candidate candidate, StoredRun key);
  void Begin(const StoredRun& key, RunRecord record, std::unique_ptr<Descent> descent);
  absl::StatusOr<Run> Act(const std::string& id, Action action, int64_t iterates = 0);
  std::shared_ptr<ActiveRun> Unfinished(const std::string& id);
  Run Snapshot(const ActiveRun& run) const;
  absl::StatusOr<std::shared_ptr<Trace>> TraceOf(const std::string& id);
  void Shown(Trace& trace, const Standing& before);
  void Committed();
  void CountMemory();
  void Tell(Trace& trace, const Standing& standing);

  RunStore& store_;
  EventSink& events_;
  const RunBookOptions options_;
  ResidentBudget memory_;
  MemoryKeeper memory_keeper_;
  RunRegistry registry_;
  RunListLog list_log_;
  Scheduler scheduler_;
  Workshop shop_;
  Recorder recorder_;  // its thread uses all of the above from its beginning
  std::atomic<uint64_t> last_number_{0};
  std::atomic<bool> draining_{false};
  std::mutex drain_mutex_;  // the second to drain waits for the first
};

// --- beginnings ---

absl::Status Book::Recover() {
  const auto begin = std::chrono::steady_clock::now();
  const absl::StatusOr<uint64_t> last_number = store_.LastNumber();
  if (!last_number.ok()) return last_number.status();
  last_number_ = *last_number;
  const auto unfinished = store_.Unfinished();
  if (!unfinished.ok()) return unfinished.status();
  RecoveryFinished event;
  for (const StoredRun& stored : *unfinished) {
    absl::StatusOr<RunRecord> record = ReadUnfinished(store_, stored);
    if (record.ok()) {
      ++event.runs;
      registry_.ReserveRegardless(
          stored.tenant);  // more than allowed today is no reason to forget one
      Begin(stored, *std::move(record), nullptr);
      continue;
    }
    // Of a newer server's data nothing is touched: that server will want them again.
    if (absl::IsFailedPrecondition(record.status())) return record.status();
    ++event.failed;
    const absl::Status status = store_.Commit({MarkedFailed(stored, record.status())});
    if (!status.ok()) return status;
  }
  event.duration = std::chrono::steady_clock::now() - begin;
  events_.On(event);
  CountMemory();
  return absl::OkStatus();
}

void Book::Begin(const StoredRun& key, RunRecord record, std::unique_ptr<Descent> descent) {
  StoredRun bare = key;
  bare.record.clear();
  const RunState state = record.run.state;
  auto trace =
      std::make_shared<Trace>(std::move(bare), std::move(record.run), record.retention, memory_);
  const Standing standing = trace->Shown().standing;
  Tell(*trace, standing);
  if (WantsSeries(trace->run().spec)) events_.On(AdvancedEvent(trace->run(), standing));
  auto run = std::make_shared<ActiveRun>(shop_, std::move(trace), std::move(descent));
  registry_.Add(run);
  registry_.CountState(std::nullopt, state);
  if (state != RunState::kPaused) scheduler_.Enqueue(std::move(run));
}

absl::StatusOr<Run> Book::Create(const RunSpec& spec, const std::string& request_id,
                                 bool validate_only) {
  const auto admit = [&]() -> absl::StatusOr<Candidate> {
    if (absl::Status status = CheckDataset(spec); !status.ok()) return status;
    absl::StatusOr<Admitted> admitted =
        Admit(spec, options_.limits, options_.code_maker, options_.means, events_);
    if (!admitted.ok()) return admitted.status();
    return Candidate{*std::move(admitted), "", std::nullopt};
  };
  return MakeOnce(spec.tenant, request_id, DigestOf(spec), validate_only, admit);
}

absl::StatusOr<Run> Book::Fork(const std::string& id, const ForkRequest& request,
                               const std::string& request_id, bool validate_only) {
  return MakeOnce(request.tenant, request_id, DigestOf(id, request), validate_only,
                  [&] { return Forked(id, request); });
}

absl::StatusOr<Candidate> Book::Forked(const std::string& id, const ForkRequest& request) {
  // In this order: what is shown is no older than the checkpoint.
  std::optional<Checkpoint> checkpoint = CheckpointOf(store_, id);
  const absl::StatusOr<Run> parent = Get(id);
  if (request.own_alone) {
    const absl::StatusOr<std::string> owner = TenantOf(id);
    if (!owner.ok()) return owner.status();
    if (*owner != request.tenant) return NoSuchRun(id);
  }
  if (!parent.ok()) return parent.status();
  absl::StatusOr<RunSpec> spec = SpecOfFork(*parent, request);
  if (!spec.ok()) return spec.status();
  if (absl::Status status = CheckDataset(*spec); !status.ok()) return status;
  absl::StatusOr<Admitted> admitted =
      Admit(*spec, options_.limits, options_.code_maker, options_.means, events_);
  if (!admitted.ok()) return InTermsOfOverrides(admitted.status(), *spec);
  if (checkpoint && checkpoint->iteration > spec->first_iteration) checkpoint.reset();
  if (checkpoint && !TakeUp(*checkpoint, options_.code_maker, options_.means, *admitted))
    checkpoint.reset();
  return Candidate{*std::move(admitted), id, std::move(checkpoint)};
}

absl::StatusOr<Run> Book::MakeOnce(const std::string& tenant, const std::string& request_id,
                                   uint64_t digest, bool validate_only,
                                   const Admission& admission) {
  if (draining_) return ShuttingDown();
  if (request_id.size() > kLongestRequestId) {
    return Refuse(
        "request_id", Reason::kInvalidValue,
        absl::StrCat(request_id.size(), " bytes; at most ", kLongestRequestId, " are allowed"));
  }
  StoredRun key;
  key.tenant = tenant;
  key.request_id = RequestKey(tenant, request_id);
  key.spec_digest = digest;
  const RunRegistry::RequestHold hold(registry_, validate_only ? "" : key.request_id);
  if (!validate_only) {
    auto earlier = Earlier(key, request_id);
    if (!earlier.ok()) return earlier.status();
    if (earlier->has_value()) {
      events_.On(RequestReplayed{});
      return **std::move(earlier);
    }
    if (absl::Status status = memory_keeper_.RoomFor(); !status.ok()) return status;
  }
  absl::StatusOr<Candidate> candidate = admission();
  if (!candidate.ok()) return candidate.status();
  if (validate_only) {
    Run run;
    run.spec = std::move(candidate->admitted.spec);
    run.variables = std::move(candidate->admitted.variables);
    run.parent = std::move(candidate->parent);
    return run;
  }
  const int64_t expected = ExpectedBytes(*candidate->admitted.descent);
  if (absl::Status status = memory_keeper_.RoomFor(expected); !status.ok()) return status;
  if (absl::Status status = Reserve(tenant); !status.ok()) return status;
  absl::StatusOr<Run> run = Keep(*std::move(candidate), std::move(key));
  if (!run.ok()) registry_.GiveUp(tenant);
  return run;
}

// Ids are found out and passed on; whose a table is decides who may learn from it.
absl::Status Book::CheckDataset(const RunSpec& spec) const {
  if (!spec.objective.model || options_.means.tables == nullptr) return absl::OkStatus();
  return options_.means.tables->MayUse(spec.tenant, spec.objective.model->dataset);
}

bool Book::Uses(const std::string& dataset) {
  const auto runs = registry_.All();
  return std::any_of(runs.begin(), runs.end(), [&](const std::shared_ptr<ActiveRun>& run) {
    const auto& model = run->trace()->run().spec.objective.model;
    return model && model->dataset == dataset;
  });
}

absl::Status Book::Reserve(const std::string& tenant) {
  constexpr char kQuota[] = "unfinished_runs";
  const int64_t most = options_.max_unfinished_of ? options_.max_unfinished_of(tenant) : 0;
  switch (registry_.Reserve(tenant, most)) {
    case RunRegistry::Room::kReserved:
      return absl::OkStatus();
    case RunRegistry::Room::kServerFull:
      return RefuseQuota({.quota = kQuota, .limit = options_.max_unfinished_runs, .subject = ""},
                         absl::StrCat("there are ", options_.max_unfinished_runs,
                                      " unfinished runs, as many as this server allows"));
    case RunRegistry::Room::kTenantFull:
      break;
  }
  return RefuseQuota({.quota = kQuota, .limit = most, .subject = tenant},
                     absl::StrCat("tenant ", Quoted(tenant), " has ", most,
                                  " unfinished runs, as many as it may"));
}

absl::StatusOr<std::optional<Run>> Book::Earlier(const StoredRun& wanted,
                                                 const std::string& request_id) {
  if (request_id.empty()) return std::nullopt;
  const auto found = store_.FindRequest(wanted.request_id);
  if (!found.ok()) return Reasoned(found.status(), "");
  if (!found->has_value()) return std::nullopt;
  if ((*found)->spec_digest != wanted.spec_digest || (*found)->tenant != wanted.tenant) {
    return RefuseWith(absl::StatusCode::kAlreadyExists, Reason::kRequestIdReused,
                      absl::StrCat("request_id ", Quoted(request_id), " made run '", (*found)->id,
                                   "' from another request"));
  }
  return Get((*found)->id);
}

absl::StatusOr<Run> Book::Keep(Candidate candidate, StoredRun key) {
  Admitted& admitted = candidate.admitted;
  RunRecord record;
  Run& run = record.run;
  run.id = NewId();
  run.spec = std::move(admitted.spec);
  run.variables = std::move(admitted.variables);
  run.created = std::chrono::system_clock::now();
  run.parent = std::move(candidate.parent);
  if (!run.parent.empty()) run.events = BeginningOf(run);
  record.retention = RetentionFor(
      options_.max_trace_bytes_per_run,
      kRowOverhead + static_cast<size_t>(run.spec.traced_coordinates) * sizeof(double));
  key.id = run.id;
  key.number = ++last_number_;
  key.state = static_cast<int>(run.state);
  key.labels.assign(run.spec.labels.begin(), run.spec.labels.end());

  RunChange change;
  change.id = key.id;
  change.run = key;
  change.run->record = Encode(record);
  if (run.events) change.events = Encode(*run.events);
  if (candidate.checkpoint) change.checkpoint = Encode(*candidate.checkpoint);
  if (absl::Status status = recorder_.Write(std::move(change)); !status.ok()) return status;
  events_.On(RunCreated{run.id, run.spec.optimizer.kind});
  const Run created = run;
  Begin(key, std::move(record), std::move(admitted.descent));
  return created;
}

// --- looking ---

std::shared_ptr<ActiveRun> Book::Unfinished(const std::string& id) {
  std::shared_ptr<ActiveRun> run = registry_.Find(id);
  if (run && IsTerminal(run->trace()->Shown().standing.state)) return nullptr;  // just ended
  return run;
}

Run Book::Snapshot(const ActiveRun& run) const {
  Run now = run.trace()->Snapshot();
  now.waits_for_storage = recorder_.full() && now.state < RunState::kPaused;
  return now;
}

absl::StatusOr<Run> Book::Get(const std::string& id) {
  if (const auto run = Unfinished(id)) return Snapshot(*run);
  const absl::StatusOr<StoredRun> stored = store_.Get(id);
  if (!stored.ok()) return Reasoned(stored.status(), id);
  absl::StatusOr<RunRecord> record = DecodeRunRecord(stored->record);
  absl::Status status = record.status();
  if (status.ok()) status = AddEvents(store_, record->run);
  if (!status.ok()) return Reasoned(status, id);
  return std::move(record->run);
}

absl::StatusOr<std::string> Book::TenantOf(const std::string& id) {
  if (const auto run = registry_.Find(id)) return run->trace()->run().spec.tenant;
  absl::StatusOr<StoredRun> stored = store_.Get(id);
  if (!stored.ok()) return Reasoned(stored.status(), id);
  return std::move(stored->tenant);
}

absl::StatusOr<RunPage> Book::List(const RunQuery& query) {
  if (query.page_size < 1 || query.page_size > kLargestPage) {
    return Refuse("page_size", Reason::kInvalidValue,
                  absl::StrCat(query.page_size, "; expected 1 to ", kLargestPage));
  }
  const std::string key =
      absl::StrCat("runs ", query.state ? static_cast<int>(*query.state) : -1, " ",
                   query.label ? absl::StrCat(query.label->first, "=", query.label->second) : "",
                   query.tenant ? absl::StrCat("\n", *query.tenant) : "");
  StoredRunQuery wanted;
  if (query.state) wanted.state = static_cast<int>(*query.state);
  wanted.label = query.label;
  wanted.tenant = query.tenant;
  wanted.limit = query.page_size + 1;
  if (!query.page_token.empty()) {
    const auto numbers = ReadPageToken(key, 1, query.page_token);
    if (!numbers.ok()) return numbers.status();
    wanted.before_number = static_cast<uint64_t>((*numbers)[0]);
  }
  absl::StatusOr<std::vector<StoredRun>> stored = store_.List(wanted);
  if (!stored.ok()) return Reasoned(stored.status(), "");
  RunPage page;
  if (static_cast<int>(stored->size()) > query.page_size) {
    stored->pop_back();
    page.next_page_token = MakePageToken(key, {static_cast<int64_t>(stored->back().number)});
  }
  for (const StoredRun& one : *stored) {
    const auto run = Unfinished(one.id);
    page.runs.push_back(run ? Snapshot(*run) : ReadOrFailed(one).run);
    // Between the look at the store and the one at the run it may have gone on.
    if (query.state && page.runs.back().state != *query.state) page.runs.pop_back();
  }
  return page;
}

absl::StatusOr<std::shared_ptr<Trace>> Book::TraceOf(const std::string& id) {
  if (const auto run = registry_.Find(id)) return run->trace();
  absl::StatusOr<StoredRun> stored = store_.Get(id);
  if (!stored.ok()) return Reasoned(stored.status(), id);
  absl::StatusOr<RunRecord> record = DecodeRunRecord(std::exchange(stored->record, ""));
  absl::Status status = record.status();
  if (status.ok()) status = AddEvents(store_, record->run);
  if (!status.ok()) return Reasoned(status, id);
  return std::make_shared<Trace>(*std::move(stored), std::move(record->run), record->retention,
                                 memory_);
}

absl::StatusOr<std::unique_ptr<Watcher>> Book::Watch(const std::string& id,
                                                     const WatchOptions& options,
                                                     std::function<void()> wake) {
  if (options.from_iteration < 0) {
    return Refuse("from_iteration", Reason::kInvalidValue,
                  absl::StrCat(options.from_iteration, "; expected 0 or more"));
  }
  if (options.mode == WatchMode::kLive && !(options.max_updates_per_second > 0)) {
    return Refuse("max_updates_per_second", Reason::kInvalidValue,
                  absl::StrCat(options.max_updates_per_second, "; expected more than 0"));
  }
  auto trace = TraceOf(id);
  if (!trace.ok()) return trace.status();
  const Standing standing = (*trace)->Shown().standing;
  const int64_t first = (*trace)->run().spec.first_iteration;
  if (IsTerminal(standing.state) &&
      options.from_iteration > std::max(standing.iterations + 1, first)) {
    return RefuseWith(
        absl::StatusCode::kOutOfRange, Reason::kIterationOutOfRange,
        absl::StrCat("iteration ", options.from_iteration, " is beyond the end of run '", id,
                     "', which ended with ", standing.iterations));
  }
  return std::make_unique<RunWatcher>(*std::move(trace), store_, options, std::move(wake));
}

absl::StatusOr<IteratePage> Book::ListIterates(const std::string& id, const IterateQuery& query) {
  const auto trace = TraceOf(id);
  if (!trace.ok()) return trace.status();
  absl::StatusOr<IteratePage> page = ReadIteratePage(*trace, store_, query);
  if (!page.ok()) return Reasoned(page.status(), id);
  return page;
}

// --- acting ---

absl::StatusOr<Run> Book::Resume(const std::string& id, int64_t iterates) {
  if (iterates < 0) {
    return Refuse("iterations", Reason::kInvalidValue,
                  absl::StrCat("is ", iterates, "; must be 0 (go on to the end) or more"));
  }
  return Act(id, Action::kResume, iterates);
}

absl::StatusOr<Run> Book::Act(const std::string& id, Action action, int64_t iterates) {
  if (const auto run = Unfinished(id)) {
    if (absl::Status status = run->Act(action, iterates); !status.ok()) return status;
    return run->trace()->Snapshot();
  }
  const absl::StatusOr<Run> run = Get(id);
  if (!run.ok()) return run.status();
  return CannotAct(action, id, run->state);
}

absl::StatusOr<ChangedRun> Book::Change(const std::string& id, const Overrides& overrides) {
  if (const auto run = Unfinished(id)) {
    const absl::StatusOr<int64_t> iteration = run->ChangeSettings(overrides);
    if (!iteration.ok()) return iteration.status();
    return ChangedRun{run->trace()->Snapshot(), *iteration};
  }
  const absl::StatusOr<Run> run = Get(id);
  if (!run.ok()) return run.status();
  return CannotAct(Action::kChange, id, run->state);
}

absl::Status Book::Delete(const std::string& id) {
  const absl::StatusOr<Run> run = Get(id);
  if (!run.ok() && !absl::IsDataLoss(run.status())) return run.status();
  if (run.ok() && !IsTerminal(run->state)) {
    return RefuseWith(absl::StatusCode::kFailedPrecondition, Reason::kInvalidState,
                      absl::StrCat("cannot delete run '", id, "': it is ",
                                   std::string(RunStateName(run->state)), "; cancel it first"));
  }
  const absl::StatusOr<StoredRun> stored = store_.Get(id);  // has labels, be it damaged or not
  RunChange change;
  change.id = id;
  change.remove = true;
  if (absl::Status status = recorder_.Write(std::move(change)); !status.ok()) return status;
  events_.On(thalweg::RunDeleted{id});
  if (stored.ok()) {
    list_log_.Deleted(id, {stored->labels.begin(), stored->labels.end()}, stored->tenant);
  }
  return absl::OkStatus();
}

void Book::Tell(Trace& trace, const Standing& standing) {
  list_log_.Changed({trace.shared_from_this(), &trace.run()}, standing);
}

void Book::Shown(Trace& trace, const Standing& before) {
  const Standing now = trace.Shown().standing;
  const std::string& optimizer = trace.run().spec.optimizer.kind;
  if (!before.started && now.started) {
    events_.On(RunStarted{trace.id(), optimizer, *now.started - trace.run().created});
  }
  registry_.CountState(before.state, now.state);
  if (now.state != before.state) Tell(trace, now);
  if (WantsSeries(trace.run().spec)) events_.On(AdvancedEvent(trace.run(), now));
  if (!IsTerminal(now.state) || IsTerminal(before.state)) return;
  events_.On(FinishedEvent(trace.run(), now));
  registry_.Remove(trace.id());
}

void Book::Committed() {
  scheduler_.EndWait();
  CountMemory();
}

void Book::CountMemory() {
  events_.On(MemoryCounted{"pending", shop_.most_pending_bytes(),
                           memory_.pending.load(std::memory_order_relaxed)});
  events_.On(MemoryCounted{"traces", static_cast<int64_t>(options_.max_resident_trace_bytes),
                           memory_.used()});
}

void Book::Drain() {
  draining_ = true;
  const std::lock_guard lock(drain_mutex_);
  scheduler_.Stop();
  for (const auto& run : registry_.All()) run->PutAway();
  recorder_.Flush();
}

}  // namespace

absl::Status NoSuchRun(const std::string& id) {
  return RefuseWith(absl::StatusCode::kNotFound, Reason::kRunNotFound,
                    absl::StrCat("there is no run ", Quoted(id)));
}

absl::StatusOr<std::unique_ptr<RunBook>> RunBook::Open(RunStore& store, EventSink& events,
                                                       const RunBookOptions& options) {
  auto book = std::make_unique<Book>(store, events, options);
  if (absl::Status status = book->Recover(); !status.ok()) return status;
  return book;
}

}  // namespace thalweg::runs
