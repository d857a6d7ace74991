// A picture of a descent: a curve, contours or a surface, with the paths of runs.
import { useRef } from "preact/hooks";
import { size } from "../trace/layout";
import { FlatPicture } from "./flat_picture";
import { planeFor } from "./plane_request";
import type { PictureKind, PictureProps } from "./props";
import { SurfacePicture } from "./surface_picture";
import { Toolbar } from "./toolbar";
import { useView } from "./use_view";
import { useWidth } from "./use_size";
import "./picture.css";

const kLeastHeight = 380;
const kMostHeight = 640;

function kindOf(kind: PictureKind, n: number): Exclude<PictureKind, "auto"> {
  if (n === 1) return "curve";
  return kind === "auto" || kind === "curve" ? "contours" : kind;
}

/** The picture that suits `kind`, as wide as its place on the page. */
export function Picture(props: PictureProps) {
  const { subject, variables, paths, onKind, onPlane } = props;
  const element = useRef<HTMLDivElement>(null);
  const width = useWidth(element);
  const height = Math.round(Math.min(kMostHeight, Math.max(kLeastHeight, 0.72 * width)));
  const n = size(variables);
  const kind = kindOf(props.kind, n);
  const plane = planeFor(n, subject, props.plane);
  const shown = useView({
    subject,
    variables,
    plane,
    line: kind === "curve",
    paths,
    origin: props.start,
    width: Math.max(0, width - 140),
    height: Math.max(0, height - 110),
  });
  const Kind = kind === "surface" ? SurfacePicture : FlatPicture;
  return (
    <div class="picture" ref={element} data-kind={kind}>
      <Toolbar
        subject={subject}
        variables={variables}
        kind={kind}
        onKind={onKind}
        plane={plane}
        onPlane={onPlane}
        shown={shown}
      />
      {width > 0 && n > 0 && (
        <Kind {...props} kind={kind} plane={plane} shown={shown} width={width} height={height} />
      )}
    </div>
  );
}
