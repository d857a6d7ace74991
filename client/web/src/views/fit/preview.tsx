// The rows that a fit would learn from, before it does.
import { useState } from "preact/hooks";
import type { Dataset } from "../../../gen/thalweg/v1/dataset_pb";
import { isCategory, titleOf } from "../data/data_text";
import { ColumnChoice } from "../model/column_choice";
import { DataPlot, dotKey, Dots } from "../model/plot";
import { rangeOf } from "../model/ranges";
import { columnOf, featuresOf, numbersOf, useRows } from "../model/table";
import type { FitDraft } from "./draft";

export function Preview({ dataset, draft }: { dataset: Dataset; draft: FitDraft }) {
  const [chosen, setChosen] = useState<(string | undefined)[]>([]);
  const target = columnOf(dataset, draft.target);
  const classes = target && isCategory(target) ? target.categories : undefined;
  const numbers = numbersOf(featuresOf(dataset, draft));
  const named = (i: number) => numbers.find(({ name }) => name === chosen[i]) ?? numbers.filter(({ name }) => name !== chosen[1 - i])[i === 0 ? 0 : chosen[0] ? 0 : 1];
  const x = named(0);
  const y = target && !classes ? target : numbers.length > 1 ? named(1) : undefined;
  const names = [x?.name, y?.name, classes ? target?.name : undefined].filter((name) => name !== undefined);
  const rows = useRows(dataset, names);
  if (!x || !y) return <p class="empty">Two columns of numbers make a picture.</p>;
  const [xs = [], ys = [], codes] = rows ?? [];
  return (
    <>
      <div class="row">
        <ColumnChoice label="Across" columns={numbers} name={x.name} onName={(name) => setChosen([name, chosen[1]])} />
        {(classes || !target) && <ColumnChoice label="Up" columns={numbers} name={y.name} onName={(name) => setChosen([chosen[0], name])} />}
      </div>
      <DataPlot
        title={titleOf(dataset)}
        label={`${y.name} against ${x.name}`}
        x={rangeOf(xs)}
        y={rangeOf(ys)}
        xName={x.name}
        yName={y.name}
        keys={classes ? classes.slice(0, 8).map((text, i) => dotKey(i, text)) : []}
      >
        {(across, up) =>
          classes && codes ? (
            classes.map((text, k) => <Dots key={text} xs={xs} ys={ys} x={across} y={up} series={k} of={codes} group={k} />)
          ) : (
            <Dots xs={xs} ys={ys} x={across} y={up} series={0} />
          )
        }
      </DataPlot>
    </>
  );
}
