#include "server/studies/study_book.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/runs/page_token.h"
#include "server/runs/request_key.h"
#include "server/studies/arms.h"
#include "server/studies/codec.h"
#include "server/studies/conductor.h"
#include "server/studies/halving.h"
#include "server/studies/validation.h"

namespace thalweg::studies {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLargestPage = 1000;
constexpr std::chrono::seconds kLater{1};

absl::Status CannotCancel(const std::string& id, StudyState state) {
  return RefuseWith(
      absl::StatusCode::kFailedPrecondition, Reason::kInvalidState,
      absl::StrCat("cannot cancel study '", id, "': it is ", std::string(StudyStateName(state))));
}

absl::Status ShuttingDown() {
  return RefuseWith(absl::StatusCode::kUnavailable, Reason::kShuttingDown,
                    "the server is shutting down; try again soon");
}

absl::Status Reasoned(const absl::Status& status, const std::string& id) {
  if (absl::IsNotFound(status)) return NoSuchStudy(id);
  if (!absl::IsDataLoss(status) || !ViolationsOf(status).empty()) return status;
  return RefuseWith(absl::StatusCode::kDataLoss, Reason::kDataCorrupt,
                    std::string(status.message()));
}

uint64_t Draw64() {
  std::random_device device;
  return (uint64_t{device()} << 32U) | device();
}

/// 80 random bits: sixteen letters and digits.
std::string NewId() {
  constexpr char kAlphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";
  std::random_device device;
  std::string id;
  for (int i = 0; i < 16; ++i) id.push_back(kAlphabet[device() % 32]);
  return id;
}

class Book : public StudyBook {
 public:
  Book(runs::RunBook& runs, runs::DocumentStore& store, EventSink& events,
       const StudyBookOptions& options)
      : runs_(runs), store_(store), events_(events), options_(options) {}
  ~Book() override { Drain(); }

  absl::Status Recover();

  absl::StatusOr<Study> Create(const StudySpec& spec, const std::string& request_id,
                               bool validate_only) override;
  absl::StatusOr<Study> Get(const std::string& id) override;
  absl::StatusOr<std::string> TenantOf(const std::string& id) override;
  absl::StatusOr<StudyPage> List(const StudyQuery& query) override;
  absl::StatusOr<Study> Cancel(const std::string& id) override;
  absl::Status Delete(const std::string& id) override;
  absl::StatusOr<std::unique_ptr<StudyWatcher>> Watch(const std::string& id,
                                                      const StudyWatchOptions& options,
                                                      std::function<void()> wake) override;
  void Drain() override;

 private:
  absl::StatusOr<std::optional<Study>> Earlier(const runs::StoredDocument& wanted,
                                               const std::string& request_id);
  Study Again(Study made);
  absl::StatusOr<Study> Keep(Study study, runs::StoredDocument key);
  void Begin(const runs::StoredDocument& key, Study study);
  std::shared_ptr<LiveStudy> Find(const std::string& id);
  absl::StatusOr<std::shared_ptr<LiveStudy>> LiveOrStored(const std::string& id);
  void Wake(const std::string& id);
  void Work();
  void Conduct(const std::string& id, std::unique_lock<std::mutex>& lock);
  std::optional<Clock::time_point> WakeThoseInTime();  // requires mutex_

  runs::RunBook& runs_;
  runs::DocumentStore& store_;
  EventSink& events_;
  const StudyBookOptions options_;

  std::mutex create_mutex_;  // one creation at a time is kept

