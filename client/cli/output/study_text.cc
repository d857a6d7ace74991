#include "client/cli/output/study_text.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "client/cli/exit_code.h"
#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"

namespace thalweg::cli {
namespace {

constexpr size_t kWidestTitle = 40;

size_t RunCount(const v1::Study& study) {
  size_t runs = 0;
  for (const v1::StudyArm& arm : study.arms()) runs += static_cast<size_t>(arm.runs_size());
  return runs;
}

/// Arms by rank; in their own order before there are results.
std::vector<int> Order(const v1::Study& study) {
  std::vector<int> order(static_cast<size_t>(study.arms_size()));
  std::iota(order.begin(), order.end(), 0);
  if (study.results().arms_size() != study.arms_size()) return order;
  std::stable_sort(order.begin(), order.end(), [&study](int a, int b) {
    return study.results().arms(a).rank() < study.results().arms(b).rank();
  });
  return order;
}

std::string TargetText(const v1::StudyTarget& target) {
  return target.tau() != 0 ? ShortText(target.tau(), 3)
                           : absl::StrCat("f=", ShortText(target.value(), 4));
}

/// "42", "42 (2/3)" where not all runs reached it, "-" where none did.
std::string CostText(const v1::StudyArmAtTarget& at, int runs) {
  if (!at.has_expected()) return "-";
  const std::string count = ShortText(at.expected().evaluations(), 6);
  const auto successes = std::lround(at.success_rate() * runs);
  return successes == runs ? count : absl::StrCat(count, " (", successes, "/", runs, ")");
}

/// "converged", "converged 3, limit 1".
std::string EndingText(const v1::StudyArmResult& arm) {
  const std::map<std::string, int64_t> endings(arm.endings().begin(), arm.endings().end());
  std::string text;
  for (const auto& [ending, count] : endings) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", ending,
                    endings.size() == 1 ? "" : absl::StrCat(" ", count));
  }
  return text;
}

/// What was noticed of the arm's runs, each thing once: "learning_rate_too_large".
std::string NoticedText(const v1::StudyArm& arm, const RunsByName& runs) {
  std::vector<std::string> codes;
  for (const std::string& name : arm.runs()) {
    const auto run = runs.find(name);
    if (run == runs.end()) continue;
    for (const v1::Finding& finding : run->second.termination().findings()) {
      if (std::find(codes.begin(), codes.end(), finding.code()) == codes.end()) {
        codes.push_back(finding.code());
      }
    }
  }
  std::string text;
  for (const std::string& code : codes) absl::StrAppend(&text, text.empty() ? "" : ", ", code);
  return text;
}

/// Rows of cells as lines, the columns as wide as they need be.
std::string Aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&line, i == 0 ? "" : "  ", row[i],
                      std::string(widths[i] - row[i].size(), ' '));
    }
    absl::StrAppend(&text, std::string(absl::StripTrailingAsciiWhitespace(line)), "\n");
  }
  return text;
}

std::vector<std::string> RowOf(const v1::Study& study, int arm, const RunsByName& runs) {
  const v1::StudyArmResult& result = study.results().arms(arm);
  const std::string& title = study.arms(arm).title();
  std::vector<std::string> row = {absl::StrCat(result.rank()),
                                  Printable(title.substr(0, kWidestTitle)),
                                  ShortText(result.best_value(), 5)};
  for (const v1::StudyArmAtTarget& at : result.targets()) {
    row.push_back(CostText(at, study.arms(arm).runs_size()));
  }
  row.push_back(ShortText(result.spent().evaluations(), 8));
  std::string ending = EndingText(result);
  if (study.arms(arm).has_given_up_after_rung()) {
    ending = absl::StrCat("given up after rung ", study.arms(arm).given_up_after_rung() + 1);
  }
  row.push_back(ending);
  row.push_back(NoticedText(study.arms(arm), runs));
  return row;
}

std::string ResultTable(const v1::Study& study, const RunsByName& runs) {
  std::vector<std::string> head = {"rank", "arm", "best"};
  for (const v1::StudyTarget& target : study.results().targets()) {
    head.push_back(TargetText(target));
  }
  for (const char* name : {"spent", "ended", "noticed"}) head.push_back(name);
  std::vector<std::vector<std::string>> rows = {head};
  for (const int arm : Order(study)) rows.push_back(RowOf(study, arm, runs));
  return Aligned(rows);
}

void WriteCost(Json& json, const v1::StudyCost& cost) {
  json.Object();
  json.Key("iterations").Number(cost.iterations());
  json.Key("evaluations").Number(cost.evaluations());
  json.Key("seconds").Number(cost.seconds());
  json.EndObject();
}

void WriteArmResult(Json& json, const v1::StudyArmResult& arm) {
  json.Key("rank").Integer(arm.rank());
  json.Key("best_value").Number(arm.best_value());
  json.Key("median_value").Number(arm.median_value());
  json.Key("spent");
  WriteCost(json, arm.spent());
  json.Key("endings").Object();
  const std::map<std::string, int64_t> endings(arm.endings().begin(), arm.endings().end());
  for (const auto& [ending, count] : endings) json.Key(ending).Integer(count);
  json.EndObject();
  json.Key("targets").Array();
  for (const v1::StudyArmAtTarget& at : arm.targets()) {
    json.Object().Key("success_rate").Number(at.success_rate()).Key("expected");
    if (at.has_expected()) {
      WriteCost(json, at.expected());
    } else {
      json.Null();
    }
    json.EndObject();
  }
  json.EndArray();
  json.Key("performance").Array();
  for (const double share : arm.performance()) json.Number(share);
  json.EndArray();
  json.Key("data").Array();
  for (const double share : arm.data()) json.Number(share);
  json.EndArray();
}

