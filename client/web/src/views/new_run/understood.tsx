// What was understood of an objective: the formula, its cost, what kind of function it is, derivatives.
import type { CompileObjectiveResponse } from "../../../gen/thalweg/v1/objective_service_pb";
import { Formula } from "../../parts/formula";
import { otherFindings } from "./marks";
import { costWords, structureWords } from "./structure_words";

interface UnderstoodProps {
  response: CompileObjectiveResponse;
  formula: string;
  derivatives: boolean;
  onDerivatives: (wanted: boolean) => void;
}

export function Understood({ response, formula, derivatives, onDerivatives }: UnderstoodProps) {
  return (
    <section class="understood" aria-label="What was understood">
      <Formula mathml={response.mathml} text={formula} />
      <p class="quiet">
        {costWords(response)}. {structureWords(response).join(" ")}
      </p>
      {otherFindings(response.findings).map((finding) => (
        <p key={finding} class="finding">
          {finding}
        </p>
      ))}
      <button type="button" aria-expanded={derivatives} onClick={() => onDerivatives(!derivatives)}>
        {derivatives ? "Hide derivatives" : "Show derivatives"}
      </button>
      {derivatives && (
        <dl class="derivatives">
          {response.derivatives.map(({ variable, index, formula: text, whyNot, mathml }) => (
            <div key={variable}>
              <dt class="mono">
                ∂f/∂{variable}
                {index && `[${index}]`}
              </dt>
              <dd>{text ? <Formula mathml={mathml} text={text} /> : <span class="quiet">{whyNot}</span>}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