  std::mutex mutex_;
  std::condition_variable work_;
  std::map<std::string, std::shared_ptr<LiveStudy>> live_;
  std::map<std::string, std::unique_ptr<Conductor>> conductors_;  // used by the thread alone
  std::set<std::string> awake_;
  std::string last_turn_;  // the study that had it
  std::map<std::string, Clock::time_point> later_;
  bool stopping_ = false;
  std::thread thread_;
};

// --- beginnings ---

absl::Status Book::Recover() {
  const auto unfinished =
      store_.ListDocuments({.kind = kDocumentKind, .unfinished_only = true, .limit = INT32_MAX});
  if (!unfinished.ok()) return unfinished.status();
  for (const runs::StoredDocument& document : *unfinished) {
    absl::StatusOr<Study> study = DecodeStudy(document.record);
    // A damaged one stays as it is; whoever asks for it is told.
    if (study.ok()) Begin(document, *std::move(study));
  }
  thread_ = std::thread([this] { Work(); });
  return absl::OkStatus();
}

absl::StatusOr<Study> Book::Create(const StudySpec& spec, const std::string& request_id,
                                   bool validate_only) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return ShuttingDown();
  }
  runs::StoredDocument key;
  key.kind = kDocumentKind;
  key.tenant = spec.base.tenant;
  key.request_id = runs::RequestKey(key.tenant, request_id);
  key.digest = DigestOf(spec);
  if (!validate_only) {
    auto earlier = Earlier(key, request_id);
    if (!earlier.ok()) return earlier.status();
    if (earlier->has_value()) return Again(**std::move(earlier));
  }
  Study study;
  study.spec = spec;
  if (!study.spec.base.seed) study.spec.base.seed = Draw64();
  study.created = std::chrono::system_clock::now();
  if (absl::Status status = Prepare(runs_, options_.max_runs_per_study, study); !status.ok()) {
    return status;
  }
  if (validate_only) return study;

  const std::lock_guard lock(create_mutex_);
  auto earlier = Earlier(key, request_id);  // made while this one was checked
  if (!earlier.ok()) return earlier.status();
  if (earlier->has_value()) return Again(**std::move(earlier));
  return Keep(std::move(study), std::move(key));
}

Study Book::Again(Study made) {
  events_.On(RequestReplayed{});
  return made;
}

absl::StatusOr<std::optional<Study>> Book::Earlier(const runs::StoredDocument& wanted,
                                                   const std::string& request_id) {
  const auto found = store_.FindDocument(kDocumentKind, wanted.request_id);
  if (!found.ok()) return Reasoned(found.status(), "");
  if (!found->has_value()) return std::nullopt;
  if ((*found)->digest != wanted.digest || (*found)->tenant != wanted.tenant) {
    return RefuseWith(absl::StatusCode::kAlreadyExists, Reason::kRequestIdReused,
                      absl::StrCat("request_id ", Quoted(request_id), " made study '", (*found)->id,
                                   "' from another request"));
  }
  return Get((*found)->id);
}

absl::StatusOr<Study> Book::Keep(Study study, runs::StoredDocument key) {
  study.id = NewId();
  key.id = study.id;
  key.record = Encode(study);
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return ShuttingDown();
    if (static_cast<int64_t>(live_.size()) >= options_.max_unfinished_studies) {
      return RefuseWith(absl::StatusCode::kResourceExhausted, Reason::kQuotaExceeded,
                        absl::StrCat("there are ", live_.size(),
                                     " unfinished studies, as many as this server allows"));
    }
  }
  if (absl::Status status = store_.PutDocument(key); !status.ok()) return status;
  Begin(key, study);
  return study;
}

void Book::Begin(const runs::StoredDocument& key, Study study) {
  const std::string id = study.id;
  auto live = std::make_shared<LiveStudy>(std::move(study));
  runs::StoredDocument named = key;
  named.record.clear();
  auto conductor = std::make_unique<Conductor>(
      runs_, store_, std::move(named), live, [this, id] { Wake(id); }, options_.on_broken_store);
  const std::lock_guard lock(mutex_);
  live_[id] = std::move(live);
  conductors_[id] = std::move(conductor);
  awake_.insert(id);
  work_.notify_all();
  events_.On(StudiesCounted{static_cast<int64_t>(live_.size())});
}

// --- the thread ---

