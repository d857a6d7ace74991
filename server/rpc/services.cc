#include "server/rpc/services.h"

#include <string>
#include <utility>

#include "server/rpc/handlers/cancel_run.h"
#include "server/rpc/handlers/cancel_study.h"
#include "server/rpc/handlers/cancel_upload.h"
#include "server/rpc/handlers/change_run.h"
#include "server/rpc/handlers/check_gradient.h"
#include "server/rpc/handlers/compile_objective.h"
#include "server/rpc/handlers/create_run.h"
#include "server/rpc/handlers/create_study.h"
#include "server/rpc/handlers/delete_dataset.h"
#include "server/rpc/handlers/delete_run.h"
#include "server/rpc/handlers/delete_study.h"
#include "server/rpc/handlers/evaluate_model.h"
#include "server/rpc/handlers/evaluate_objective.h"
#include "server/rpc/handlers/finish_upload.h"
#include "server/rpc/handlers/fork_run.h"
#include "server/rpc/handlers/get_dataset.h"
#include "server/rpc/handlers/get_run.h"
#include "server/rpc/handlers/get_study.h"
#include "server/rpc/handlers/get_upload.h"
#include "server/rpc/handlers/list_batches.h"
#include "server/rpc/handlers/list_datasets.h"
#include "server/rpc/handlers/list_functions.h"
#include "server/rpc/handlers/list_iterates.h"
#include "server/rpc/handlers/list_language_functions.h"
#include "server/rpc/handlers/list_line_searches.h"
#include "server/rpc/handlers/list_losses.h"
#include "server/rpc/handlers/list_models.h"
#include "server/rpc/handlers/list_optimizers.h"
#include "server/rpc/handlers/list_penalties.h"
#include "server/rpc/handlers/list_runs.h"
#include "server/rpc/handlers/list_schedules.h"
#include "server/rpc/handlers/list_stopping_rules.h"
#include "server/rpc/handlers/list_studies.h"
#include "server/rpc/handlers/open_study_watch.h"
#include "server/rpc/handlers/open_watch.h"
#include "server/rpc/handlers/open_watches.h"
#include "server/rpc/handlers/pause_run.h"
#include "server/rpc/handlers/predict.h"
#include "server/rpc/handlers/predict_points.h"
#include "server/rpc/handlers/read_dataset.h"
#include "server/rpc/handlers/resume_run.h"
#include "server/rpc/handlers/sample_landscape.h"
#include "server/rpc/handlers/start_upload.h"
#include "server/rpc/handlers/write_upload.h"
#include "server/rpc/streams/computed_stream.h"
#include "server/rpc/streams/upload_reactor.h"

