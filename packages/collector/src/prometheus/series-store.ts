import type { Family, PointValue, PrometheusPoint } from "./point.ts";

/** The points of one metric that are to be shown. */
export interface ShownFamily {
  readonly family: Family;
  readonly points: readonly PrometheusPoint[];
}

interface Kept {
  readonly point: PrometheusPoint;
  readonly seenMs: number;
}

/** The last point of every series, for as long as it has not expired. */
export class SeriesStore {
  readonly #expirationMs: number;
  readonly #warn: (message: string) => void;
  readonly #families = new Map<string, { readonly family: Family; readonly series: Map<string, Kept> }>();

  constructor(expirationMs: number, warn: (message: string) => void) {
    this.#expirationMs = expirationMs;
    this.#warn = warn;
  }

  /** Takes the place of an older point, or is added to it if it tells of a change only. Whether it could be used. */
  put(point: PrometheusPoint, nowMs: number): boolean {
    const { family } = point;
    let known = this.#families.get(family.name);
    if (known === undefined) this.#families.set(family.name, (known = { family, series: new Map() }));
    if (known.family.type !== family.type) {
      this.#warn(
        `a ${family.type} named ${family.name} is left out: there is a ${known.family.type} of this name already`,
      );
      return false;
    }
    const key = point.labels.flat().join("\0");
    const before = known.series.get(key)?.point;
    if (point.isStale) {
      known.series.delete(key);
      return true;
    }
    if (before !== undefined && before.timeMs > point.timeMs) return true;
    const value = point.isDelta && before !== undefined ? sumOf(before.value, point.value) : point.value;
    const startMs = point.isDelta && before !== undefined ? before.startMs : point.startMs;
    known.series.set(key, { point: { ...point, value, startMs }, seenMs: nowMs });
    return true;
  }

  /** By name. What has expired is forgotten. */
  shown(nowMs: number): ShownFamily[] {
    const list: ShownFamily[] = [];
    for (const [name, { family, series }] of this.#families) {
      for (const [key, { seenMs }] of series) if (nowMs - seenMs > this.#expirationMs) series.delete(key);
      if (series.size === 0) this.#families.delete(name);
      else list.push({ family, points: Array.from(series.values(), ({ point }) => point) });
    }
    return list.toSorted((a, b) => (a.family.name < b.family.name ? -1 : 1));
  }
}

/** Histograms whose bounds have changed begin anew. */
function sumOf(before: PointValue, change: PointValue): PointValue {
  if (before.kind === "number" && change.kind === "number")
    return { kind: "number", value: before.value + change.value };
  if (before.kind !== "histogram" || change.kind !== "histogram") return change;
  if (before.bounds.join() !== change.bounds.join()) return change;
  return {
    ...change,
    cumulative: change.cumulative.map((count, index) => count + before.cumulative[index]!),
    sum: change.sum === undefined || before.sum === undefined ? undefined : before.sum + change.sum,
    count: before.count + change.count,
  };
}
