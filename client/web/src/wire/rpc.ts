// The server's services, as typed clients.
import { createClient } from "@connectrpc/connect";
import { CatalogService } from "../../gen/thalweg/v1/catalog_service_pb";
import { DatasetService } from "../../gen/thalweg/v1/dataset_service_pb";
import { ModelService } from "../../gen/thalweg/v1/model_service_pb";
import { ObjectiveService } from "../../gen/thalweg/v1/objective_service_pb";
import { OptimizationService } from "../../gen/thalweg/v1/optimization_service_pb";
import { StudyService } from "../../gen/thalweg/v1/study_service_pb";
import { quick } from "./transport";

export const optimization = createClient(OptimizationService, quick);
export const objectives = createClient(ObjectiveService, quick);
export const catalog = createClient(CatalogService, quick);
export const studies = createClient(StudyService, quick);
export const datasets = createClient(DatasetService, quick);
export const models = createClient(ModelService, quick);
