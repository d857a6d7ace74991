#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "server/core/expression/builder.h"
#include "server/core/expression/compiled.h"

namespace thalweg::expression {

/// A program in order, and laid out for the interpreter.
struct Form {
  Program program;
  MachineCode code;
};

/// The last steps of every form. Refuses one that costs more than the limits allow: operations as
/// text, temporaries (which `fits` tells), memory, or operations of one run, where the loop that
/// takes most of them is named. `what` names the form: "gradient".
absl::StatusOr<Form> Finish(const Machinery& made, std::string_view what, bool fits,
                            Builder& written);

/// The Hessian times a direction. Written only for those who ask.
absl::StatusOr<Form> HessianVectorForm(const Machinery& made);

/// The residuals of a sum of squares. Needs residuals.
absl::StatusOr<Form> ResidualForm(const Machinery& made);

/// The Jacobian, and the residuals, in one run.
absl::StatusOr<Form> JacobianByRows(const Machinery& made);

/// One column of the Jacobian per run, given the direction of its axis; no residuals.
absl::StatusOr<Form> JacobianByColumns(const Machinery& made);

/// What is cheaper of the two.
struct JacobianForm {
  Form form;
  bool by_columns = false;
};
absl::StatusOr<JacobianForm> FormOfJacobian(const Machinery& made);

}  // namespace thalweg::expression
