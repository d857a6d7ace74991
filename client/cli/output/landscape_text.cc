#include "client/cli/output/landscape_text.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"

namespace thalweg::cli {
namespace {

constexpr const char* kShades[] = {" ", "·", "░", "▒", "▓", "█"};
constexpr size_t kBands = std::size(kShades);
constexpr char kLeast[] = "●";
constexpr char kNotFinite[] = "×";
constexpr int kCurveRows = 16;

std::string Left(const std::string& label) { return absl::StrFormat("%10s ", label); }

/// The axis below a picture, with its numbers at its ends and its name between.
void AddAxis(const v1::LandscapeRange& range, const std::string& name,
             std::vector<std::string>& lines) {
  const auto width = static_cast<size_t>(range.count());
  std::string axis = Left("") + "└";
  for (size_t i = 0; i < width; ++i) axis += "─";
  const std::string from = ShortText(range.from(), 4);
  const std::string to = ShortText(range.to(), 4);
  const size_t used = from.size() + name.size() + to.size();
  const size_t free = used < width ? width - used : 2;
  lines.push_back(std::move(axis));
  lines.push_back(absl::StrCat(Left(""), " ", from, std::string(free / 2, ' '), Printable(name),
                               std::string(free - free / 2, ' '), to));
}

/// The greatest value of each shade but the last: so that all have as many samples.
std::vector<double> Edges(const v1::SampleLandscapeResponse& landscape) {
  std::vector<double> finite;
  for (const double value : landscape.values()) {
    if (std::isfinite(value)) finite.push_back(value);
  }
  std::sort(finite.begin(), finite.end());
  std::vector<double> edges;
  for (size_t band = 1; band < kBands && !finite.empty(); ++band) {
    edges.push_back(finite[(finite.size() - 1) * band / kBands]);
  }
  return edges;
}

/// " to 0.5  · to 3 ...": shades that stand for nothing are left out.
std::string Legend(const std::vector<double>& edges) {
  std::string legend = Left("");
  for (size_t band = 0; band < edges.size(); ++band) {
    if (band > 0 && edges[band] == edges[band - 1]) continue;
    absl::StrAppend(&legend, " '", kShades[band], "' to ", ShortText(edges[band], 3));
  }
  return absl::StrCat(legend, " '", kShades[kBands - 1], "' above");
}

std::vector<std::string> Plane(const v1::SampleLandscapeResponse& landscape) {
  const std::vector<double> edges = Edges(landscape);
  const int64_t columns = landscape.u().count();
  const int64_t rows = landscape.v().count();
  std::vector<std::string> lines = {Left("") + Printable(landscape.v_name())};
  for (int64_t row = rows - 1; row >= 0; --row) {
    const bool labelled = row == rows - 1 || row == rows / 2 || row == 0;
    std::string line = Left(labelled ? ShortText(At(landscape.v(), row), 4) : "") + "│";
    for (int64_t column = 0; column < columns; ++column) {
      const int64_t place = row * columns + column;
      const double value = landscape.values(static_cast<int>(place));
      const auto band = std::lower_bound(edges.begin(), edges.end(), value) - edges.begin();
      line += place == landscape.least() ? kLeast
              : std::isfinite(value)     ? kShades[static_cast<size_t>(band)]
                                         : kNotFinite;
    }
    lines.push_back(std::move(line));
  }
  AddAxis(landscape.u(), landscape.u_name(), lines);
  if (!edges.empty()) lines.push_back(Legend(edges));
  return lines;
}

std::vector<std::string> Curve(const v1::SampleLandscapeResponse& landscape) {
  if (landscape.least() < 0) return {};
  const double least = landscape.values(static_cast<int>(landscape.least()));
  const double greatest = landscape.values(static_cast<int>(landscape.greatest()));
  std::vector<std::string> lines;
  for (int row = kCurveRows - 1; row >= 0; --row) {
    const std::string label = row == kCurveRows - 1 ? ShortText(greatest, 4)
                              : row == 0            ? ShortText(least, 4)
                                                    : "";
    std::string line = Left(label) + "│";
    for (int column = 0; column < landscape.values_size(); ++column) {
      // Halves first: the difference of two doubles may be too large for one.
      const double height = greatest / 2 - least / 2;
      const double above = landscape.values(column) / 2 - least / 2;
      const double at = height > 0 ? above / height * (kCurveRows - 1) : 0;
      const bool here = std::isfinite(at) && std::lround(at) == row;
      line += !here ? " " : column == landscape.least() ? kLeast : "•";
    }
    lines.push_back(std::move(line));
  }
  AddAxis(landscape.u(), landscape.u_name(), lines);
  return lines;
}

}  // namespace

double At(const v1::LandscapeRange& range, int64_t place) {
  return std::lerp(range.from(), range.to(),
                   static_cast<double>(place) / static_cast<double>(range.count() - 1));
}

std::vector<std::string> Picture(const v1::SampleLandscapeResponse& landscape) {
  return landscape.has_v() ? Plane(landscape) : Curve(landscape);
}

}  // namespace thalweg::cli