void Book::Wake(const std::string& id) {
  const std::lock_guard lock(mutex_);
  awake_.insert(id);
  work_.notify_all();
}

void Book::Work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const std::optional<Clock::time_point> next = WakeThoseInTime();
    if (!awake_.empty()) {
      auto turn = awake_.upper_bound(last_turn_);  // one after the other
      if (turn == awake_.end()) turn = awake_.begin();
      last_turn_ = *turn;
      awake_.erase(turn);
      Conduct(last_turn_, lock);
    } else if (next) {
      work_.wait_until(lock, *next);
    } else {
      work_.wait(lock);
    }
  }
}

std::optional<Clock::time_point> Book::WakeThoseInTime() {
  const Clock::time_point now = Clock::now();
  std::optional<Clock::time_point> next;
  for (auto at = later_.begin(); at != later_.end();) {
    if (at->second <= now) {
      awake_.insert(at->first);
      at = later_.erase(at);
    } else {
      next = next ? std::min(*next, at->second) : at->second;
      ++at;
    }
  }
  return next;
}

void Book::Conduct(const std::string& id, std::unique_lock<std::mutex>& lock) {
  const auto found = conductors_.find(id);
  if (found == conductors_.end()) return;  // a late call: it is over
  Conductor& conductor = *found->second;
  lock.unlock();
  const Conductor::Next next = conductor.Advance();
  lock.lock();
  if (next == Conductor::Next::kAgain) awake_.insert(id);
  if (next == Conductor::Next::kLater) later_[id] = Clock::now() + kLater;
  if (next != Conductor::Next::kOver) return;
  std::unique_ptr<Conductor> over = std::move(conductors_.extract(id).mapped());
  live_.erase(id);
  const StudyState state = over->live()->Shown().study->state;
  events_.On(StudyFinished{id, std::string(StudyStateName(state))});
  events_.On(StudiesCounted{static_cast<int64_t>(live_.size())});
  lock.unlock();  // its wake-up calls take it
  over.reset();
  lock.lock();
}

void Book::Drain() {
  std::map<std::string, std::shared_ptr<LiveStudy>> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    work_.notify_all();
    left = live_;
  }
  if (thread_.joinable()) thread_.join();
  for (const auto& [id, live] : left) live->Leave();
  std::map<std::string, std::unique_ptr<Conductor>> conductors;
  {
    const std::lock_guard lock(mutex_);
    conductors.swap(conductors_);
  }  // they go without the lock, which their wake-up calls take
}

// --- looking ---

std::shared_ptr<LiveStudy> Book::Find(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = live_.find(id);
  return found == live_.end() ? nullptr : found->second;
}

absl::StatusOr<std::shared_ptr<LiveStudy>> Book::LiveOrStored(const std::string& id) {
  if (auto live = Find(id)) return live;
  absl::StatusOr<runs::StoredDocument> document = store_.GetDocument(kDocumentKind, id);
  if (!document.ok()) return Reasoned(document.status(), id);
  absl::StatusOr<Study> study = DecodeStudy(std::move(document->record));
  if (!study.ok()) return Reasoned(study.status(), id);
  return std::make_shared<LiveStudy>(*std::move(study));
}

absl::StatusOr<Study> Book::Get(const std::string& id) {
  const auto live = LiveOrStored(id);
  if (!live.ok()) return live.status();
  return *(*live)->Shown().study;
}

absl::StatusOr<std::string> Book::TenantOf(const std::string& id) {
  if (const auto live = Find(id)) return live->Shown().study->spec.base.tenant;
  absl::StatusOr<runs::StoredDocument> document = store_.GetDocument(kDocumentKind, id);
  if (!document.ok()) return Reasoned(document.status(), id);
  return std::move(document->tenant);
}

