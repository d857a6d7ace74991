#pragma once

#include "google/protobuf/repeated_field.h"
#include "server/core/regime.h"
#include "server/rpc/translate/refusals.h"
#include "server/runs/changes.h"
#include "thalweg/v1/run.pb.h"

/// Changes of settings: as a caller asks for them, and as a run keeps them.
namespace thalweg::rpc {

/// What a request wants to be different; what is wrong is added at "optimizer" and "stopping[i]".
/// The optimizer's kind may be left out.
runs::Overrides OverridesFromWire(const v1::Part& optimizer,
                                  const google::protobuf::RepeatedPtrField<v1::Part>& stopping,
                                  Refusals& refusals);

/// At most kMostRules; what is wrong is added at "<path>stopping[i]".
std::vector<Part> RulesFromWire(const google::protobuf::RepeatedPtrField<v1::Part>& stopping,
                                const std::string& path, Refusals& refusals);

/// Run.changes; what is wrong is added at "changes[i]...".
std::vector<Change> ChangesFromWire(const google::protobuf::RepeatedPtrField<v1::RunChange>& wire,
                                    Refusals& refusals);

void ToWire(const Change& change, v1::RunChange& wire);

}  // namespace thalweg::rpc
