// Profiles as step curves on a logarithmic axis. No DOM.

export interface Box {
  width: number;
  height: number;
}

/** Powers of ten in [from, to], with 2 and 5 times those where there are few. */
export function logTicks(from: number, to: number): number[] {
  const first = Math.floor(Math.log10(from));
  const last = Math.ceil(Math.log10(to));
  const multiples = last - first <= 2 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil((last - first) / 6));
  const ticks: number[] = [];
  for (let power = first; power <= last; power += every) {
    for (const multiple of multiples) ticks.push(Number(`${multiple}e${power}`));
  }
  return ticks.filter((tick) => tick >= from * (1 - 1e-9) && tick <= to * (1 + 1e-9));
}

/** Where `x` stands on the axis. */
export const logPosition = (x: number, from: number, to: number, length: number): number =>
  to > from ? (Math.log(x / from) / Math.log(to / from)) * length : 0;

/** A share that holds from its abscissa to the next one: up, then on; y downwards, 1 at the top. */
export function stepPath(xs: number[], shares: number[], from: number, to: number, { width, height }: Box): string {
  const round = (value: number) => Math.round(value * 10) / 10;
  let path = "";
  xs.forEach((x, i) => {
    const share = shares[i];
    if (share === undefined || !(x > 0)) return;
    const left = round(logPosition(x, from, to, width));
    const top = round((1 - share) * height);
    path += path === "" ? `M${left} ${top}` : `H${left}V${top}`;
  });
  return path;
}