void WriteArms(Json& json, const v1::Study& study, const RunsByName& runs) {
  json.Key("arms").Array();
  for (int arm = 0; arm < study.arms_size(); ++arm) {
    json.Object().Key("title").Text(study.arms(arm).title()).Key("runs").Array();
    for (const std::string& run : study.arms(arm).runs()) json.Text(run);
    json.EndArray();
    if (study.arms(arm).has_given_up_after_rung()) {
      json.Key("given_up_after_rung").Integer(study.arms(arm).given_up_after_rung());
    }
    if (arm < study.results().arms_size()) WriteArmResult(json, study.results().arms(arm));
    json.Key("noticed").Text(NoticedText(study.arms(arm), runs));
    json.EndObject();
  }
  json.EndArray();
}

void WriteWinner(Json& json, const v1::Study& study) {
  json.Key("winner");
  if (!study.results().has_winner()) {
    json.Null();
    return;
  }
  const v1::StudyWinner& winner = study.results().winner();
  json.Object().Key("arm").Integer(winner.arm());
  if (winner.has_runner_up()) json.Key("runner_up").Integer(winner.runner_up());
  if (winner.has_target()) json.Key("target").Integer(winner.target());
  json.Key("margin").Number(winner.margin());
  json.Key("tie").Flag(winner.tie());
  json.Key("sentence").Text(winner.sentence());
  json.EndObject();
}

void WriteTargets(Json& json, const v1::StudyResults& results) {
  json.Key("targets").Array();
  for (const v1::StudyTarget& target : results.targets()) {
    json.Object();
    target.tau() != 0 ? json.Key("tau").Number(target.tau())
                      : json.Key("value").Number(target.value());
    json.EndObject();
  }
  json.EndArray();
  json.Key("ratios").Array();
  for (const double ratio : results.ratios()) json.Number(ratio);
  json.EndArray().Key("budgets").Array();
  for (const double budget : results.budgets()) json.Number(budget);
  json.EndArray();
}

}  // namespace

std::string StudyStateName(v1::StudyState state) {
  const std::string name = v1::StudyState_Name(state);
  const size_t prefix = std::string_view("STUDY_STATE_").size();
  return name.size() > prefix ? absl::AsciiStrToLower(name.substr(prefix)) : "unknown";
}

std::string StudyHeadline(const v1::Study& study) {
  return absl::StrCat(
      study.name(),
      study.display_name().empty() ? "" : absl::StrCat(" '", Printable(study.display_name()), "'"),
      ": ", ObjectiveText(study.run().objective()),
      study.arms().empty()
          ? ""
          : absl::StrCat(", ", study.arms_size(), " arms, ", RunCount(study), " runs"));
}

std::string StudySummary(const v1::Study& study, const RunsByName& runs, const Terminal& terminal) {
  std::string text = absl::StrCat(
      Coloured(terminal, StudyStateName(study.state()),
               study.state() == v1::STUDY_STATE_FINISHED ? "1;32" : "1;33"),
      study.failure().empty() ? "" : absl::StrCat(": ", Printable(study.failure())), "\n");
  if (study.results().arms_size() != study.arms_size()) {
    for (const v1::StudyArm& arm : study.arms()) {
      absl::StrAppend(&text, "  ", Printable(arm.title()), "\n");
    }
    return text;
  }
  absl::StrAppend(&text,
                  "evaluations (values, gradients, products) to come within a share of the "
                  "gap between start and best, or to a value:\n",
                  ResultTable(study, runs));
  const v1::StudyResults& results = study.results();
  absl::StrAppend(
      &text,
      results.has_winner() ? Printable(results.winner().sentence()) : "No arm reached a target.",
      "\n");
  return text;
}

void WriteStudy(Json& json, const v1::Study& study, const RunsByName& runs, bool result) {
  json.Object();
  if (result) json.Key("result").Flag(true);
  json.Key("study").Text(study.name());
  json.Key("name").Text(study.display_name());
  json.Key("state").Text(StudyStateName(study.state()));
  json.Key("objective").Text(ObjectiveText(study.run().objective()));
  if (!study.failure().empty()) json.Key("failure").Text(study.failure());
  json.Key("rungs").Array();
  for (const v1::StudyRung& rung : study.rungs()) {
    json.Object().Key("arms").Integer(rung.arms());
    json.Key("evaluations").Integer(rung.evaluations()).EndObject();
  }
  json.EndArray();
  WriteTargets(json, study.results());
  WriteArms(json, study, runs);
  WriteWinner(json, study);
  json.EndObject();
}

int ExitCodeOf(const v1::Study& study) {
  return study.state() == v1::STUDY_STATE_FINISHED ? kEndedWell : kEndedBadly;
}

}  // namespace thalweg::cli
