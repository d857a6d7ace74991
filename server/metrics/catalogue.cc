#include "server/metrics/catalogue.h"

namespace thalweg::metrics {

std::span<const Group> Groups() {
  static constexpr Group kGroups[] = {
      {"build", MakeBuildMetrics},              //
      {"grpc", MakeGrpcMetrics},                //
      {"connections", MakeConnectionMetrics},   //
      {"access", MakeAccessMetrics},            //
      {"runs", MakeRunMetrics},                 //
      {"convergence", MakeConvergenceMetrics},  //
      {"memory", MakeMemoryMetrics},            //
      {"studies", MakeStudyMetrics},            //
      {"datasets", MakeDatasetMetrics},         //
      {"stepping", MakeSteppingMetrics},        //
      {"compile", MakeCompileMetrics},          //
      {"watchers", MakeWatcherMetrics},         //
      {"storage", MakeStorageMetrics},          //
      {"log", MakeLogMetrics},                  //
      {"tls", MakeTlsMetrics},                  //
  };
  return kGroups;
}

}  // namespace thalweg::metrics