absl::StatusOr<StudyPage> Book::List(const StudyQuery& query) {
  if (query.page_size < 1 || query.page_size > kLargestPage) {
    return Refuse("page_size", Reason::kInvalidValue,
                  absl::StrCat(query.page_size, "; expected 1 to ", kLargestPage));
  }
  const std::string key =
      absl::StrCat("studies", query.tenant ? absl::StrCat("\n", *query.tenant) : "");
  runs::StoredDocumentQuery wanted{
      .kind = kDocumentKind, .tenant = query.tenant, .limit = query.page_size + 1};
  if (!query.page_token.empty()) {
    const auto numbers = runs::ReadPageToken(key, 1, query.page_token);
    if (!numbers.ok()) return numbers.status();
    wanted.before_number = static_cast<uint64_t>((*numbers)[0]);
  }
  absl::StatusOr<std::vector<runs::StoredDocument>> stored = store_.ListDocuments(wanted);
  if (!stored.ok()) return Reasoned(stored.status(), "");
  StudyPage page;
  if (static_cast<int>(stored->size()) > query.page_size) {
    stored->pop_back();
    page.next_page_token = runs::MakePageToken(key, {static_cast<int64_t>(stored->back().number)});
  }
  for (const runs::StoredDocument& document : *stored) {
    const auto live = LiveOrStored(document.id);
    if (live.ok()) page.studies.push_back(*(*live)->Shown().study);
  }
  return page;
}

absl::StatusOr<std::unique_ptr<StudyWatcher>> Book::Watch(const std::string& id,
                                                          const StudyWatchOptions& options,
                                                          std::function<void()> wake) {
  auto live = LiveOrStored(id);
  if (!live.ok()) return live.status();
  return std::make_unique<StudyWatcher>(runs_, *std::move(live), options, std::move(wake));
}

// --- acting ---

absl::StatusOr<Study> Book::Cancel(const std::string& id) {
  const auto live = LiveOrStored(id);
  if (!live.ok()) return live.status();
  if (StudyState state = (*live)->Shown().study->state; IsOver(state)) {
    return CannotCancel(id, state);
  }
  (*live)->WishCancelled();
  Wake(id);
  if (!(*live)->WaitUntilOver()) return ShuttingDown();
  const Study study = *(*live)->Shown().study;
  if (study.state != StudyState::kCancelled) return CannotCancel(id, study.state);
  return study;
}

absl::Status Book::Delete(const std::string& id) {
  const absl::StatusOr<Study> study = Get(id);
  if (!study.ok() && !absl::IsDataLoss(study.status())) return study.status();
  if (study.ok() && !IsOver(study->state)) {
    return RefuseWith(
        absl::StatusCode::kFailedPrecondition, Reason::kInvalidState,
        absl::StrCat("cannot delete study '", id, "': it is running; cancel it first"));
  }
  if (study.ok()) {
    for (const std::string& run : study->runs) {
      if (run.empty()) continue;
      absl::Status status = runs_.Delete(run);
      if (!status.ok() && !absl::IsNotFound(status)) return status;
    }
  }
  return store_.RemoveDocument(kDocumentKind, id);
}

}  // namespace

absl::Status NoSuchStudy(const std::string& id) {
  return RefuseWith(absl::StatusCode::kNotFound, Reason::kStudyNotFound,
                    absl::StrCat("there is no study ", Quoted(id)));
}

std::string_view StudyStateName(StudyState state) {
  switch (state) {
    case StudyState::kRunning:
      return "running";
    case StudyState::kFinished:
      return "finished";
    case StudyState::kCancelled:
      return "cancelled";
    case StudyState::kFailed:
      return "failed";
  }
  return "";
}

absl::StatusOr<std::unique_ptr<StudyBook>> StudyBook::Open(runs::RunBook& runs,
                                                           runs::DocumentStore& store,
                                                           EventSink& events,
                                                           const StudyBookOptions& options) {
  auto book = std::make_unique<Book>(runs, store, events, options);
  if (absl::Status status = book->Recover(); !status.ok()) return status;
  return book;
}

}  // namespace thalweg::studies
