// Changing a run while it goes: its learning rate, and its pace.
import { useSignal } from "@preact/signals";
import { create } from "@bufbuild/protobuf";
import { PartSchema } from "../../../gen/thalweg/v1/values_pb";
import { number } from "../../app/format";
import { notice } from "../../app/notices";
import type { RunModel } from "../../trace/run_model";
import { readNumber } from "../../parts/number_text";
import { readPart } from "../../parts/part_text";
import { catalogue } from "../../wire/catalogue";
import { toSetting } from "../../wire/parts";
import { type Problem, problemOf } from "../../wire/problem";
import { optimization } from "../../wire/rpc";
import { inForce } from "./apply";
import { settingText } from "./setting_text";

const kRate = "learning_rate";
const kPaces = [0, 1, 2, 5, 10, 30, 100, 1000];

/** Settings to change, from a number or a schedule; undefined where `text` is what is in force, or the default. */
function rateChange(text: string, inForceText: string) {
  if (text.trim() === "" || text.trim() === inForceText) return undefined;
  return create(PartSchema, { settings: { [kRate]: toSetting(readNumber(text) ?? readPart(text)) } });
}

export function SteerForm({ model }: { model: RunModel }) {
  const run = model.run.value;
  const complaint = useSignal<string | undefined>(undefined);
  const edited = useSignal<string | undefined>(undefined);
  if (!run) return null;
  const { optimizer } = inForce(run);
  const setting = optimizer.settings[kRate];
  const entry = catalogue.value?.optimizers.find(({ name }) => name === optimizer.kind);
  const option = entry?.options.find(({ name }) => name === kRate);
  const now = setting ? settingText(setting) : (option?.defaultText ?? "");

  const change = async (request: { optimizer?: ReturnType<typeof rateChange>; pace?: number }) => {
    complaint.value = undefined;
    try {
      const { optimizer: part, pace } = request;
      const answer = await optimization.changeRun({
        name: run.name,
        ...(part ? { optimizer: part } : {}),
        ...(pace === undefined ? {} : { pace }),
      });
      if (answer.run) model.run.value = answer.run;
      if (part) notice(`Changed after iteration ${answer.iteration}.`);
      edited.value = undefined;
    } catch (error) {
      complaint.value = complaintOf(problemOf(error));
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    try {
      const part = rateChange(edited.value ?? now, now);
      if (part) void change({ optimizer: part });
    } catch (error) {
      complaint.value = (error as Error).message;
    }
  };
  const paces = kPaces.includes(run.pace) ? kPaces : [...kPaces, run.pace].sort((a, b) => a - b);
  return (
    <form class="row steer" onSubmit={submit} aria-label="Change the run while it goes">
      {option && (
        <label>
          Learning rate{" "}
          <input
            value={edited.value ?? now}
            size={12}
            autocomplete="off"
            aria-invalid={complaint.value ? "true" : undefined}
            aria-describedby="steer-complaint"
            onInput={(event) => (edited.value = event.currentTarget.value)}
          />
        </label>
      )}
      {option && <button type="submit">Set rate</button>}
      <label>
        Pace{" "}
        <select aria-label="Pace" value={String(run.pace)} onChange={(event) => void change({ pace: Number(event.currentTarget.value) })}>
          {paces.map((pace) => (
            <option key={pace} value={String(pace)}>
              {pace === 0 ? "as fast as can be" : `${number(pace)} a second`}
            </option>
          ))}
        </select>
      </label>
      <span id="steer-complaint" class="complaint" role="alert">
        {complaint.value}
      </span>
    </form>
  );
}

const complaintOf = (problem: Problem): string => problem.complaints.map(({ text }) => text).join("; ") || problem.text;
