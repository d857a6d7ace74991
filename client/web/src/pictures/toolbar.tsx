// The buttons of a picture: which kind, which plane, nearer, farther, back.
import { type Shaped, coordinateName, size } from "../trace/layout";
import { middle, zoom } from "./box";
import { coordinatesOf } from "./plane_request";
import type { PictureKind, PlaneText, Subject } from "./props";
import type { ViewAndMore } from "./use_view";

const kZoom = 1.5;
const kNamed = 200; // coordinates that a menu lists

export interface ToolbarProps {
  subject: Subject;
  variables: Shaped[];
  kind: Exclude<PictureKind, "auto">;
  onKind?: ((kind: PictureKind) => void) | undefined;
  plane: PlaneText;
  onPlane?: ((plane: PlaneText) => void) | undefined;
  /** undefined: there is no window to zoom. */
  shown?: ViewAndMore | undefined;
}

function Kinds({ variables, kind, onKind }: ToolbarProps) {
  if (!onKind || size(variables) < 2) return null;
  return (
    <div class="segments" role="group" aria-label="Kind of picture">
      {(["contours", "surface"] as const).map((each) => (
        <button key={each} type="button" aria-pressed={kind === each} onClick={() => onKind(each)}>
          {each === "contours" ? "Contours" : "Surface"}
        </button>
      ))}
    </div>
  );
}

function Planes({ subject, variables, plane, onPlane }: ToolbarProps) {
  const n = size(variables);
  if (!onPlane || n <= 2) return null;
  const axes = coordinatesOf(plane);
  const [u = 0, v = 1] = axes ?? [];
  const listed = Math.min(n, kNamed);
  const choose = (label: string, chosen: number, other: number, act: (k: number) => void) => (
    <select aria-label={label} value={chosen} onChange={(event) => act(Number(event.currentTarget.value))}>
      {Array.from({ length: listed }, (_, k) => (
        <option key={k} value={k} disabled={k === other}>
          {coordinateName(variables, k)}
        </option>
      ))}
    </select>
  );
  return (
    <>
      <select
        aria-label="Plane"
        value={axes ? "axes" : plane}
        onChange={({ currentTarget }) => onPlane(currentTarget.value === "axes" ? `${u},${v}` : currentTarget.value)}
      >
        {subject.case === "run" && <option value="path">Plane of the path</option>}
        <option value="gradient">Plane of the gradient</option>
        <option value="axes">Two coordinates</option>
      </select>
      {axes && choose("Coordinate across", u, v, (k) => onPlane(`${k},${v}`))}
      {axes && choose("Coordinate up", v, u, (k) => onPlane(`${u},${k}`))}
    </>
  );
}

export function Toolbar(props: ToolbarProps) {
  const { shown } = props;
  const zoomed = (factor: number) => {
    const box = shown?.view?.box;
    if (shown && box) shown.show(zoom(box, factor, ...middle(box)));
  };
  return (
    <div class="picture-tools">
      <Kinds {...props} />
      <Planes {...props} />
      {shown && (
        <div class="segments" role="group" aria-label="Window">
          <button type="button" aria-label="Nearer" title="Nearer (+)" onClick={() => zoomed(1 / kZoom)}>
            +
          </button>
          <button type="button" aria-label="Farther" title="Farther (−)" onClick={() => zoomed(kZoom)}>
            −
          </button>
          {shown.fitPath && (
            <button type="button" title="The paths alone, units as long as they come" onClick={shown.fitPath}>
              Path
            </button>
          )}
          <button type="button" title="Back to the whole picture (0)" disabled={!shown.chosen} onClick={shown.fit}>
            All
          </button>
        </div>
      )}
    </div>
  );
}
