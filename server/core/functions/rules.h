#pragma once

#include <initializer_list>
#include <vector>

#include "server/core/functions/test_function.h"

/// The vocabulary in which the rows of the catalogue are written.
namespace thalweg::functions {

// Collections that many rows come from.
inline constexpr char kSurvey[] =
    "Jamil & Yang (2013), A literature survey of benchmark functions for global optimisation "
    "problems";
inline constexpr char kMolgaSmutnicki[] =
    "Molga & Smutnicki (2005), Test functions for optimization needs";
inline constexpr char kMoreGarbowHillstrom[] =
    "More, Garbow & Hillstrom (1981), Testing unconstrained optimization software";
inline constexpr char kDixonSzego[] =
    "Dixon & Szego (1978), The global optimization problem: an introduction";

using Point = std::initializer_list<double>;

inline const std::vector<std::string> kLine = {"x"};        ///< Scalars of a function of one.
inline const std::vector<std::string> kPlane = {"x", "y"};  ///< Scalars of a function of two.

/// Exactly n coordinates.
constexpr Dimensions Exactly(Index n) { return {n, n, n}; }
/// Any number from `least`. A million is what one evaluation may cost, not what a method can solve.
constexpr Dimensions From(Index least) { return {least, 2, 1'000'000}; }

/// The same value in every coordinate.
TestFunction::PointRule Everywhere(double value);
/// This point; repeated from its beginning where n is larger.
TestFunction::PointRule At(Point point);

/// One minimiser, or several.
TestFunction::PointsRule Only(TestFunction::PointRule point);
TestFunction::PointsRule Each(std::initializer_list<Point> points);
/// (±x, ±y): the four points that the signs make.
TestFunction::PointsRule EachSign(double x, double y);

/// The same least value for every n; or so much for each coordinate.
TestFunction::ValueRule Always(double value);
TestFunction::ValueRule TimesN(double value);

}  // namespace thalweg::functions
