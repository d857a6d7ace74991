#include "server/metrics/catalogue.h"

namespace thalweg::metrics {

std::span<const Group> Groups() {
  static constexpr Group kGroups[] = {
      {"build", MakeBuildMetrics},              //
      {"grpc", MakeGrpcMetrics},                //
      {"runs", MakeRunMetrics},                 //
      {"convergence", MakeConvergenceMetrics},  //
      {"studies", MakeStudyMetrics},            //
      {"stepping", MakeSteppingMetrics},        //
      {"compile", MakeCompileMetrics},          //
      {"watchers", MakeWatcherMetrics},         //
      {"storage", MakeStorageMetrics},          //
  };
  return kGroups;
}

}  // namespace thalweg::metrics
