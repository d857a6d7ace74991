#include "server/studies/codec.h"

#include <chrono>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/state.h"
#include "server/runs/codec.h"
#include "server/runs/crc32c.h"

namespace thalweg::studies {
namespace {

// What is written, in order, is what is read: every type has one function for both directions.

constexpr int64_t kVersion = 1;

template <typename Enum>
void KeepEnum(State& state, std::string_view name, Enum& value, Enum last) {
  auto number = static_cast<int64_t>(value);
  state.Keep(name, number);
  if (number < 0 || number > static_cast<int64_t>(last)) {
    state.Fail("unknown enumerator");
  } else {
    value = static_cast<Enum>(number);
  }
}

template <typename List, typename KeepOne>
void KeepList(State& state, std::string_view name, List& list, KeepOne keep_one) {
  auto count = static_cast<int64_t>(list.size());
  state.Keep(name, count);
  if (!state.writing()) list.clear();
  for (int64_t i = 0; i < count && state.status().ok(); ++i) {
    if (!state.writing()) list.emplace_back();
    keep_one(list[static_cast<size_t>(i)]);
  }
}

template <typename Value, typename KeepValue>
void KeepOptional(State& state, std::string_view name, std::optional<Value>& value,
                  KeepValue keep_value) {
  bool present = value.has_value();
  state.Keep(name, present);
  if (!present) return value.reset();
  if (!value) value.emplace();
  keep_value(*value);
}

void KeepIndex(State& state, std::string_view name, size_t& index) {
  auto number = static_cast<int64_t>(index);
  state.Keep(name, number);
  index = static_cast<size_t>(number);
}

void KeepTime(State& state, std::string_view name, runs::WallTime& time) {
  using std::chrono::duration_cast;
  using std::chrono::nanoseconds;
  int64_t since_epoch = duration_cast<nanoseconds>(time.time_since_epoch()).count();
  state.Keep(name, since_epoch);
  time = runs::WallTime(duration_cast<runs::WallTime::duration>(nanoseconds(since_epoch)));
}

void KeepRunSpec(State& state, std::string_view name, runs::RunSpec& spec) {
  std::string bytes = state.writing() ? runs::Encode(spec) : "";
  state.Keep(name, bytes);
  if (state.writing() || !state.status().ok()) return;
  auto decoded = runs::DecodeRunSpec(std::move(bytes));
  if (!decoded.ok()) return state.Fail("a run's description that cannot be read");
  spec = *std::move(decoded);
}

// Values travel as parts of a run: that is how settings of every kind are kept already.
Part PartOf(const AxisValue& value) {
  if (const auto* setting = std::get_if<Setting>(&value)) return {"setting", {{"", *setting}}};
  Part part{"point", {}};
  for (const auto& [name, numbers] : std::get<NamedValues>(value)) part.settings[name] = numbers;
  return part;
}

std::optional<AxisValue> ValueOf(const Part& part) {
  if (part.kind == "setting" && part.settings.size() == 1) return part.settings.begin()->second;
  NamedValues point;
  for (const auto& [name, setting] : part.settings) {
    const auto* numbers = std::get_if<std::vector<double>>(&setting);
    if (numbers == nullptr) return std::nullopt;
    point[name] = *numbers;
  }
  return point;
}

void KeepValues(State& state, std::string_view name, std::vector<AxisValue>& values) {
  runs::RunSpec carrier;
  for (const AxisValue& value : values) carrier.stopping.push_back(PartOf(value));
  KeepRunSpec(state, name, carrier);
  if (state.writing()) return;
  values.clear();
  for (const Part& part : carrier.stopping) {
    std::optional<AxisValue> value = ValueOf(part);
    if (!value) return state.Fail("a value of an axis that is none");
    values.push_back(*std::move(value));
  }
}

void KeepStarts(State& state, std::vector<NamedValues>& starts) {
  std::vector<AxisValue> values(starts.begin(), starts.end());
  KeepValues(state, "starts", values);
  if (state.writing()) return;
  starts.clear();
  for (AxisValue& value : values) {
    auto* const point = std::get_if<NamedValues>(&value);
    if (point == nullptr) return state.Fail("a start that is no point");
    starts.push_back(std::move(*point));
  }
}

void KeepSpec(State& state, StudySpec& spec) {
  state.Keep("display_name", spec.display_name);
  KeepRunSpec(state, "base", spec.base);
  KeepList(state, "vary", spec.vary, [&](Axis& axis) {
    state.Keep("path", axis.path);
    KeepValues(state, "values", axis.values);
  });
  KeepEnum(state, "combination", spec.combination, Combination::kList);
  KeepStarts(state, spec.starts);
  state.Keep("repetitions", spec.repetitions);
  state.Keep("budget", spec.budget);
  KeepOptional(state, "halves", spec.halving, [&](Halving& halving) {
    state.Keep("eta", halving.eta);
    state.Keep("rungs", halving.rungs);
  });
  state.Keep("targets", spec.targets);
}

void KeepCost(State& state, Cost& cost) {
  state.Keep("iterations", cost.iterations);
  state.Keep("evaluations", cost.evaluations);
  state.Keep("seconds", cost.seconds);
}

void KeepEndings(State& state, std::map<std::string, int64_t>& endings) {
  std::vector<std::pair<std::string, int64_t>> entries(endings.begin(), endings.end());
  KeepList(state, "endings", entries, [&](auto& entry) {
    state.Keep("ending", entry.first);
    state.Keep("runs", entry.second);
  });
  if (!state.writing()) endings = {entries.begin(), entries.end()};
}

void KeepArmResult(State& state, ArmResult& arm) {
  state.Keep("best_value", arm.best_value);
  state.Keep("median_value", arm.median_value);
  state.Keep("rank", arm.rank);
  KeepCost(state, arm.spent);
  KeepEndings(state, arm.endings);
  KeepList(state, "targets", arm.targets, [&](ArmAtTarget& at) {
    state.Keep("success_rate", at.success_rate);
    KeepOptional(state, "reached", at.expected, [&](Cost& cost) { KeepCost(state, cost); });
  });
  state.Keep("performance", arm.performance);
  state.Keep("data", arm.data);
}

void KeepWinner(State& state, Winner& winner) {
  KeepIndex(state, "arm", winner.arm);
  KeepOptional(state, "second", winner.runner_up,
               [&](size_t& arm) { KeepIndex(state, "runner_up", arm); });
  KeepOptional(state, "common", winner.target,
               [&](size_t& target) { KeepIndex(state, "target", target); });
  state.Keep("margin", winner.margin);
  state.Keep("tie", winner.tie);
  state.Keep("sentence", winner.sentence);
}

void KeepResults(State& state, Results& results) {
  KeepList(state, "targets", results.targets, [&](Target& target) {
    state.Keep("tau", target.tau);
    state.Keep("value", target.value);
  });
  KeepList(state, "arms", results.arms, [&](ArmResult& arm) { KeepArmResult(state, arm); });
  KeepOptional(state, "won", results.winner, [&](Winner& winner) { KeepWinner(state, winner); });
  state.Keep("ratios", results.ratios);
  state.Keep("budgets", results.budgets);
}

void KeepStudy(State& state, Study& study) {
  state.Keep("id", study.id);
  KeepSpec(state, study.spec);
  KeepEnum(state, "state", study.state, StudyState::kFailed);
  KeepTime(state, "created", study.created);
  KeepOptional(state, "is_over", study.ended,
               [&](runs::WallTime& time) { KeepTime(state, "ended", time); });
  KeepList(state, "arms", study.arms, [&](Arm& arm) {
    state.Keep("title", arm.title);
    KeepOptional(state, "dropped", arm.last_rung,
                 [&](int64_t& rung) { state.Keep("last_rung", rung); });
  });
  KeepList(state, "rungs", study.rungs, [&](Rung& rung) {
    state.Keep("arms", rung.arms);
    state.Keep("evaluations", rung.evaluations);
  });
  state.Keep("rung", study.rung);
  state.Keep("failure", study.failure);
  KeepList(state, "runs", study.runs, [&](std::string& id) { state.Keep("run", id); });
  KeepOptional(state, "has_results", study.results,
               [&](Results& results) { KeepResults(state, results); });
}

/// Whether what was read fits together: everything else relies on it.
bool IsWhole(const Study& study) {
  const bool counted = study.spec.repetitions >= 1 && !study.arms.empty() &&
                       study.runs.size() == study.arms.size() * study.instances();
  return counted && study.rung >= 0 &&
         (study.rungs.empty() || study.rung < static_cast<int64_t>(study.rungs.size()));
}

}  // namespace

std::string Encode(const Study& study) {
  State state = State::Writer();
  int64_t version = kVersion;
  state.Keep("version", version);
  Study copy = study;
  KeepStudy(state, copy);
  std::string bytes = state.TakeBytes();
  const uint32_t checksum = runs::Crc32c(bytes);
  bytes.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));
  return bytes;
}

