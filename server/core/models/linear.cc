#include "server/core/models/linear.h"

#include <algorithm>
#include <map>
#include <utility>

#include "server/core/models/dense.h"

namespace thalweg::models {
namespace {

// Numbers of a block of rows, which two passes read: they stay in the first-level cache beside what
// is fetched ahead, so many blocks.
constexpr Index kBlock = 1024;
constexpr Index kAhead = 2;
constexpr Index kMostBlockRows = 256;

Index BlockRows(Index width) {
  return std::clamp<Index>(kBlock / width / 8 * 8, 8, kMostBlockRows);
}

absl::StatusOr<Layout> LayoutOf(Index width, Index scores, bool intercept) {
  std::vector<Variable> variables{{.name = "coef", .scalar = false, .length = width * scores}};
  if (scores > 1) variables.front().columns = width;
  if (intercept) {
    variables.push_back({.name = "intercept", .scalar = scores == 1, .length = scores});
  }
  return Layout::Of(std::move(variables));
}

std::vector<Index> ParentsOf(const std::vector<Term>& terms, Index features) {
  std::map<Term, Index> places;
  std::vector<Index> parents;
  for (size_t t = 0; t < terms.size(); ++t) {
    places.emplace(terms[t], static_cast<Index>(t));
    if (static_cast<Index>(t) < features) continue;
    Term parent = terms[t];
    parent.pop_back();
    parents.push_back(places.at(parent));
  }
  return parents;
}

}  // namespace

struct LinearScores::Products final : Scratch {
  std::vector<double> terms;  // block_rows * width
};

OptionTable<LinearScores::Options> LinearScores::Table() {
  return {
      {"degree",
       &Options::degree,
       {1, 10, false, false},
       "greatest power of products of features, which become features too"},
      {"interactions",
       &Options::interactions,
       {},
       "whether products of different features are among them, beside powers"},
      {"intercept", &Options::intercept, {}, "whether scores have a constant part"},
  };
}

absl::StatusOr<std::unique_ptr<LinearScores>> LinearScores::Make(
    const Options& options, std::shared_ptr<const Design> design, Index scores) {
  auto terms = TermsOf(design->features(), options.degree, options.interactions);
  if (!terms.ok()) return terms.status();
  auto layout = LayoutOf(static_cast<Index>(terms->size()), scores, options.intercept);
  if (!layout.ok()) return layout.status();
  return std::unique_ptr<LinearScores>(
      new LinearScores(options, std::move(design), scores, *std::move(terms), *std::move(layout)));
}

LinearScores::LinearScores(const Options& options, std::shared_ptr<const Design> design,
                           Index scores, std::vector<Term> terms, Layout layout)
    : design_(std::move(design)),
      scores_(scores),
      terms_(std::move(terms)),
      width_(static_cast<Index>(terms_.size())),
      intercept_(options.intercept),
      layout_(std::move(layout)),
      block_rows_(BlockRows(width_)),
      parents_(ParentsOf(terms_, design_->width())) {}

std::unique_ptr<Scratch> LinearScores::NewScratch() const {
  if (plain()) return nullptr;
  auto products = std::make_unique<Products>();
  products->terms.resize(static_cast<size_t>(block_rows_ * width_));
  return products;
}

const double* LinearScores::TermsOfRows(const RowBlock& rows, Scratch* scratch) const {
  if (plain()) return rows.features;
  double* const made = static_cast<Products*>(scratch)->terms.data();
  const Index d = design_->width();
  for (Index i = 0; i < rows.count; ++i) {
    const double* const features = rows.features + i * d;
    double* const row = made + i * width_;
    std::copy(features, features + d, row);
    for (Index t = d; t < width_; ++t) {
      row[t] = row[parents_[static_cast<size_t>(t - d)]] *
               features[terms_[static_cast<size_t>(t)].back()];
    }
  }
  return made;
}

void LinearScores::Scores(const Vector& x, const RowBlock& rows, double* scores,
                          Scratch* scratch) const {
  const Index numbers = rows.count * design_->width();
  FetchAhead(rows.features, kAhead * numbers, kAhead * numbers + numbers / 2);
  const double* const terms = TermsOfRows(rows, scratch);
  for (Index j = 0; j < scores_; ++j) {
    const double offset = intercept_ ? x[scores_ * width_ + j] : 0;
    Dots(terms, rows.count, width_, x.data() + j * width_, offset, scores + j, scores_);
  }
}

void LinearScores::AddGradient(const Vector& /*x*/, const RowBlock& rows, const double* slopes,
                               double* gradient, Scratch* scratch) const {
  const Index numbers = rows.count * design_->width();
  FetchAhead(rows.features, kAhead * numbers + numbers / 2, (kAhead + 1) * numbers);
  const double* const terms =
      plain() ? rows.features : static_cast<Products*>(scratch)->terms.data();
  for (Index j = 0; j < scores_; ++j) {
    AddRows(terms, rows.count, width_, slopes + j, scores_, gradient + j * width_);
  }
  if (!intercept_) return;
  double* const intercepts = gradient + scores_ * width_;
  for (Index i = 0; i < rows.count; ++i) {
    for (Index j = 0; j < scores_; ++j) intercepts[j] += slopes[i * scores_ + j];
  }
}

std::vector<std::vector<Index>> LinearScores::PenalisedGroups() const {
  std::map<std::vector<size_t>, std::vector<Index>> by_columns;
  for (Index t = 0; t < width_; ++t) {
    std::vector<size_t> columns;
    for (const Index place : terms_[static_cast<size_t>(t)]) {
      columns.push_back(design_->features()[static_cast<size_t>(place)].column);
    }
    std::vector<Index>& group = by_columns[columns];
    for (Index j = 0; j < scores_; ++j) group.push_back(j * width_ + t);
  }
  std::vector<std::vector<Index>> groups;
  for (auto& [columns, group] : by_columns) groups.push_back(std::move(group));
  return groups;
}

std::vector<CoefficientInfo> LinearScores::Coefficients(const Vector& x) const {
  const std::vector<Feature>& features = design_->features();
  std::vector<CoefficientInfo> infos;
  for (Index j = 0; j < scores_; ++j) {
    const double* const scaled = x.data() + j * width_;
    std::map<Term, double> values = InTableUnits(terms_, scaled, features);
    for (Index t = 0; t < width_; ++t) {
      const Term& term = terms_[static_cast<size_t>(t)];
      infos.push_back({NameOf(term, features), j, values[term], scaled[t]});
    }
    const double intercept = intercept_ ? x[scores_ * width_ + j] : 0;
    const double constant = intercept + values[{}];
    if (intercept_ || constant != 0)
      infos.push_back({NameOf({}, features), j, constant, intercept});
  }
  return infos;
}

}  // namespace thalweg::models
