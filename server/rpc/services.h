#pragma once

#include "server/core/expression/code_maker.h"
#include "server/core/expression/limits.h"
#include "server/datasets/dataset_book.h"
#include "server/rpc/books.h"
#include "server/rpc/handlers/get_server_info.h"
#include "server/rpc/streams/watch_reactor.h"
#include "server/rpc/unary_call.h"
#include "thalweg/v1/catalog_service.grpc.pb.h"
#include "thalweg/v1/dataset_service.grpc.pb.h"
#include "thalweg/v1/model_service.grpc.pb.h"
#include "thalweg/v1/objective_service.grpc.pb.h"
#include "thalweg/v1/optimization_service.grpc.pb.h"
#include "thalweg/v1/study_service.grpc.pb.h"
#include "thalweg/v1/watch_service.grpc.pb.h"

/// Which handler answers which RPC, and on which lane. One override a line; nothing else happens
/// here.
namespace thalweg::rpc {

class OptimizationCalls final : public v1::OptimizationService::CallbackService {
 public:
  OptimizationCalls(Books& books, const Surroundings& server, const WatchSurroundings& watches)
      : books_(books), server_(server), watches_(watches) {}

  using Context = grpc::CallbackServerContext;
  using Unary = grpc::ServerUnaryReactor;

  Unary* CreateRun(Context*, const v1::CreateRunRequest*, v1::CreateRunResponse*) override;
  Unary* GetRun(Context*, const v1::GetRunRequest*, v1::GetRunResponse*) override;
  Unary* ListRuns(Context*, const v1::ListRunsRequest*, v1::ListRunsResponse*) override;
  Unary* ListIterates(Context*, const v1::ListIteratesRequest*, v1::ListIteratesResponse*) override;
  Unary* CancelRun(Context*, const v1::CancelRunRequest*, v1::CancelRunResponse*) override;
  Unary* PauseRun(Context*, const v1::PauseRunRequest*, v1::PauseRunResponse*) override;
  Unary* ResumeRun(Context*, const v1::ResumeRunRequest*, v1::ResumeRunResponse*) override;
  Unary* ChangeRun(Context*, const v1::ChangeRunRequest*, v1::ChangeRunResponse*) override;
  Unary* ForkRun(Context*, const v1::ForkRunRequest*, v1::ForkRunResponse*) override;
  Unary* DeleteRun(Context*, const v1::DeleteRunRequest*, v1::DeleteRunResponse*) override;
  grpc::ServerWriteReactor<v1::WatchRunResponse>* WatchRun(Context*,
                                                           const v1::WatchRunRequest*) override;
  grpc::ServerWriteReactor<v1::OptimizeResponse>* Optimize(Context*,
                                                           const v1::OptimizeRequest*) override;

 private:
  template <typename Response, typename Work>
  Unary* Answer(std::string_view rpc, Lane lane, Context* context, Response* response,
                Work work) const;

  Books& books_;
  const Surroundings& server_;
  const WatchSurroundings& watches_;
};

class ObjectiveCalls final : public v1::ObjectiveService::CallbackService {
 public:
  ObjectiveCalls(Books& books, const Surroundings& server, const expression::Limits& limits,
                 expression::CodeMaker* maker)
      : books_(books), server_(server), limits_(limits), maker_(maker) {}

  using Context = grpc::CallbackServerContext;
  using Unary = grpc::ServerUnaryReactor;

  Unary* CompileObjective(Context*, const v1::CompileObjectiveRequest*,
                          v1::CompileObjectiveResponse*) override;
  Unary* EvaluateObjective(Context*, const v1::EvaluateObjectiveRequest*,
                           v1::EvaluateObjectiveResponse*) override;
  Unary* CheckGradient(Context*, const v1::CheckGradientRequest*,
                       v1::CheckGradientResponse*) override;
  Unary* SampleLandscape(Context*, const v1::SampleLandscapeRequest*,
                         v1::SampleLandscapeResponse*) override;

 private:
  template <typename Response, typename Work>
  Unary* Answer(std::string_view rpc, Context* context, Response* response, Work work) const;

  Books& books_;
  const Surroundings& server_;
  const expression::Limits limits_;
  expression::CodeMaker* const maker_;
};

class ModelCalls final : public v1::ModelService::CallbackService {
 public:
  ModelCalls(Books& books, const Surroundings& server) : books_(books), server_(server) {}

  using Context = grpc::CallbackServerContext;
  using Unary = grpc::ServerUnaryReactor;

  Unary* EvaluateModel(Context*, const v1::EvaluateModelRequest*,
                       v1::EvaluateModelResponse*) override;
  grpc::ServerWriteReactor<v1::PredictResponse>* Predict(Context*,
                                                         const v1::PredictRequest*) override;
  Unary* PredictPoints(Context*, const v1::PredictPointsRequest*,
                       v1::PredictPointsResponse*) override;

 private:
  template <typename Response, typename Work>
  Unary* Answer(std::string_view rpc, Context* context, Response* response, Work work) const;

  Books& books_;
  const Surroundings& server_;
};

class CatalogCalls final : public v1::CatalogService::CallbackService {
 public:
  CatalogCalls(const ServerInfo& info, const Surroundings& server) : info_(info), server_(server) {}

  using Context = grpc::CallbackServerContext;
  using Unary = grpc::ServerUnaryReactor;

