// The small picture on a lesson's card: the function and the ways its variants take.
import "./gallery.css";

/** In units of a picture of 160 x 100. */
export interface Sketch {
  /** Points of the curve, "x,y x,y ..."; empty in two dimensions. */
  curve: string;
  /** SVG paths of contours, from the lowest. */
  contours: string[];
  /** Points of the paths, one for each variant. */
  paths: string[];
}

export function SketchPicture({ sketch }: { sketch: Sketch }) {
  const start = (path: string) => path.split(" ", 1)[0]?.split(",") ?? [];
  return (
    <svg class="sketch" viewBox="0 0 160 100" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      {sketch.contours.map((path, i) => (
        <path key={i} class="contour" d={path} style={{ opacity: 1 - i / (1.6 * sketch.contours.length) }} />
      ))}
      {sketch.curve && <polyline class="curve" points={sketch.curve} />}
      {sketch.paths.map((points, i) => {
        const [x, y] = start(points);
        return (
          <g key={i} style={{ color: `var(--series-${i % 8})` }}>
            <polyline class="way" points={points} />
            <circle cx={x} cy={y} r="3" />
          </g>
        );
      })}
    </svg>
  );
}
