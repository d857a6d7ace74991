// Choosing one column of several for an axis.
import type { Column } from "../../../gen/thalweg/v1/dataset_pb";

export function ColumnChoice({ label, columns, name, onName }: { label: string; columns: Column[]; name: string; onName: (name: string) => void }) {
  return (
    <label class="row column-choice">
      {label}
      <select value={name} onChange={({ currentTarget }) => onName(currentTarget.value)}>
        {columns.map((column) => (
          <option key={column.name} value={column.name}>
            {column.name}
          </option>
        ))}
      </select>
    </label>
  );
}
