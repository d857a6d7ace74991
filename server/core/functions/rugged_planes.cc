#include "server/core/functions/rugged_planes.h"

#include <string>
#include <utility>

#include "server/core/functions/rules.h"

namespace thalweg::functions {
namespace {

// Bohachevsky, Johnson & Stein (1986) give three ways to ripple one bowl.
TestFunction BohachevskyOf(std::string name, std::string title, std::string summary,
                           std::string expression) {
  return {
      .name = std::move(name),
      .title = std::move(title),
      .summary = std::move(summary),
      .expression = std::move(expression),
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({-0.9, 0.8}),
      .lower = Everywhere(-100),
      .upper = Everywhere(100),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .source =
          "Bohachevsky, Johnson & Stein (1986), Generalized simulated annealing for function "
          "optimization",
  };
}

}  // namespace

TestFunction Bohachevsky() {
  return BohachevskyOf("bohachevsky", "Bohachevsky 1",
                       "An elliptic bowl with a shallow ripple along each axis: minima near the "
                       "centre, a plain bowl from afar.",
                       "x**2 + 2*y**2 - 0.3*cos(3*pi*x) - 0.4*cos(4*pi*y) + 0.7");
}

TestFunction Bohachevsky2() {
  return BohachevskyOf("bohachevsky_2", "Bohachevsky 2",
                       "The elliptic bowl with one ripple that is the product of two waves.",
                       "x**2 + 2*y**2 - 0.3*cos(3*pi*x)*cos(4*pi*y) + 0.3");
}

TestFunction Bohachevsky3() {
  return BohachevskyOf("bohachevsky_3", "Bohachevsky 3",
                       "The elliptic bowl with one plane wave as its ripple.",
                       "x**2 + 2*y**2 - 0.3*cos(3*pi*x + 4*pi*y) + 0.3");
}

TestFunction LevyN13() {
  return {
      .name = "levy_n13",
      .title = "Levy 13",
      .summary =
          "Ripples across the two directions, finer in x than in y; the minimum is hard to "
          "tell from its neighbours along x.",
      .expression =
          "sin(3*pi*x)**2 + (x - 1)**2*(1 + sin(3*pi*y)**2)"
          " + (y - 1)**2*(1 + sin(2*pi*y)**2)",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({-4, 5.2}),
      .lower = Everywhere(-10),
      .upper = Everywhere(10),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(1)),
      .source = kSurvey,
  };
}

TestFunction Shubert() {
  return {
      .name = "shubert",
      .title = "Shubert",
      .summary = "760 minima in the box, 18 of them global, in pairs that repeat every 2 pi.",
      .expression =
          "sum(i*cos((i + 1)*x + i) for i in range(1, 6))"
          "*sum(i*cos((i + 1)*y + i) for i in range(1, 6))",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({0.3, -0.2}),
      .lower = Everywhere(-10),
      .upper = Everywhere(10),
      .minimum = Always(-186.73090883102383),
      .minimisers = Each({{-1.4251284283197610, -0.80032110047197312},
                          {-0.80032110047197312, -1.4251284283197610}}),
      .source = "Shubert (1972), A sequential method seeking the global maximum of a function",
  };
}

TestFunction DropWave() {
  return {
      .name = "drop_wave",
      .title = "Drop wave",
      .summary = "Rings around a fallen drop, fading outwards: every ring is a valley of minima.",
      .expression = "-(1 + cos(12*hypot(x, y)))/(2 + 0.5*(x**2 + y**2))",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({1.4, -0.9}),
      .lower = Everywhere(-5.12),
      .upper = Everywhere(5.12),
      .minimum = Always(-1),
      .minimisers = Only(Everywhere(0)),
      .source = kSurvey,
  };
}

