// What a model is called: "logistic: species by petal_length, petal_width". No DOM.
import type { Model } from "../../gen/thalweg/v1/model_pb";
import type { Objective } from "../../gen/thalweg/v1/objective_pb";

const kMostFeatures = 4;

export function modelText(model: Model): string {
  const kind = model.model?.kind || "linear";
  const { features } = model;
  const named = features.slice(0, kMostFeatures).join(", ") + (features.length > kMostFeatures ? ", …" : "");
  return `${kind}${model.target ? `: ${model.target}` : ""}${named ? ` by ${named}` : ""}`;
}

/** The formula, the test function's name, or the model. */
export function sourceText({ kind }: Pick<Objective, "kind">): string {
  return kind.case === "model" ? modelText(kind.value) : (kind.value ?? "");
}
