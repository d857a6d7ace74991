#pragma once

#include <memory>
#include <string>

#include "client/cpp/client.h"
#include "thalweg/v1/catalog_service.grpc.pb.h"
#include "thalweg/v1/dataset_service.grpc.pb.h"
#include "thalweg/v1/model_service.grpc.pb.h"
#include "thalweg/v1/objective_service.grpc.pb.h"
#include "thalweg/v1/optimization_service.grpc.pb.h"
#include "thalweg/v1/study_service.grpc.pb.h"
#include "thalweg/v1/watch_service.grpc.pb.h"

namespace thalweg::client {

/// What all copies of a Client share; seen by the client_*.cc files alone.
struct Client::Stubs {
  std::string address;
  std::unique_ptr<v1::OptimizationService::Stub> optimization;
  std::unique_ptr<v1::ObjectiveService::Stub> objective;
  std::unique_ptr<v1::CatalogService::Stub> catalog;
  std::unique_ptr<v1::StudyService::Stub> study;
  std::unique_ptr<v1::DatasetService::Stub> dataset;
  std::unique_ptr<v1::ModelService::Stub> model;
  std::unique_ptr<v1::WatchService::Stub> watch;
};

}  // namespace thalweg::client
