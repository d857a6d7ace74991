// What can be shown about a run's best iterate.
import type { Certificate, Fit } from "../../../gen/thalweg/v1/certificate_pb";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { count, number } from "../../app/format";
import { coordinateName, flatten } from "../../trace/layout";
import { verdictWord } from "./words";

const kMostRows = 64;

export function CertificateCard({ run, certificate }: { run: Run; certificate: Certificate }) {
  const { curvature, activeBounds } = certificate;
  return (
    <section aria-label="Certificate" class="certificate">
      <h3>
        What was found: <span data-testid="verdict">{verdictWord(certificate.verdict)}</span>
      </h3>
      <p>{certificate.text}</p>
      <dl class="run-facts small">
        <Fact name="Gradient norm" text={number(certificate.gradientNorm, 4)} />
        {curvature && <Fact name="Curvature" text={`${number(curvature.least, 4)} to ${number(curvature.greatest, 4)}${curvature.exact ? "" : " (estimated)"}`} />}
        {curvature && <Fact name="Condition" text={number(curvature.condition, 4)} />}
        {certificate.distance !== undefined && <Fact name="Distance left" text={number(certificate.distance, 2)} />}
        {certificate.gap !== undefined && <Fact name="Value to gain" text={number(certificate.gap, 2)} />}
      </dl>
      {activeBounds.length > 0 && (
        <>
          <h4>At their bounds{Number(certificate.activeBoundCount) > activeBounds.length ? ` (${count(certificate.activeBoundCount)} in all)` : ""}</h4>
          <div class="scroll">
            <table>
              <thead>
                <tr>
                  <th>Coordinate</th>
                  <th>Side</th>
                  <th class="number">Bound</th>
                  <th class="number">Multiplier</th>
                </tr>
              </thead>
              <tbody>
                {activeBounds.map(({ coordinate, upper, bound, multiplier }) => (
                  <tr key={`${coordinate} ${upper}`}>
                    <td>{coordinate}</td>
                    <td>{upper ? "upper" : "lower"}</td>
                    <td class="number">{number(bound)}</td>
                    <td class="number">{number(multiplier, 4)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {certificate.fit && <FitTable run={run} fit={certificate.fit} />}
    </section>
  );
}

function Fact({ name, text }: { name: string; text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </div>
  );
}

function FitTable({ run, fit }: { run: Run; fit: Fit }) {
  const best = flatten(run.variables, run.best?.x);
  const rows = Math.min(fit.standardErrors.length, kMostRows);
  return (
    <>
      <h4>The fit</h4>
      <p>
        {count(fit.observations)} residuals, {count(fit.degreesOfFreedom)} degrees of freedom, deviation {number(fit.residualDeviation)}.
        {rows === 0 && ` The residuals do not tell the parameters apart (rank ${fit.rank}).`}
      </p>
      {rows > 0 && (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>Parameter</th>
                <th class="number">Estimate</th>
                <th class="number">Standard error</th>
              </tr>
            </thead>
            <tbody>
              {fit.standardErrors.slice(0, rows).map((error, k) => (
                <tr key={k}>
                  <td>{coordinateName(run.variables, k)}</td>
                  <td class="number">{number(best[k] ?? NaN, 8)}</td>
                  <td class="number">{number(error, 4)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