absl::StatusOr<Study> DecodeStudy(std::string bytes) {
  uint32_t checksum = 0;
  if (bytes.size() < sizeof(checksum)) return absl::DataLossError("stored study: cut short");
  const size_t length = bytes.size() - sizeof(checksum);
  std::memcpy(&checksum, bytes.data() + length, sizeof(checksum));
  bytes.resize(length);
  if (checksum != runs::Crc32c(bytes)) {
    return absl::DataLossError("stored study: checksum does not match");
  }
  State state = State::Reader(std::move(bytes));
  int64_t version = 0;
  state.Keep("version", version);
  if (version != kVersion) {
    return absl::DataLossError(absl::StrCat("stored study: version ", version, " is unknown"));
  }
  Study study;
  KeepStudy(state, study);
  if (absl::Status status = state.Finish(); !status.ok()) return status;
  if (!IsWhole(study)) return absl::DataLossError("stored study: its parts do not fit together");
  return study;
}

uint64_t DigestOf(const StudySpec& spec) {
  State state = State::Writer();
  StudySpec copy = spec;
  KeepSpec(state, copy);
  uint64_t digest = 0xCBF29CE484222325U;  // FNV-1a, 64 bits
  for (const char byte : state.TakeBytes()) {
    digest = (digest ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
  }
  return digest;
}

}  // namespace thalweg::studies
