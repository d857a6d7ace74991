// A run's values in a table cell.
import { number } from "../../app/format";
import { sparklinePath } from "./sparkline_path";
import type { Curve } from "./sparks";

const kWidth = 120;
const kHeight = 30;
const kEdge = 3;

export function Sparkline({ curve, maximize }: { curve: Curve | undefined; maximize: boolean }) {
  const path = curve ? sparklinePath(curve, kWidth, kHeight, maximize) : "";
  if (!curve || !path) return <span class="spark-room" />;
  const { iterations, values } = curve;
  const last = values.length - 1;
  const label = `Values from ${number(values[0] as number, 3)} to ${number(values[last] as number, 3)}, iterations ${
    iterations[0]
  } to ${iterations[last]}`;
  const [endX = "0", endY = "0"] = path.slice(path.search(/[ML][^ML]*$/) + 1).split(" ");
  return (
    <svg
      class="spark-room"
      role="img"
      aria-label={label}
      viewBox={`${-kEdge} ${-kEdge} ${kWidth + 2 * kEdge} ${kHeight + 2 * kEdge}`}
    >
      <title>{label}</title>
      <path d={path} />
      <circle cx={endX} cy={endY} r="2.5" />
    </svg>
  );
}
