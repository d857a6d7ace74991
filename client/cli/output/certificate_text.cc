#include "client/cli/output/certificate_text.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/output/number_text.h"

namespace thalweg::cli {
namespace {

constexpr int kMostLines = 12;  // of active bounds or parameters; --json has all

/// "x[3]", "W[1, 2]" or "b" for each coordinate of a run, at most `most` of them.
std::vector<std::string> CoordinateNames(const v1::Run& run, size_t most) {
  std::vector<std::string> names;
  for (const v1::Variable& variable : run.variables()) {
    const auto& shape = variable.shape();
    const int64_t columns = shape.size() == 2 ? shape[1] : 1;
    const int64_t length = shape.empty() ? 1 : shape[0] * columns;
    for (int64_t i = 0; i < length && names.size() < most; ++i) {
      names.push_back(shape.empty()       ? variable.name()
                      : shape.size() == 1 ? absl::StrCat(variable.name(), "[", i, "]")
                                          : absl::StrCat(variable.name(), "[", i / columns, ", ",
                                                         i % columns, "]"));
    }
  }
  return names;
}

/// The numbers of the best iterate, in the order of the variables.
std::vector<double> BestNumbers(const v1::Run& run) {
  std::vector<double> numbers;
  for (const v1::Variable& variable : run.variables()) {
    const auto array = run.best().x().values().find(variable.name());
    if (array == run.best().x().values().end()) return {};
    numbers.insert(numbers.end(), array->second.values().begin(), array->second.values().end());
  }
  return numbers;
}

std::string ActiveBoundsText(const v1::Certificate& certificate) {
  std::string text;
  int lines = 0;
  for (const v1::ActiveBound& active : certificate.active_bounds()) {
    if (++lines > kMostLines) break;
    absl::StrAppend(&text, "          ", active.coordinate(), " is at its ",
                    active.upper() ? "upper" : "lower", " bound ", NumberText(active.bound()),
                    " (multiplier ", ShortText(active.multiplier(), 4), ")\n");
  }
  if (certificate.active_bound_count() > kMostLines) {
    absl::StrAppend(&text, "          and ", certificate.active_bound_count() - kMostLines,
                    " more at their bounds\n");
  }
  return text;
}

std::string FitText(const v1::Run& run, const v1::Fit& fit) {
  std::string text =
      absl::StrCat("  fit     ", fit.observations(), " residuals, ", fit.degrees_of_freedom(),
                   " degrees of freedom, deviation ", ShortText(fit.residual_deviation(), 6), "\n");
  const std::vector<double> numbers = BestNumbers(run);
  const auto count = static_cast<size_t>(fit.standard_errors_size());
  if (count == 0) {
    return absl::StrCat(text, "          the residuals do not tell the parameters apart (rank ",
                        fit.rank(), ")\n");
  }
  const std::vector<std::string> names = CoordinateNames(run, kMostLines);
  for (size_t i = 0; i < std::min({names.size(), numbers.size(), count}); ++i) {
    absl::StrAppend(&text, "          ", names[i], " = ", ShortText(numbers[i], 10), " +- ",
                    ShortText(fit.standard_errors(static_cast<int>(i)), 4), "\n");
  }
  return text;
}

void WriteList(Json& json, const google::protobuf::RepeatedField<double>& numbers) {
  json.Array();
  for (const double number : numbers) json.Number(number);
  json.EndArray();
}

void WriteCurvature(Json& json, const v1::Certificate& certificate) {
  if (!certificate.has_curvature()) {
    json.Null();
    return;
  }
  const v1::Curvature& curvature = certificate.curvature();
  json.Object();
  json.Key("least").Number(curvature.least());
  json.Key("greatest").Number(curvature.greatest());
  json.Key("condition").Number(curvature.condition());
  json.Key("resolution").Number(curvature.resolution());
  json.Key("exact").Flag(curvature.exact());
  json.EndObject();
}

void WriteActiveBounds(Json& json, const v1::Certificate& certificate) {
  json.Array();
  for (const v1::ActiveBound& active : certificate.active_bounds()) {
    json.Object();
    json.Key("coordinate").Text(active.coordinate());
    json.Key("side").Text(active.upper() ? "upper" : "lower");
    json.Key("bound").Number(active.bound());
    json.Key("multiplier").Number(active.multiplier());
    json.EndObject();
  }
  json.EndArray();
}

void WriteFit(Json& json, const v1::Certificate& certificate) {
  if (!certificate.has_fit()) {
    json.Null();
    return;
  }
  const v1::Fit& fit = certificate.fit();
  json.Object();
  json.Key("observations").Integer(fit.observations());
  json.Key("degrees_of_freedom").Integer(fit.degrees_of_freedom());
  json.Key("residual_deviation").Number(fit.residual_deviation());
  json.Key("rank").Integer(fit.rank());
  json.Key("standard_errors");
  WriteList(json, fit.standard_errors());
  json.Key("covariance");
  WriteList(json, fit.covariance());
  json.Key("correlation");
  WriteList(json, fit.correlation());
  json.EndObject();
}

/// "local_minimum"
std::string VerdictName(v1::Verdict verdict) {
  switch (verdict) {
    case v1::VERDICT_NOT_STATIONARY:
      return "not_stationary";
    case v1::VERDICT_STATIONARY:
      return "stationary";
    case v1::VERDICT_LOCAL_MINIMUM:
      return "local_minimum";
    case v1::VERDICT_LOCAL_MAXIMUM:
      return "local_maximum";
    case v1::VERDICT_SADDLE:
      return "saddle";
    default:
      return "";
  }
}

}  // namespace

std::string CertificateText(const v1::Run& run) {
  if (!run.termination().has_certificate()) return "";
  const v1::Certificate& certificate = run.termination().certificate();
  std::string text = absl::StrCat("  answer  ", certificate.text());
  if (certificate.verdict() != v1::VERDICT_NOT_STATIONARY && certificate.has_distance()) {
    absl::StrAppend(&text, "; some ", ShortText(certificate.distance(), 2), " from it, the value ",
                    ShortText(certificate.gap(), 2));
  }
  absl::StrAppend(&text, "\n", ActiveBoundsText(certificate));
  if (certificate.has_fit()) absl::StrAppend(&text, FitText(run, certificate.fit()));
  return text;
}

void WriteCertificate(Json& json, const v1::Termination& termination) {
  if (!termination.has_certificate()) {
    json.Null();
    return;
  }
  const v1::Certificate& certificate = termination.certificate();
  json.Object();
  json.Key("verdict").Text(VerdictName(certificate.verdict()));
  json.Key("text").Text(certificate.text());
  json.Key("iteration").Integer(certificate.iteration());
  json.Key("gradient_norm").Number(certificate.gradient_norm());
  json.Key("gradient_max").Number(certificate.gradient_max());
  json.Key("curvature");
  WriteCurvature(json, certificate);
  json.Key("active_bounds");
  WriteActiveBounds(json, certificate);
  json.Key("active_bound_count").Integer(certificate.active_bound_count());
  json.Key("distance");
  certificate.has_distance() ? json.Number(certificate.distance()) : json.Null();
  json.Key("gap");
  certificate.has_gap() ? json.Number(certificate.gap()) : json.Null();
  json.Key("fit");
  WriteFit(json, certificate);
  json.EndObject();
}

}  // namespace thalweg::cli