TestFunction Eggholder() {
  return {
      .name = "eggholder",
      .title = "Eggholder",
      .summary =
          "Large, irregular hills and hollows with creases between them; the lowest point "
          "of the box lies on its edge.",
      .expression = "-(y + 47)*sin(sqrt(abs(y + x/2 + 47))) - x*sin(sqrt(abs(x - (y + 47))))",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({100, 50}),
      .lower = Everywhere(-512),
      .upper = Everywhere(512),
      .minimum = Always(-959.64066272085080),
      .minimisers = Only(At({512, 404.23180511375781})),
      .lowest_everywhere = false,
      .smooth = false,
      .source = kSurvey,
  };
}

TestFunction BukinN6() {
  return {
      .name = "bukin_n6",
      .title = "Bukin 6",
      .summary =
          "A parabolic crease with infinitely steep walls and a barely sloping floor: no "
          "gradient where it matters.",
      .expression = "100*sqrt(abs(y - 0.01*x**2)) + 0.01*abs(x + 10)",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({-7, 2}),
      .lower = At({-15, -3}),
      .upper = At({-5, 3}),
      .minimum = Always(0),
      .minimisers = Only(At({-10, 1})),
      .smooth = false,
      .source = "Bukin (1997), New minimization strategy for non-smooth functions",
  };
}

TestFunction CrossInTray() {
  return {
      .name = "cross_in_tray",
      .title = "Cross in tray",
      .summary = "A flat tray with a cross of creases and four equal minima among many.",
      .expression = "-0.0001*(abs(sin(x)*sin(y)*exp(abs(100 - hypot(x, y)/pi))) + 1)**0.1",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({2.3, 0.6}),
      .lower = Everywhere(-10),
      .upper = Everywhere(10),
      .minimum = Always(-2.0626118708227369),
      .minimisers = EachSign(1.3494066171539108, 1.3494066171539108),
      .lowest_everywhere = false,  // exp(abs(100 - r/pi)) grows again beyond r = 200 pi
      .smooth = false,
      .source =
          "Mishra (2006), Some new test functions for global optimization and performance of "
          "repulsive particle swarm method",
  };
}

TestFunction HolderTable() {
  return {
      .name = "holder_table",
      .title = "Holder table",
      .summary =
          "A table of ripples that grow towards its corners, where the four global minima "
          "lie; outside of the box it goes on falling.",
      .expression = "-abs(sin(x)*cos(y)*exp(abs(1 - hypot(x, y)/pi)))",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({6.5, 7.5}),
      .lower = Everywhere(-10),
      .upper = Everywhere(10),
      .minimum = Always(-19.208502567886732),
      .minimisers = EachSign(8.0550234757365634, 9.6645900192412729),
      .lowest_everywhere = false,
      .smooth = false,
      .source =
          "Mishra (2006), Some new test functions for global optimization and performance of "
          "repulsive particle swarm method",
  };
}

TestFunction SchafferN2() {
  return {
      .name = "schaffer_n2",
      .title = "Schaffer 2",
      .summary = "Ripples along hyperbolas, finer and finer with the distance from the minimum.",
      .expression = "0.5 + (sin(x**2 - y**2)**2 - 0.5)/(1 + 0.001*(x**2 + y**2))**2",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({2.2, 1}),
      .lower = Everywhere(-100),
      .upper = Everywhere(100),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .source = kSurvey,
  };
}

TestFunction SchafferN4() {
  constexpr double kAxis = 1.2531318314637332;  // distance of the four minima from the centre
  return {
      .name = "schaffer_n4",
      .title = "Schaffer 4",
      .summary =
          "As Schaffer 2, with four global minima on the axes and creases along the "
          "diagonals.",
      .expression = "0.5 + (cos(sin(abs(x**2 - y**2)))**2 - 0.5)/(1 + 0.001*(x**2 + y**2))**2",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({2.2, 1}),
      .lower = Everywhere(-100),
      .upper = Everywhere(100),
      .minimum = Always(0.29257863203598055),
      .minimisers = Each({{0, kAxis}, {0, -kAxis}, {kAxis, 0}, {-kAxis, 0}}),
      .smooth = false,
      .source = kSurvey,
  };
}

}  // namespace thalweg::functions
