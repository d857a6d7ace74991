#include "server/core/functions/one_dimensional.h"

#include "server/core/functions/rules.h"

namespace thalweg::functions {
namespace {

constexpr char kOwn[] = "Made for this catalogue";

}  // namespace

TestFunction Parabola1d() {
  return {
      .name = "parabola_1d",
      .title = "Parabola",
      .summary =
          "The simplest descent there is: each step of gradient descent shrinks the "
          "distance by the factor 1 - 2*learning_rate.",
      .expression = "(x - 2.5)**2 - 1",
      .scalars = kLine,
      .dimensions = Exactly(1),
      .start = At({-3}),
      .lower = At({-4}),
      .upper = At({9}),
      .minimum = Always(-1),
      .minimisers = Only(At({2.5})),
      .source = kOwn,
  };
}

TestFunction Quartic1d() {
  return {
      .name = "quartic_1d",
      .title = "Quartic",
      .summary =
          "So flat at its minimum that gradient descent slows down without end and Newton's "
          "method gains only a third of the distance in each step.",
      .expression = "x**4",
      .scalars = kLine,
      .dimensions = Exactly(1),
      .start = At({1.5}),
      .lower = At({-2}),
      .upper = At({2}),
      .minimum = Always(0),
      .minimisers = Only(At({0})),
      .source = kOwn,
  };
}

TestFunction DoubleWell1d() {
  return {
      .name = "double_well_1d",
      .title = "Double well",
      .summary =
          "Two wells, the left one deeper; from the start on the right a method without "
          "momentum ends in the wrong one.",
      .expression = "(x**2 - 1)**2 + 0.3*x",
      .scalars = kLine,
      .dimensions = Exactly(1),
      .start = At({1.8}),
      .lower = At({-2}),
      .upper = At({2}),
      .minimum = Always(-0.30542848374391597),
      .minimisers = Only(At({-1.0355787140888537})),
      .source = kOwn,
  };
}

TestFunction Wave1d() {
  return {
      .name = "wave_1d",
      .title = "Growing wave",
      .summary =
          "A wave whose crests and troughs grow away from 0: the further the trough, the "
          "deeper, without end.",
      .expression = "x*cos(0.15*pi*x)",
      .scalars = kLine,
      .dimensions = Exactly(1),
      .start = At({15}),
      .lower = At({-16}),
      .upper = At({16}),
      .minimum = Always(-13.498469611298049),
      .minimisers = Only(At({-13.660371004955636})),
      .lowest_everywhere = false,
      .source = kOwn,
  };
}

TestFunction SineSum1d() {
  return {
      .name = "sine_sum_1d",
      .title = "Sum of two sines",
      .summary = "A fast and a slow wave together: three minima in the box, none like another.",
      .expression = "sin(x) + sin(10*x/3)",
      .scalars = kLine,
      .dimensions = Exactly(1),
      .start = At({6.3}),
      .lower = At({2.7}),
      .upper = At({7.5}),
      .minimum = Always(-1.8995993491521134),
      .minimisers = Only(At({5.1457352902561280})),
      .lowest_everywhere = false,
      .source =
          "Hansen, Jaumard & Lu (1992), Global optimization of univariate Lipschitz "
          "functions II: problem 2",
  };
}

TestFunction GramacyLee1d() {
  return {
      .name = "gramacy_lee_1d",
      .title = "Gramacy-Lee",
      .summary = "A wave that dies away into a rising flank: the first troughs are the deepest.",
      .expression = "sin(10*pi*x)/(2*x) + (x - 1)**4",
      .scalars = kLine,
      .dimensions = Exactly(1),
      .start = At({1.1}),
      .lower = At({0.5}),
      .upper = At({2.5}),
      .minimum = Always(-0.86901113498949977),
      .minimisers = Only(At({0.54856344452760518})),
      .lowest_everywhere = false,
      .source = "Gramacy & Lee (2012), Cases for the nugget in modeling computer experiments",
  };
}

TestFunction Forrester1d() {
  return {
      .name = "forrester_1d",
      .title = "Forrester",
      .summary = "A gentle local minimum, an inflection, and a steep and narrow global minimum.",
      .expression = "(6*x - 2)**2*sin(12*x - 4)",
      .scalars = kLine,
      .dimensions = Exactly(1),
      .start = At({0.3}),
      .lower = At({0}),
      .upper = At({1}),
      .minimum = Always(-6.0207400557670828),
      .minimisers = Only(At({0.75724875784185587})),
      .lowest_everywhere = false,
      .source = "Forrester, Sobester & Keane (2008), Engineering Design via Surrogate Modelling",
  };
}

TestFunction Kink1d() {
  return {
      .name = "kink_1d",
      .title = "Kink",
      .summary =
          "A bend instead of a bottom: the gradient never becomes small, so that fixed "
          "steps jump to and fro across the minimum for ever.",
      .expression = "abs(x - 1) + 0.1*x",
      .scalars = kLine,
      .dimensions = Exactly(1),
      .start = At({-2}),
      .lower = At({-3}),
      .upper = At({4}),
      .minimum = Always(0.1),
      .minimisers = Only(At({1})),
      .smooth = false,
      .source = kOwn,
  };
}

}  // namespace thalweg::functions
