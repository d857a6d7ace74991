#include "server/core/functions/tabulated.h"

#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/core/functions/rules.h"

namespace thalweg::functions {
namespace {

/// One term of Shekel's sum: a hollow of depth about 1/width at `centre`.
struct Hollow {
  std::array<double, 4> centre;
  double width;
};
constexpr std::array<Hollow, 10> kHollows = {{{{4, 4, 4, 4}, 0.1},
                                              {{1, 1, 1, 1}, 0.2},
                                              {{8, 8, 8, 8}, 0.2},
                                              {{6, 6, 6, 6}, 0.4},
                                              {{3, 7, 3, 7}, 0.4},
                                              {{2, 9, 2, 9}, 0.6},
                                              {{5, 5, 3, 3}, 0.3},
                                              {{8, 1, 8, 1}, 0.7},
                                              {{6, 2, 6, 2}, 0.5},
                                              {{7, 3.6, 7, 3.6}, 0.5}}};

TestFunction Shekel(size_t hollows, double minimum, Point minimiser) {
  std::string sum;
  for (size_t k = 0; k < hollows; ++k) {
    const auto& [centre, width] = kHollows[k];
    absl::StrAppend(&sum, k == 0 ? "" : " + ", "1/(", width);
    for (size_t i = 0; i < centre.size(); ++i) {
      absl::StrAppend(&sum, " + (x[", i, "] - ", centre[i], ")**2");
    }
    absl::StrAppend(&sum, ")");
  }
  return {
      .name = absl::StrCat("shekel_", hollows),
      .title = absl::StrCat("Shekel ", hollows),
      .summary = absl::StrCat(hollows,
                              " hollows of different depth and width in a plain that "
                              "flattens out between them."),
      .expression = absl::StrCat("-(", sum, ")"),
      .dimensions = Exactly(4),
      .start = Everywhere(2.5),
      .lower = Everywhere(0),
      .upper = Everywhere(10),
      .minimum = Always(minimum),
      .minimisers = Only(At(minimiser)),
      .source = kDixonSzego,
  };
}

constexpr std::array<double, 4> kHartmannDepths = {1, 1.2, 3, 3.2};

/// One bell of Hartmann's sum: exp of minus the weighted squares of the distances to `centre`.
template <size_t n>
struct Bell {
  std::array<double, n> weight;
  std::array<double, n> centre;
};

template <size_t n>
TestFunction Hartmann(const std::array<Bell<n>, 4>& bells, double minimum, Point minimiser) {
  std::string sum;
  for (size_t k = 0; k < bells.size(); ++k) {
    absl::StrAppend(&sum, k == 0 ? "" : " + ", kHartmannDepths[k], "*exp(-(");
    for (size_t i = 0; i < n; ++i) {
      absl::StrAppend(&sum, i == 0 ? "" : " + ", bells[k].weight[i], "*(x[", i, "] - ",
                      bells[k].centre[i], ")**2");
    }
    absl::StrAppend(&sum, "))");
  }
  return {
      .name = absl::StrCat("hartmann_", n),
      .title = absl::StrCat("Hartmann ", n),
      .summary =
          "Four bells of different depth, narrow in some directions and wide in others; "
          "the plain between them hardly slopes.",
      .expression = absl::StrCat("-(", sum, ")"),
      .dimensions = Exactly(static_cast<Index>(n)),
      .start = Everywhere(0.5),
      .lower = Everywhere(0),
      .upper = Everywhere(1),
      .minimum = Always(minimum),
      .minimisers = Only(At(minimiser)),
      .source = kDixonSzego,
  };
}

}  // namespace

TestFunction Shekel5() {
  return Shekel(5, -10.153199679058228,
                {4.0000371528196762, 4.0001332765915601, 4.0000371528196762, 4.0001332765915601});
}

TestFunction Shekel7() {
  return Shekel(7, -10.402940566818661,
                {4.0005729161858233, 4.0006893661853043, 3.9994897088591506, 3.9996061588586315});
}

TestFunction Shekel10() {
  return Shekel(10, -10.536409816692043,
                {4.0007465315920467, 4.0005929341385320, 3.9996633980403223, 3.9995098005868076});
}

TestFunction Hartmann3() {
  return Hartmann<3>({{{{3, 10, 30}, {0.3689, 0.1170, 0.2673}},
                       {{0.1, 10, 35}, {0.4699, 0.4387, 0.7470}},
                       {{3, 10, 30}, {0.1091, 0.8732, 0.5547}},
                       {{0.1, 10, 35}, {0.0381, 0.5743, 0.8828}}}},
                     -3.8627797873326625,
                     {0.11458887665506897, 0.55564889461693004, 0.85254698468667744});
}

TestFunction Hartmann6() {
  return Hartmann<6>(
      {{{{10, 3, 17, 3.5, 1.7, 8}, {0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886}},
        {{0.05, 10, 17, 0.1, 8, 14}, {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991}},
        {{3, 3.5, 1.7, 10, 17, 8}, {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650}},
        {{17, 8, 0.05, 10, 0.1, 14}, {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}}}},
      -3.3223680114155148,
      {0.20168951100670542, 0.15001069182345797, 0.47687397422189700, 0.27533243049405607,
       0.31165161660011325, 0.65730053406562031});
}

TestFunction Foxholes() {
  return {
      .name = "foxholes",
      .title = "Shekel's foxholes (De Jong 5)",
      .summary =
          "Twenty-five holes in a flat table, on a grid, each a little deeper than the "
          "one before: a gradient finds the hole it starts in, if any.",
      .expression =
          "1/(0.002 + sum(sum(1/(5*j + i + 1 + (x - 16*(i - 2))**6 + (y - 16*(j - 2))**6)"
          " for i in range(5)) for j in range(5)))",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({-29, -30}),
      .lower = Everywhere(-65.536),
      .upper = Everywhere(65.536),
      .minimum = Always(0.99800383779444934),
      .minimisers = Only(At({-31.978334833, -31.978334833})),
      .source =
          "De Jong (1975), An Analysis of the Behavior of a Class of Genetic Adaptive "
          "Systems, PhD thesis, University of Michigan: function 5",
  };
}

}  // namespace thalweg::functions
