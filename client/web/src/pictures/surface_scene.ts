// The surface in three dimensions. Loaded when first wanted: three.js is larger than the rest of the page.
import {
  AmbientLight,
  BufferAttribute,
  BufferGeometry,
  Color,
  DataTexture,
  DirectionalLight,
  DoubleSide,
  LineBasicMaterial,
  LineSegments,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  NearestFilter,
  type Object3D,
  PerspectiveCamera,
  Scene,
  SphereGeometry,
  SRGBColorSpace,
  Vector3,
  WebGLRenderer,
} from "three";
import { Line2 } from "three/examples/jsm/lines/Line2.js";
import { LineGeometry } from "three/examples/jsm/lines/LineGeometry.js";
import { LineMaterial } from "three/examples/jsm/lines/LineMaterial.js";
import { heightColour } from "./colour_map";
import { rings } from "./contour_paths";
import { bandOf, type Draped } from "./heights";
import { type Landscape, numberAt, valueAt } from "./landscape";
import type { Levels } from "./levels";

/** Where the eye is: around the middle of the surface, angles in radians. */
export interface Eye {
  azimuth: number;
  /** From straight above. */
  polar: number;
  distance: number;
}

export interface SurfacePath {
  draped: Draped;
  colour: string;
  casing: string;
  start: string;
  end: string;
}

export interface SurfaceGiven {
  landscape: Landscape;
  levels: Levels;
  /** Of a value, in [0, 1]. */
  height(value: number): number;
  dark: boolean;
  /** Colour of the frame around. */
  frame: string;
}

const kHeight = 0.75; // of the highest value, in units of half the longer side
const kLift = 0.006; // lines above the surface
const kBall = 0.026;
const kUsualWidth = 700; // pixels; balls are larger on narrower pictures
const kTangent = 0.29; // of half the angle that is seen from top to bottom
const kAspect = 1.52;

/** Whether (x, y), in steps of the grid, is inside and between samples that are numbers. */
function isContour({ values, u, v = u }: Landscape, x: number, y: number): boolean {
  if (x < 0 || y < 0 || x > u.count - 1 || y > v.count - 1) return false;
  return [Math.floor(y), Math.ceil(y)].every((i) =>
    [Math.floor(x), Math.ceil(x)].every((j) => !Number.isNaN(values[i * u.count + j])),
  );
}

interface DrawnPath {
  lines: Line2[];
  end: Mesh;
  positions: number[];
}

/** Draws on demand: nothing runs while nothing changes. */
export class SurfaceScene {
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(32, 1, 0.05, 50);
  private surface: Object3D[] = [];
  private pathParts: Object3D[] = [];
  private drawnPaths: DrawnPath[] = [];
  private given?: SurfaceGiven;
  private width = 1;
  private pixels = 1;

