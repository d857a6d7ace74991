#include "server/core/models/deal.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "server/core/number_text.h"
#include "server/core/random.h"
#include "server/core/violation.h"

namespace thalweg::models {
namespace {

constexpr double kLargestShare = 0.9;
constexpr int64_t kMostFolds = 100;

/// Places 0 ... count - 1: shuffled within each stratum, one stratum after the other.
std::vector<size_t> Order(const Split& split, size_t count, const std::vector<int64_t>& strata) {
  int64_t most = 0;
  for (const int64_t stratum : strata) most = std::max(most, stratum);
  std::vector<std::vector<size_t>> groups(static_cast<size_t>(most) + 1);
  for (size_t i = 0; i < count; ++i) {
    groups[strata.empty() ? 0 : static_cast<size_t>(strata[i])].push_back(i);
  }
  std::vector<size_t> order;
  order.reserve(count);
  for (size_t g = 0; g < groups.size(); ++g) {
    std::vector<size_t>& group = groups[g];
    Random random(split.seed, 0, static_cast<int64_t>(g));
    for (size_t left = group.size(); left > 1; --left) {
      std::swap(group[left - 1],
                group[static_cast<size_t>(random.Below(static_cast<Index>(left)))]);
    }
    order.insert(order.end(), group.begin(), group.end());
  }
  return order;
}

/// Takes `wanted` of `order` out of it, evenly along it; or, `from_the_end`, the last ones.
std::vector<size_t> Take(size_t wanted, bool from_the_end, std::vector<size_t>& order) {
  const size_t count = order.size();
  std::vector<size_t> taken, left;
  for (size_t i = 0; i < count; ++i) {
    const bool take =
        from_the_end ? count - i <= wanted : (i + 1) * wanted / count > i * wanted / count;
    (take ? taken : left).push_back(order[i]);
  }
  order = std::move(left);
  return taken;
}

std::vector<size_t> TakeFold(const Split& split, std::vector<size_t>& order) {
  const auto folds = static_cast<size_t>(split.folds);
  std::vector<size_t> taken, left;
  for (size_t i = 0; i < order.size(); ++i) {
    const size_t fold = split.in_order ? i * folds / order.size() : i % folds;
    (fold == static_cast<size_t>(split.fold) ? taken : left).push_back(order[i]);
  }
  order = std::move(left);
  return taken;
}

std::vector<int64_t> RowsAt(const std::vector<int64_t>& rows, const std::vector<size_t>& places) {
  std::vector<bool> is_chosen(rows.size(), false);
  for (const size_t place : places) is_chosen[place] = true;
  std::vector<int64_t> chosen;
  chosen.reserve(places.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (is_chosen[i]) chosen.push_back(rows[i]);
  }
  return chosen;
}

}  // namespace

absl::Status CheckSplit(const Split& split) {
  std::vector<Violation> violations;
  const auto refuse = [&](const char* field, std::string what) {
    violations.push_back({field, Reason::kInvalidValue, std::move(what)});
  };
  for (const auto& [field, share] :
       {std::pair("split.validation", split.validation), {"split.test", split.test}}) {
    if (!(share >= 0 && share <= kLargestShare)) {
      refuse(field, NumberText(share) + "; a share of the rows is in [0, 0.9]");
    }
  }
  if (violations.empty() && split.validation + split.test > kLargestShare) {
    refuse("split.validation",
           absl::StrFormat("%s, and %s to test with, leave less than a tenth to learn from",
                           NumberText(split.validation), NumberText(split.test)));
  }
  if (split.folds != 0 && (split.folds < 2 || split.folds > kMostFolds)) {
    refuse("split.folds", absl::StrFormat("%d; 2 to %d, or 0 for none", split.folds, kMostFolds));
  } else if (split.folds != 0 && split.validation > 0) {
    refuse("split.validation", "given beside folds, of which one is validated with; leave it out");
  }
  if (split.fold < 0 || split.fold >= std::max<int64_t>(split.folds, 1)) {
    refuse("split.fold",
           split.folds == 0
               ? absl::StrFormat("%d, but there are no folds", split.fold)
               : absl::StrFormat("%d; folds are 0 to %d", split.fold, split.folds - 1));
  }
  return violations.empty() ? absl::OkStatus() : Refuse(std::move(violations));
}

Deal DealRows(const Split& split, const std::vector<int64_t>& rows,
              const std::vector<int64_t>& strata) {
  if (split.test == 0 && split.validation == 0 && split.folds == 0) return {rows, {}, {}};
  std::vector<size_t> order;
  if (split.in_order) {
    order.resize(rows.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  } else {
    order = Order(split, rows.size(), strata);
  }
  Deal deal;
  const auto share = [&](double of_all) {
    return static_cast<size_t>(std::llround(of_all * static_cast<double>(rows.size())));
  };
  deal.test = RowsAt(rows, Take(share(split.test), split.in_order, order));
  if (split.folds > 0) {
    deal.validation = RowsAt(rows, TakeFold(split, order));
  } else {
    deal.validation = RowsAt(rows, Take(share(split.validation), split.in_order, order));
  }
  deal.training = RowsAt(rows, order);
  return deal;
}

}  // namespace thalweg::models