namespace thalweg::rpc {

// ---- OptimizationService

template <typename Response, typename Work>
grpc::ServerUnaryReactor* OptimizationCalls::Answer(std::string_view rpc, Lane lane,
                                                    Context* context, Response* response,
                                                    Work work) const {
  const Method method{v1::OptimizationService::service_full_name(), rpc};
  return UnaryCall<Response>::Start(
      server_, method, lane, *context, response,
      [work](const CallContext& call, const Interruption&) { return work(call); });
}

grpc::ServerUnaryReactor* OptimizationCalls::CreateRun(Context* context,
                                                       const v1::CreateRunRequest* request,
                                                       v1::CreateRunResponse* response) {
  return Answer("CreateRun", Lane::kWrite, context, response,
                [this, request](const CallContext& call) {
                  return rpc::CreateRun(books_.RunsOf(call), *request);
                });
}

grpc::ServerUnaryReactor* OptimizationCalls::GetRun(Context* context,
                                                    const v1::GetRunRequest* request,
                                                    v1::GetRunResponse* response) {
  return Answer("GetRun", Lane::kRead, context, response, [this, request](const CallContext& call) {
    return rpc::GetRun(books_.RunsOf(call), *request);
  });
}

grpc::ServerUnaryReactor* OptimizationCalls::ListRuns(Context* context,
                                                      const v1::ListRunsRequest* request,
                                                      v1::ListRunsResponse* response) {
  return Answer("ListRuns", Lane::kRead, context, response,
                [this, request](const CallContext& call) {
                  return rpc::ListRuns(books_.RunsOf(call), *request);
                });
}

grpc::ServerUnaryReactor* OptimizationCalls::ListIterates(Context* context,
                                                          const v1::ListIteratesRequest* request,
                                                          v1::ListIteratesResponse* response) {
  return Answer("ListIterates", Lane::kRead, context, response,
                [this, request](const CallContext& call) {
                  return rpc::ListIterates(books_.RunsOf(call), *request);
                });
}

grpc::ServerUnaryReactor* OptimizationCalls::CancelRun(Context* context,
                                                       const v1::CancelRunRequest* request,
                                                       v1::CancelRunResponse* response) {
  return Answer("CancelRun", Lane::kWrite, context, response,
                [this, request](const CallContext& call) {
                  return rpc::CancelRun(books_.RunsOf(call), *request);
                });
}

grpc::ServerUnaryReactor* OptimizationCalls::PauseRun(Context* context,
                                                      const v1::PauseRunRequest* request,
                                                      v1::PauseRunResponse* response) {
  return Answer("PauseRun", Lane::kWrite, context, response,
                [this, request](const CallContext& call) {
                  return rpc::PauseRun(books_.RunsOf(call), *request);
                });
}

grpc::ServerUnaryReactor* OptimizationCalls::ResumeRun(Context* context,
                                                       const v1::ResumeRunRequest* request,
                                                       v1::ResumeRunResponse* response) {
  return Answer("ResumeRun", Lane::kWrite, context, response,
                [this, request](const CallContext& call) {
                  return rpc::ResumeRun(books_.RunsOf(call), *request);
                });
}

grpc::ServerUnaryReactor* OptimizationCalls::ChangeRun(Context* context,
                                                       const v1::ChangeRunRequest* request,
                                                       v1::ChangeRunResponse* response) {
  return Answer("ChangeRun", Lane::kWrite, context, response,
                [this, request](const CallContext& call) {
                  return rpc::ChangeRun(books_.RunsOf(call), *request);
                });
}

grpc::ServerUnaryReactor* OptimizationCalls::ForkRun(Context* context,
                                                     const v1::ForkRunRequest* request,
                                                     v1::ForkRunResponse* response) {
  return Answer("ForkRun", Lane::kWrite, context, response,
                [this, request](const CallContext& call) {
                  return rpc::ForkRun(books_.RunsOf(call), *request);
                });
}

grpc::ServerUnaryReactor* OptimizationCalls::DeleteRun(Context* context,
                                                       const v1::DeleteRunRequest* request,
                                                       v1::DeleteRunResponse* response) {
  return Answer("DeleteRun", Lane::kWrite, context, response,
                [this, request](const CallContext& call) {
                  return rpc::DeleteRun(books_.RunsOf(call), *request);
                });
}

grpc::ServerWriteReactor<v1::WatchRunResponse>* OptimizationCalls::WatchRun(
    Context* context, const v1::WatchRunRequest* request) {
  const Method method{v1::OptimizationService::service_full_name(), "WatchRun", kServerStream};
  return WatchReactor<v1::WatchRunResponse>::Start(
      server_, watches_, method, Lane::kRead, *context,
      [this, request](const CallContext& call, std::function<void()> wake) {
        return OpenWatch(books_.RunsOf(call), *request, std::move(wake));
      });
}

grpc::ServerWriteReactor<v1::OptimizeResponse>* OptimizationCalls::Optimize(
    Context* context, const v1::OptimizeRequest* request) {
  const Method method{v1::OptimizationService::service_full_name(), "Optimize", kServerStream};
  std::function<void(const std::string&)> abandoned;
  if (request->cancel_on_disconnect()) {
    // Cancelling waits for the disk, which the pump must not; and it must be done however busy
    // the server is. A run that is over by then needs no cancelling: the status is of no interest.
    abandoned = [&runs = books_.Everyones(), &lanes = server_.lanes](const std::string& run) {
      lanes[Lane::kWrite].SubmitAlways([&runs, run] {
        Guarded<runs::Run>([&runs, &run] { return runs.Cancel(run); }).IgnoreError();
      });
    };
  }
  return WatchReactor<v1::OptimizeResponse>::Start(
      server_, watches_, method, Lane::kWrite, *context,
      [this, request](const CallContext& call, std::function<void()> wake) {
        return OpenOptimize(books_.RunsOf(call), *request, std::move(wake));
      },
      std::move(abandoned));
}

// ---- ObjectiveService

template <typename Response, typename Work>
grpc::ServerUnaryReactor* ObjectiveCalls::Answer(std::string_view rpc, Context* context,
                                                 Response* response, Work work) const {
  const Method method{v1::ObjectiveService::service_full_name(), rpc};
  return UnaryCall<Response>::Start(server_, method, Lane::kCompute, *context, response,
                                    std::move(work));
}

grpc::ServerUnaryReactor* ObjectiveCalls::CompileObjective(
    Context* context, const v1::CompileObjectiveRequest* request,
    v1::CompileObjectiveResponse* response) {
  return Answer("CompileObjective", context, response,
                [this, request](const CallContext& call, const Interruption& interruption) {
                  return rpc::CompileObjective(server_.events, *request, interruption, limits_,
                                               books_.MeansOf(call));
                });
}

grpc::ServerUnaryReactor* ObjectiveCalls::EvaluateObjective(
    Context* context, const v1::EvaluateObjectiveRequest* request,
    v1::EvaluateObjectiveResponse* response) {
  return Answer("EvaluateObjective", context, response,
                [this, request](const CallContext& call, const Interruption& interruption) {
                  return rpc::EvaluateObjective(server_.events, *request, interruption, limits_,
                                                maker_, books_.MeansOf(call));
                });
}

grpc::ServerUnaryReactor* ObjectiveCalls::CheckGradient(Context* context,
                                                        const v1::CheckGradientRequest* request,
                                                        v1::CheckGradientResponse* response) {
  return Answer("CheckGradient", context, response,
                [this, request](const CallContext& call, const Interruption& interruption) {
                  return rpc::CheckGradient(server_.events, *request, interruption, limits_, maker_,
                                            books_.MeansOf(call));
                });
}

grpc::ServerUnaryReactor* ObjectiveCalls::SampleLandscape(Context* context,
                                                          const v1::SampleLandscapeRequest* request,
                                                          v1::SampleLandscapeResponse* response) {
  return Answer("SampleLandscape", context, response,
                [this, request](const CallContext& call, const Interruption& interruption) {
                  return rpc::SampleLandscape(books_.RunsOf(call), server_.events, *request,
                                              interruption, limits_, maker_, books_.MeansOf(call));
                });
}

// ---- ModelService

template <typename Response, typename Work>
grpc::ServerUnaryReactor* ModelCalls::Answer(std::string_view rpc, Context* context,
                                             Response* response, Work work) const {
  const Method method{v1::ModelService::service_full_name(), rpc};
  return UnaryCall<Response>::Start(server_, method, Lane::kCompute, *context, response, work);
}

grpc::ServerUnaryReactor* ModelCalls::EvaluateModel(Context* context,
                                                    const v1::EvaluateModelRequest* request,
                                                    v1::EvaluateModelResponse* response) {
  return Answer("EvaluateModel", context, response,
                [this, request](const CallContext& call, const Interruption& interruption) {
                  return rpc::EvaluateModel(books_.RunsOf(call), books_.MeansOf(call), *request,
                                            interruption);
                });
}

grpc::ServerWriteReactor<v1::PredictResponse>* ModelCalls::Predict(
    Context* context, const v1::PredictRequest* request) {
  const Method method{v1::ModelService::service_full_name(), "Predict", kServerStream};
  return ComputedStream<v1::PredictResponse>::Start(
      server_, method, Lane::kCompute, *context,
      [this, request](const CallContext& call, const Interruption& interruption) {
        return OpenPredict(books_.RunsOf(call), books_.MeansOf(call), *request, interruption);
      });
}

grpc::ServerUnaryReactor* ModelCalls::PredictPoints(Context* context,
                                                    const v1::PredictPointsRequest* request,
                                                    v1::PredictPointsResponse* response) {
  return Answer("PredictPoints", context, response,
                [this, request](const CallContext& call, const Interruption& interruption) {
                  return rpc::PredictPoints(books_.RunsOf(call), books_.MeansOf(call), *request,
                                            interruption);
                });
}

// ---- CatalogService

template <typename Response, typename Work>
grpc::ServerUnaryReactor* CatalogCalls::Answer(std::string_view rpc, Context* context,
                                               Response* response, Work work) const {
  const Method method{v1::CatalogService::service_full_name(), rpc};
  return UnaryCall<Response>::Start(
      server_, method, Lane::kRead, *context, response,
      [work](const CallContext& call, const Interruption&) { return work(call); });
}

grpc::ServerUnaryReactor* CatalogCalls::ListOptimizers(Context* context,
                                                       const v1::ListOptimizersRequest* request,
                                                       v1::ListOptimizersResponse* response) {
  return Answer("ListOptimizers", context, response,
                [request](const CallContext& /*call*/) { return rpc::ListOptimizers(*request); });
}

grpc::ServerUnaryReactor* CatalogCalls::ListFunctions(Context* context,
                                                      const v1::ListFunctionsRequest* request,
                                                      v1::ListFunctionsResponse* response) {
  return Answer("ListFunctions", context, response,
                [request](const CallContext& /*call*/) { return rpc::ListFunctions(*request); });
}

grpc::ServerUnaryReactor* CatalogCalls::ListSchedules(Context* context,
                                                      const v1::ListSchedulesRequest* request,
                                                      v1::ListSchedulesResponse* response) {
  return Answer("ListSchedules", context, response,
                [request](const CallContext& /*call*/) { return rpc::ListSchedules(*request); });
}

grpc::ServerUnaryReactor* CatalogCalls::ListLineSearches(Context* context,
                                                         const v1::ListLineSearchesRequest* request,
                                                         v1::ListLineSearchesResponse* response) {
  return Answer("ListLineSearches", context, response,
                [request](const CallContext& /*call*/) { return rpc::ListLineSearches(*request); });
}

grpc::ServerUnaryReactor* CatalogCalls::ListStoppingRules(
    Context* context, const v1::ListStoppingRulesRequest* request,
    v1::ListStoppingRulesResponse* response) {
  return Answer("ListStoppingRules", context, response, [request](const CallContext& /*call*/) {
    return rpc::ListStoppingRules(*request);
  });
}

grpc::ServerUnaryReactor* CatalogCalls::ListModels(Context* context,
                                                   const v1::ListModelsRequest* request,
                                                   v1::ListModelsResponse* response) {
  return Answer("ListModels", context, response,
                [request](const CallContext& /*call*/) { return rpc::ListModels(*request); });
}

grpc::ServerUnaryReactor* CatalogCalls::ListLosses(Context* context,
                                                   const v1::ListLossesRequest* request,
                                                   v1::ListLossesResponse* response) {
  return Answer("ListLosses", context, response,
                [request](const CallContext& /*call*/) { return rpc::ListLosses(*request); });
}

grpc::ServerUnaryReactor* CatalogCalls::ListPenalties(Context* context,
                                                      const v1::ListPenaltiesRequest* request,
                                                      v1::ListPenaltiesResponse* response) {
  return Answer("ListPenalties", context, response,
                [request](const CallContext& /*call*/) { return rpc::ListPenalties(*request); });
}

grpc::ServerUnaryReactor* CatalogCalls::ListBatches(Context* context,
                                                    const v1::ListBatchesRequest* request,
                                                    v1::ListBatchesResponse* response) {
  return Answer("ListBatches", context, response,
                [request](const CallContext& /*call*/) { return rpc::ListBatches(*request); });
}

grpc::ServerUnaryReactor* CatalogCalls::ListLanguageFunctions(
    Context* context, const v1::ListLanguageFunctionsRequest* request,
    v1::ListLanguageFunctionsResponse* response) {
  return Answer("ListLanguageFunctions", context, response, [request](const CallContext& /*call*/) {
    return rpc::ListLanguageFunctions(*request);
  });
}

grpc::ServerUnaryReactor* CatalogCalls::GetServerInfo(Context* context,
                                                      const v1::GetServerInfoRequest* request,
                                                      v1::GetServerInfoResponse* response) {
  return Answer("GetServerInfo", context, response, [this, request](const CallContext& call) {
    return rpc::GetServerInfo(info_, call, *request);
  });
}

// ---- StudyService

template <typename Response, typename Work>
grpc::ServerUnaryReactor* StudyCalls::Answer(std::string_view rpc, Lane lane, Context* context,
                                             Response* response, Work work) const {
  const Method method{v1::StudyService::service_full_name(), rpc};
  return UnaryCall<Response>::Start(
      server_, method, lane, *context, response,
      [work](const CallContext& call, const Interruption&) { return work(call); });
}

grpc::ServerUnaryReactor* StudyCalls::CreateStudy(Context* context,
                                                  const v1::CreateStudyRequest* request,
                                                  v1::CreateStudyResponse* response) {
  return Answer("CreateStudy", Lane::kWrite, context, response,
                [this, request](const CallContext& call) {
                  return rpc::CreateStudy(books_.StudiesOf(call), *request);
                });
}

grpc::ServerUnaryReactor* StudyCalls::GetStudy(Context* context, const v1::GetStudyRequest* request,
                                               v1::GetStudyResponse* response) {
  return Answer("GetStudy", Lane::kRead, context, response,
                [this, request](const CallContext& call) {
                  return rpc::GetStudy(books_.StudiesOf(call), *request);
                });
}

grpc::ServerUnaryReactor* StudyCalls::ListStudies(Context* context,
                                                  const v1::ListStudiesRequest* request,
                                                  v1::ListStudiesResponse* response) {
  return Answer("ListStudies", Lane::kRead, context, response,
                [this, request](const CallContext& call) {
                  return rpc::ListStudies(books_.StudiesOf(call), *request);
                });
}

grpc::ServerUnaryReactor* StudyCalls::CancelStudy(Context* context,
                                                  const v1::CancelStudyRequest* request,
                                                  v1::CancelStudyResponse* response) {
  return Answer("CancelStudy", Lane::kWrite, context, response,
                [this, request](const CallContext& call) {
                  return rpc::CancelStudy(books_.StudiesOf(call), *request);
                });
}

grpc::ServerUnaryReactor* StudyCalls::DeleteStudy(Context* context,
                                                  const v1::DeleteStudyRequest* request,
                                                  v1::DeleteStudyResponse* response) {
  return Answer("DeleteStudy", Lane::kWrite, context, response,
                [this, request](const CallContext& call) {
                  return rpc::DeleteStudy(books_.StudiesOf(call), *request);
                });
}

grpc::ServerWriteReactor<v1::WatchStudyResponse>* StudyCalls::WatchStudy(
    Context* context, const v1::WatchStudyRequest* request) {
  const Method method{v1::StudyService::service_full_name(), "WatchStudy", kServerStream};
  return WatchReactor<v1::WatchStudyResponse>::Start(
      server_, watches_, method, Lane::kRead, *context,
      [this, request](const CallContext& call, std::function<void()> wake) {
        return OpenStudyWatch(books_.StudiesOf(call), *request, std::move(wake));
      });
}

// ---- DatasetService; whoever opens a table reads all of it, so that is done where waiting is

template <typename Response, typename Work>
grpc::ServerUnaryReactor* DatasetCalls::Answer(std::string_view rpc, Lane lane, Context* context,
                                               Response* response, Work work) const {
  const Method method{v1::DatasetService::service_full_name(), rpc};
  return UnaryCall<Response>::Start(server_, method, lane, *context, response, std::move(work));
}

grpc::ServerReadReactor<v1::UploadDatasetRequest>* DatasetCalls::UploadDataset(
    Context* context, v1::UploadDatasetResponse* response) {
  const Method method{v1::DatasetService::service_full_name(), "UploadDataset", kClientStream};
  return UploadReactor::Start(book_, server_, method, *context, response);
}

grpc::ServerUnaryReactor* DatasetCalls::StartUpload(Context* context,
                                                    const v1::StartUploadRequest* request,
                                                    v1::StartUploadResponse* response) {
  return Answer("StartUpload", Lane::kWrite, context, response,
                [this, request](const CallContext& call, const Interruption& /*interruption*/) {
                  return rpc::StartUpload(book_, Books::ViewerOf(call), *request);
                });
}

grpc::ServerUnaryReactor* DatasetCalls::WriteUpload(Context* context,
                                                    const v1::WriteUploadRequest* request,
                                                    v1::WriteUploadResponse* response) {
  return Answer("WriteUpload", Lane::kWrite, context, response,
                [this, request](const CallContext& call, const Interruption& /*interruption*/) {
                  return rpc::WriteUpload(book_, Books::ViewerOf(call), *request);
                });
}

grpc::ServerUnaryReactor* DatasetCalls::GetUpload(Context* context,
                                                  const v1::GetUploadRequest* request,
                                                  v1::GetUploadResponse* response) {
  return Answer("GetUpload", Lane::kRead, context, response,
                [this, request](const CallContext& call, const Interruption& /*interruption*/) {
                  return rpc::GetUpload(book_, Books::ViewerOf(call), *request);
                });
}

grpc::ServerUnaryReactor* DatasetCalls::FinishUpload(Context* context,
                                                     const v1::FinishUploadRequest* request,
                                                     v1::FinishUploadResponse* response) {
  return Answer("FinishUpload", Lane::kWrite, context, response,
                [this, request](const CallContext& call, const Interruption& interruption) {
                  return rpc::FinishUpload(book_, Books::ViewerOf(call), *request, interruption);
                });
}

grpc::ServerUnaryReactor* DatasetCalls::CancelUpload(Context* context,
                                                     const v1::CancelUploadRequest* request,
                                                     v1::CancelUploadResponse* response) {
  return Answer("CancelUpload", Lane::kWrite, context, response,
                [this, request](const CallContext& call, const Interruption& /*interruption*/) {
                  return rpc::CancelUpload(book_, Books::ViewerOf(call), *request);
                });
}

grpc::ServerUnaryReactor* DatasetCalls::GetDataset(Context* context,
                                                   const v1::GetDatasetRequest* request,
                                                   v1::GetDatasetResponse* response) {
  return Answer("GetDataset", Lane::kWrite, context, response,
                [this, request](const CallContext& call, const Interruption& /*interruption*/) {
                  return rpc::GetDataset(book_, Books::ViewerOf(call), *request);
                });
}

grpc::ServerUnaryReactor* DatasetCalls::ListDatasets(Context* context,
                                                     const v1::ListDatasetsRequest* request,
                                                     v1::ListDatasetsResponse* response) {
  return Answer("ListDatasets", Lane::kRead, context, response,
                [this, request](const CallContext& call, const Interruption& /*interruption*/) {
                  return rpc::ListDatasets(book_, Books::ViewerOf(call), *request);
                });
}

grpc::ServerUnaryReactor* DatasetCalls::ReadDataset(Context* context,
                                                    const v1::ReadDatasetRequest* request,
                                                    v1::ReadDatasetResponse* response) {
  return Answer("ReadDataset", Lane::kWrite, context, response,
                [this, request](const CallContext& call, const Interruption& /*interruption*/) {
                  return rpc::ReadDataset(book_, Books::ViewerOf(call), *request);
                });
}

grpc::ServerUnaryReactor* DatasetCalls::DeleteDataset(Context* context,
                                                      const v1::DeleteDatasetRequest* request,
                                                      v1::DeleteDatasetResponse* response) {
  return Answer("DeleteDataset", Lane::kWrite, context, response,
                [this, request](const CallContext& call, const Interruption& /*interruption*/) {
                  return rpc::DeleteDataset(book_, Books::ViewerOf(call), *request);
                });
}

// ---- WatchService

grpc::ServerWriteReactor<v1::WatchResponse>* WatchCalls::Watch(Context* context,
                                                               const v1::WatchRequest* request) {
  const Method method{v1::WatchService::service_full_name(), "Watch", kServerStream};
  return WatchReactor<v1::WatchResponse>::Start(
      server_, watches_, method, Lane::kRead, *context,
      [this, request](const CallContext& call, std::function<void()> wake) {
        return OpenWatches(books_.RunsOf(call), books_.StudiesOf(call), server_.incidents, *request,
                           std::move(wake));
      });
}

}  // namespace thalweg::rpc