  /** Throws where the browser has no WebGL. */
  constructor(canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, preserveDrawingBuffer: true });
    const sun = new DirectionalLight(0xffffff, 2.1);
    sun.position.set(-1.2, 2.2, 0.8);
    this.scene.add(sun, new AmbientLight(0xffffff, 1.75));
  }

  resize(width: number, height: number): void {
    this.width = width;
    this.pixels = height;
    this.renderer.setPixelRatio(Math.min(2, devicePixelRatio));
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    // A narrow picture shows as much from left to right as a wide one.
    this.camera.fov = (360 / Math.PI) * Math.atan(kTangent * Math.max(1, kAspect / this.camera.aspect));
    this.camera.updateProjectionMatrix();
  }

  /** Half the lengths of the sides; the longer is 1. */
  private sides(): [x: number, z: number] {
    const { u, v = u } = (this.given as SurfaceGiven).landscape;
    const ratio = (u.to - u.from) / (v.to - v.from);
    const shown = ratio > 3 || ratio < 1 / 3 ? 1 : ratio; // units far apart: a square
    return shown >= 1 ? [1, 1 / shown] : [shown, 1];
  }

  /** A place of the plane in the scene: u to the right, v away, the height up. */
  place(atU: number, atV: number, height: number): Vector3 {
    const { u, v = u } = (this.given as SurfaceGiven).landscape;
    const [x, z] = this.sides();
    return new Vector3(
      x * (((atU - u.from) / (u.to - u.from)) * 2 - 1),
      height * kHeight,
      -z * (((atV - v.from) / (v.to - v.from)) * 2 - 1),
    );
  }

  private onSurface(atU: number, atV: number): Vector3 {
    const { landscape, height } = this.given as SurfaceGiven;
    const place = this.place(atU, atV, height(valueAt(landscape, atU, atV)));
    place.y += kLift;
    return place;
  }

  setSurface(given: SurfaceGiven): void {
    this.given = given;
    this.clear(this.surface);
    this.surface = [this.mesh(given), this.contourLines(given), this.frame(given)];
    this.scene.add(...this.surface);
  }

  private mesh({ landscape, levels, height, dark }: SurfaceGiven): Mesh {
    const { values, u, v = u } = landscape;
    const bands = levels.levels.length + 1;
    const positions = new Float32Array(values.length * 3);
    const textureAt = new Float32Array(values.length * 2);
    for (let k = 0; k < values.length; ++k) {
      const value = values[k] as number;
      const known = Number.isNaN(value) ? levels.from : value;
      const place = this.place(numberAt(u, k % u.count), numberAt(v, Math.floor(k / u.count)), height(known));
      place.toArray(positions, 3 * k);
      textureAt.set([bandOf(levels, known) / bands, 0.5], 2 * k);
    }
    const faces: number[] = [];
    const solid = (...corners: number[]) => corners.every((k) => !Number.isNaN(values[k]));
    for (let i = 0; i + 1 < v.count; ++i) {
      for (let j = 0; j + 1 < u.count; ++j) {
        const k = i * u.count + j;
        const [right, up, across] = [k + 1, k + u.count, k + u.count + 1];
        if (solid(k, right, across)) faces.push(k, right, across);
        if (solid(k, across, up)) faces.push(k, across, up);
      }
    }
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(positions, 3));
    geometry.setAttribute("uv", new BufferAttribute(textureAt, 2));
    geometry.setIndex(faces);
    geometry.computeVertexNormals();
    const colours = new Uint8Array(4 * bands);
    for (let i = 0; i < bands; ++i) colours.set([...heightColour(bands === 1 ? 0.35 : i / (bands - 1), dark), 255], 4 * i);
    const map = new DataTexture(colours, bands, 1);
    map.colorSpace = SRGBColorSpace;
    map.magFilter = NearestFilter;
    map.minFilter = NearestFilter;
    map.needsUpdate = true;
    const material = new MeshLambertMaterial({
      map,
      side: DoubleSide,
      polygonOffset: true,
      polygonOffsetFactor: 1,
      polygonOffsetUnits: 1,
    });
    return new Mesh(geometry, material);
  }

  private contourLines({ landscape, levels, height }: SurfaceGiven): LineSegments {
    const { u, v = u } = landscape;
    const points: number[] = [];
    for (const level of levels.levels) {
      const up = height(level);
      for (const ring of rings(landscape, level)) {
        for (let i = 0; i + 1 < ring.length; ++i) {
          const ends = [ring[i], ring[i + 1]] as [number, number][];
          // Edges of the grid, and of where the function is defined, close rings; they are no contours.
          if (!ends.every(([x, y]) => isContour(landscape, x - 0.5, y - 0.5))) continue;
          for (const [x, y] of ends) {
            const place = this.place(numberAt(u, x - 0.5), numberAt(v, y - 0.5), up);
            points.push(place.x, place.y + 0.002, place.z);
          }
        }
      }
    }
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(new Float32Array(points), 3));
    return new LineSegments(geometry, new LineBasicMaterial({ color: 0x000000, transparent: true, opacity: 0.28 }));
  }

  /** The edges of the floor and the uprights at its corners. */
  private frame({ landscape: { u, v = u }, frame }: SurfaceGiven): LineSegments {
    const corners: [number, number][] = [[u.from, v.from], [u.to, v.from], [u.to, v.to], [u.from, v.to]];
    const points = corners.flatMap(([atU, atV], i) => {
      const [nextU, nextV] = corners[(i + 1) % 4] as [number, number];
      const here = this.place(atU, atV, 0);
      return [here, this.place(nextU, nextV, 0), here, this.place(atU, atV, 1)];
    });
    const geometry = new BufferGeometry().setFromPoints(points);
    return new LineSegments(geometry, new LineBasicMaterial({ color: new Color(frame), transparent: true, opacity: 0.4 }));
  }

  setPaths(paths: SurfacePath[]): void {
    this.clear(this.pathParts);
    this.pathParts = [];
    this.drawnPaths = paths.map((path) => this.drawPath(path));
    for (const part of this.pathParts) this.scene.add(part);
  }

  private drawPath({ draped, colour, casing, start, end }: SurfacePath): DrawnPath {
    const positions: number[] = [];
    for (let i = 0; i < draped.points.length; i += 2) {
      const place = this.onSurface(draped.points[i] as number, draped.points[i + 1] as number);
      positions.push(place.x, Number.isNaN(place.y) ? 0 : place.y, place.z);
    }
    const lines: Line2[] = [];
    if (positions.length >= 6) {
      // The casing; the line; and the line again where a hill hides it, faintly.
      const looks = [
        { color: casing, linewidth: 5.5, opacity: 0.75, depthTest: true },
        { color: colour, linewidth: 2.6, opacity: 1, depthTest: true },
        { color: colour, linewidth: 1.6, opacity: 0.3, depthTest: false },
      ];
      looks.forEach(({ color, linewidth, opacity, depthTest }, order) => {
        const geometry = new LineGeometry();
        geometry.setPositions(positions);
        const material = new LineMaterial({ color: new Color(color).getHex(), linewidth, transparent: true, opacity, depthTest, depthWrite: false });
        const line = new Line2(geometry, material);
        line.renderOrder = 1 + order;
        lines.push(line);
      });
    }
    const ball = (look: string): Mesh => {
      const shape = new SphereGeometry(kBall * Math.min(2, Math.max(1, kUsualWidth / this.width)), 24, 16);
      const mesh = new Mesh(shape, new MeshBasicMaterial({ color: new Color(look) }));
      mesh.renderOrder = 6;
      // Where a hill hides it, faintly.
      const ghost = new Mesh(shape, new MeshBasicMaterial({ color: new Color(look), transparent: true, opacity: 0.4, depthTest: false }));
      ghost.renderOrder = 5;
      return mesh.add(ghost);
    };
    const first = ball(start);
    const last = ball(end);
    if (positions.length >= 3) first.position.fromArray(positions);
    first.visible = last.visible = positions.length >= 3;
    this.pathParts.push(...lines, first, last);
    return { lines, end: last, positions };
  }

  /** Draws path `i` up to its first `points` points. */
  showUpTo(i: number, points: number): void {
    const path = this.drawnPaths[i];
    if (!path) return;
    for (const line of path.lines) {
      line.geometry.instanceCount = Math.max(0, points - 1);
    }
    if (points > 0 && path.positions.length >= 3 * points) path.end.position.fromArray(path.positions, 3 * (points - 1));
  }

  render({ azimuth, polar, distance }: Eye): void {
    const middle = new Vector3(0, kHeight * 0.36, 0);
    const away = new Vector3().setFromSphericalCoords(distance, polar, azimuth);
    this.camera.position.copy(middle).add(away);
    this.camera.lookAt(middle);
    this.renderer.render(this.scene, this.camera);
  }

  /** Pixels of a place, after render. */
  onScreen(atU: number, atV: number, height: number): { x: number; y: number } {
    const place = this.place(atU, atV, height).project(this.camera);
    return { x: ((place.x + 1) / 2) * this.width, y: ((1 - place.y) / 2) * this.pixels };
  }

  image(): string {
    return this.renderer.domElement.toDataURL("image/png");
  }

  private clear(parts: Object3D[]): void {
    for (const part of parts) {
      this.scene.remove(part);
      part.traverse((each) => {
        const { geometry, material } = each as Mesh<BufferGeometry, MeshLambertMaterial>;
        material.map?.dispose();
        material.dispose();
        geometry.dispose();
      });
    }
  }

  dispose(): void {
    this.clear(this.surface);
    this.clear(this.pathParts);
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }
}
