#pragma once

#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg::testing {

/// One sample of Prometheus' text format.
struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

/// A family: its comments and its samples.
struct Exposed {
  std::string help;
  std::string type;
  std::vector<Sample> samples;
};

/// A strict reader of Prometheus' text format 0.0.4, which throws std::runtime_error on whatever
/// the format does not allow: a sample before its HELP and TYPE, a family in two places, a label
/// twice, an unescaped quote, a histogram whose buckets decrease or do not end at +Inf.
class Exposition {
 public:
  explicit Exposition(std::string_view text) {
    if (!text.empty() && text.back() != '\n') Fail("the last line has no end");
    std::istringstream lines{std::string(text)};
    while (std::getline(lines, line_)) ReadLine();
    for (const auto& [name, family] : families_) {
      if (family.type == "histogram") CheckHistogram(name, family);
    }
  }

  const std::map<std::string, Exposed>& families() const { return families_; }

  size_t series() const {
    size_t count = 0;
    for (const auto& [name, family] : families_) count += family.samples.size();
    return count;
  }

  /// The sample of this name and exactly these labels.
  double Value(const std::string& name,
               const std::map<std::string, std::string>& labels = {}) const {
    for (const auto& [family_name, family] : families_) {
      for (const Sample& sample : family.samples) {
        if (sample.name == name && sample.labels == labels) return sample.value;
      }
    }
    throw std::runtime_error("no sample of " + name + " with these labels");
  }

 private:
  [[noreturn]] void Fail(const std::string& why) const {
    throw std::runtime_error("exposition: " + why + " in '" + line_ + "'");
  }

  void ReadLine() {
    if (line_.rfind("# HELP ", 0) == 0) return ReadHelp(line_.substr(7));
    if (line_.rfind("# TYPE ", 0) == 0) return ReadType(line_.substr(7));
    if (line_.empty() || line_[0] == '#') return;
    ReadSample();
  }

  void ReadHelp(const std::string& rest) {
    const size_t space = rest.find(' ');
    if (space == std::string::npos || space + 1 == rest.size()) Fail("no help text");
    current_ = rest.substr(0, space);
    CheckName(current_);
    if (!families_.emplace(current_, Exposed{rest.substr(space + 1), "", {}}).second) {
      Fail("a family in two places");
    }
  }

  void ReadType(const std::string& rest) {
    const size_t space = rest.find(' ');
    const std::string type = space == std::string::npos ? "" : rest.substr(space + 1);
    if (rest.substr(0, space) != current_) Fail("TYPE without its HELP");
    if (type != "counter" && type != "gauge" && type != "histogram") Fail("unknown type");
    families_[current_].type = type;
  }

  void ReadSample() {
    Sample sample;
    size_t at = line_.find_first_of("{ ");
    if (at == std::string::npos) Fail("no value");
    sample.name = line_.substr(0, at);
    CheckName(sample.name);
    if (line_[at] == '{') at = ReadLabels(at + 1, sample);
    if (at >= line_.size() || line_[at] != ' ') Fail("no space before the value");
    sample.value = ReadNumber(line_.substr(at + 1));

    Exposed& family = families_[current_];
    if (family.type.empty()) Fail("a sample before its TYPE");
    const std::string suffix =
        sample.name.rfind(current_, 0) == 0 ? sample.name.substr(current_.size()) : "?";
    const bool fits = family.type == "histogram"
                          ? suffix == "_bucket" || suffix == "_sum" || suffix == "_count"
                          : suffix.empty();
    if (!fits) Fail("a sample outside its family");
    if (!seen_.insert({sample.name, sample.labels}).second) Fail("a series twice");
    family.samples.push_back(std::move(sample));
  }

  /// Returns the position behind the closing brace.
  size_t ReadLabels(size_t at, Sample& sample) const {
    while (at < line_.size() && line_[at] != '}') {
      const size_t equals = line_.find("=\"", at);
      if (equals == std::string::npos) Fail("a label without a quoted value");
      const std::string name = line_.substr(at, equals - at);
      CheckName(name);
      std::string value;
      for (at = equals + 2; at < line_.size() && line_[at] != '"'; ++at) {
        if (line_[at] == '\\' && ++at == line_.size()) Fail("an escape without a character");
        value.push_back(line_[at]);
      }
      if (!sample.labels.emplace(name, value).second) Fail("a label twice");
      if (++at < line_.size() && line_[at] == ',') ++at;
    }
    if (at >= line_.size()) Fail("labels without an end");
    return at + 1;
  }

  double ReadNumber(const std::string& text) const {
    if (text == "+Inf") return HUGE_VAL;
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0') Fail("not a number");
    return value;
  }

  void CheckName(const std::string& name) const {
    constexpr std::string_view kAllowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:";
    if (name.empty() || (name[0] >= '0' && name[0] <= '9') ||
        name.find_first_not_of(kAllowed) != std::string::npos) {
      Fail("not a name: " + name);
    }
  }

  void CheckHistogram(const std::string& name, const Exposed& family) const {
    std::map<std::map<std::string, std::string>, std::pair<double, double>> last;  // bound, count
    for (const Sample& sample : family.samples) {
      auto labels = sample.labels;
      const auto bound = labels.find("le");
      if (sample.name != name + "_bucket" || bound == labels.end()) continue;
      const double le = ReadNumber(bound->second);
      labels.erase(bound);
      const auto [before, first] = last.emplace(labels, std::pair(le, sample.value));
      if (first) continue;
      if (le <= before->second.first || sample.value < before->second.second) {
        Fail("buckets out of order in " + name);
      }
      before->second = {le, sample.value};
    }
    for (const auto& [labels, bucket] : last) {
      if (bucket.first != HUGE_VAL) Fail("no last bucket in " + name);
      if (bucket.second != Value(name + "_count", labels)) Fail("count and buckets differ");
    }
  }

  std::string line_;
  std::string current_;
  std::map<std::string, Exposed> families_;
  std::set<std::pair<std::string, std::map<std::string, std::string>>> seen_;
};

}  // namespace thalweg::testing
