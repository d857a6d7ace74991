#pragma once

#include <string>
#include <string_view>

#include "client/cli/arguments/parsed.h"
#include "thalweg/v1/values.pb.h"

namespace thalweg::cli {

/// A variable or parameter with its value.
struct NamedArray {
  std::string name;
  v1::Array array;
};

/// Reads what --start, --at and --param take:
///
///   x=0            a scalar
///   x=1,2,3        a vector; also x=[1,2,3]
///   x=3,           a vector of one; also x=[3]
///   x=0.5*100      a vector of a hundred times 0.5
///   x=-1.2,1,0*98  both together
///   x=zeros(10)    a vector of ten zeros; also ones(10)
///   x=[[1,2],[3,4],[5,6]]    a matrix of three rows
///
/// Every number must be finite, or where `infinite` is set, a number or inf; a vector has at most
/// ten million of them.
Parsed<NamedArray> ParseArray(std::string_view flag, std::string_view text, bool infinite = false);

}  // namespace thalweg::cli
