#include "server/core/functions/catalogue.h"

#include <string>
#include <vector>

#include "server/core/functions/bowls.h"
#include "server/core/functions/few_minima.h"
#include "server/core/functions/many_minima.h"
#include "server/core/functions/one_dimensional.h"
#include "server/core/functions/plates_and_saddles.h"
#include "server/core/functions/rugged_planes.h"
#include "server/core/functions/tabulated.h"
#include "server/core/functions/valleys.h"
#include "server/core/violation.h"

namespace thalweg {

std::span<const TestFunction> TestFunctions() {
  using namespace functions;  // NOLINT: the rows, and nothing else
  static const std::vector<TestFunction> rows = {
      Sphere(),
      SumOfSquares(),
      RotatedHyperEllipsoid(),
      SumOfDifferentPowers(),
      Booth(),
      Matyas(),
      Trid(),
      Exponential(),
      Brown(),

      Ravine(),
      Rosenbrock(),
      Beale(),
      DixonPrice(),
      Cube(),
      PowellSingular(),
      Wood(),
      Perm(),
      PermOfInverses(),

      Saddle(),
      MonkeySaddle(),
      Plateau(),
      Easom(),
      Zakharov(),
      PowerSum(),

      Himmelblau(),
      SixHumpCamel(),
      ThreeHumpCamel(),
      Branin(),
      GoldsteinPrice(),
      Mccormick(),
      FreudensteinRoth(),
      StyblinskiTang(),

      Shekel5(),
      Shekel7(),
      Shekel10(),
      Hartmann3(),
      Hartmann6(),
      Foxholes(),

      Rastrigin(),
      Ackley(),
      Griewank(),
      Levy(),
      Schwefel(),
      Michalewicz(),
      Salomon(),

      Bohachevsky(),
      Bohachevsky2(),
      Bohachevsky3(),
      LevyN13(),
      Shubert(),
      DropWave(),
      Eggholder(),
      BukinN6(),
      CrossInTray(),
      HolderTable(),
      SchafferN2(),
      SchafferN4(),

      Parabola1d(),
      Quartic1d(),
      DoubleWell1d(),
      Wave1d(),
      SineSum1d(),
      GramacyLee1d(),
      Forrester1d(),
      Kink1d(),
  };
  return rows;
}

absl::StatusOr<const TestFunction*> FindTestFunction(std::string_view name) {
  std::vector<std::string> known;
  for (const TestFunction& function : TestFunctions()) {
    if (function.name == name) return &function;
    known.push_back(function.name);
  }
  return Refuse("", Reason::kUnknownName, UnknownName("test function", name, known));
}

}  // namespace thalweg