  Unary* ListOptimizers(Context*, const v1::ListOptimizersRequest*,
                        v1::ListOptimizersResponse*) override;
  Unary* ListFunctions(Context*, const v1::ListFunctionsRequest*,
                       v1::ListFunctionsResponse*) override;
  Unary* ListSchedules(Context*, const v1::ListSchedulesRequest*,
                       v1::ListSchedulesResponse*) override;
  Unary* ListLineSearches(Context*, const v1::ListLineSearchesRequest*,
                          v1::ListLineSearchesResponse*) override;
  Unary* ListStoppingRules(Context*, const v1::ListStoppingRulesRequest*,
                           v1::ListStoppingRulesResponse*) override;
  Unary* ListModels(Context*, const v1::ListModelsRequest*, v1::ListModelsResponse*) override;
  Unary* ListLosses(Context*, const v1::ListLossesRequest*, v1::ListLossesResponse*) override;
  Unary* ListBatches(Context*, const v1::ListBatchesRequest*, v1::ListBatchesResponse*) override;
  Unary* ListPenalties(Context*, const v1::ListPenaltiesRequest*,
                       v1::ListPenaltiesResponse*) override;
  Unary* ListLanguageFunctions(Context*, const v1::ListLanguageFunctionsRequest*,
                               v1::ListLanguageFunctionsResponse*) override;
  Unary* GetServerInfo(Context*, const v1::GetServerInfoRequest*,
                       v1::GetServerInfoResponse*) override;

 private:
  template <typename Response, typename Work>
  Unary* Answer(std::string_view rpc, Context* context, Response* response, Work work) const;

  const ServerInfo& info_;
  const Surroundings& server_;
};

class StudyCalls final : public v1::StudyService::CallbackService {
 public:
  StudyCalls(Books& books, const Surroundings& server, const WatchSurroundings& watches)
      : books_(books), server_(server), watches_(watches) {}

  using Context = grpc::CallbackServerContext;
  using Unary = grpc::ServerUnaryReactor;

  Unary* CreateStudy(Context*, const v1::CreateStudyRequest*, v1::CreateStudyResponse*) override;
  Unary* GetStudy(Context*, const v1::GetStudyRequest*, v1::GetStudyResponse*) override;
  Unary* ListStudies(Context*, const v1::ListStudiesRequest*, v1::ListStudiesResponse*) override;
  Unary* CancelStudy(Context*, const v1::CancelStudyRequest*, v1::CancelStudyResponse*) override;
  Unary* DeleteStudy(Context*, const v1::DeleteStudyRequest*, v1::DeleteStudyResponse*) override;
  grpc::ServerWriteReactor<v1::WatchStudyResponse>* WatchStudy(
      Context*, const v1::WatchStudyRequest*) override;

 private:
  template <typename Response, typename Work>
  Unary* Answer(std::string_view rpc, Lane lane, Context* context, Response* response,
                Work work) const;

  Books& books_;
  const Surroundings& server_;
  const WatchSurroundings& watches_;
};

class DatasetCalls final : public v1::DatasetService::CallbackService {
 public:
  DatasetCalls(datasets::DatasetBook& book, const Surroundings& server)
      : book_(book), server_(server) {}

  using Context = grpc::CallbackServerContext;
  using Unary = grpc::ServerUnaryReactor;

  grpc::ServerReadReactor<v1::UploadDatasetRequest>* UploadDataset(
      Context*, v1::UploadDatasetResponse*) override;
  Unary* StartUpload(Context*, const v1::StartUploadRequest*, v1::StartUploadResponse*) override;
  Unary* WriteUpload(Context*, const v1::WriteUploadRequest*, v1::WriteUploadResponse*) override;
  Unary* GetUpload(Context*, const v1::GetUploadRequest*, v1::GetUploadResponse*) override;
  Unary* FinishUpload(Context*, const v1::FinishUploadRequest*, v1::FinishUploadResponse*) override;
  Unary* CancelUpload(Context*, const v1::CancelUploadRequest*, v1::CancelUploadResponse*) override;
  Unary* GetDataset(Context*, const v1::GetDatasetRequest*, v1::GetDatasetResponse*) override;
  Unary* ListDatasets(Context*, const v1::ListDatasetsRequest*, v1::ListDatasetsResponse*) override;
  Unary* ReadDataset(Context*, const v1::ReadDatasetRequest*, v1::ReadDatasetResponse*) override;
  Unary* DeleteDataset(Context*, const v1::DeleteDatasetRequest*,
                       v1::DeleteDatasetResponse*) override;

 private:
  template <typename Response, typename Work>
  Unary* Answer(std::string_view rpc, Lane lane, Context* context, Response* response,
                Work work) const;

  datasets::DatasetBook& book_;
  const Surroundings& server_;
};

class WatchCalls final : public v1::WatchService::CallbackService {
 public:
  WatchCalls(Books& books, const Surroundings& server, const WatchSurroundings& watches)
      : books_(books), server_(server), watches_(watches) {}

  using Context = grpc::CallbackServerContext;

  grpc::ServerWriteReactor<v1::WatchResponse>* Watch(Context*, const v1::WatchRequest*) override;

 private:
  Books& books_;
  const Surroundings& server_;
  const WatchSurroundings& watches_;
};

}  // namespace thalweg::rpc
