import type { Zoom } from "../url/trace-search.ts";
import { rowFlag, type TraceModel } from "./model.ts";

/** A bar in fractions of the visible width. May lie outside 0…1 if the span lies outside the view. */
export interface Bar {
  readonly left: number;
  readonly width: number;
}

export function barOf(model: TraceModel, row: number, view: Zoom): Bar {
  const span = view.to - view.from;
  return { left: (model.start[row]! - view.from) / span, width: model.duration[row]! / span };
}

/**
 * The time of a span in which none of its children ran: what it did itself, or waited for. Pairs of from and to, in order.
 * Gaps shorter than `resolution` nanoseconds are left out.
 */
export function selfTime(model: TraceModel, row: number, resolution = 0): Float64Array {
  const end = model.start[row]! + model.duration[row]!;
  const gaps: number[] = [];
  let covered = model.start[row]!;
  const last = row + model.size[row]!;
  // Children follow in order of start, so one pass merges them.
  for (let child = row + 1; child < last; child += model.size[child]!) {
    const start = model.start[child]!;
    if (start - covered > resolution) gaps.push(covered, Math.min(start, end));
    covered = Math.max(covered, start + model.duration[child]!);
    if (covered >= end) break;
  }
  if (end - covered > resolution || (gaps.length === 0 && model.size[row] === 1))
    gaps.push(covered, Math.max(end, covered));
  return Float64Array.from(gaps);
}

/** Nanoseconds of {@link selfTime} in all. */
export function selfDuration(model: TraceModel, row: number): number {
  const gaps = selfTime(model, row);
  let sum = 0;
  for (let i = 0; i < gaps.length; i += 2) sum += gaps[i + 1]! - gaps[i]!;
  return sum;
}

/** Where ticks go on a time axis: a round step (1, 2 or 5 times a power of ten) giving at most `most` of them. */
export function ticks(view: Zoom, most: number): number[] {
  const raw = (view.to - view.from) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(Math.max(raw, 1)));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
  const at: number[] = [];
  for (let t = Math.ceil(view.from / step) * step; t <= view.to; t += step) at.push(t);
  return at;
}

/** Zooms by `factor` (below 1: in) around a point, kept inside the trace and not below a microsecond. */
export function zoomBy(view: Zoom, bounds: Zoom, factor: number, around = (view.from + view.to) / 2): Zoom {
  const whole = bounds.to - bounds.from;
  const length = Math.min(whole, Math.max(Math.min(1_000, whole), (view.to - view.from) * factor));
  const share = (around - view.from) / (view.to - view.from);
  return clampView({ from: around - share * length, to: around + (1 - share) * length }, bounds);
}

/** Moves the view by a fraction of its width, not past the trace's ends. */
export function panBy(view: Zoom, bounds: Zoom, fraction: number): Zoom {
  const shift = (view.to - view.from) * fraction;
  return clampView({ from: view.from + shift, to: view.to + shift }, bounds);
}

export function clampView(view: Zoom, bounds: Zoom): Zoom {
  const length = Math.min(view.to - view.from, bounds.to - bounds.from);
  const from = Math.min(Math.max(view.from, bounds.from), bounds.to - length);
  return { from, to: from + length };
}

/** Rectangles of the overview: one span each, in fractions of width and in rows from the top. */
export interface OverviewMarks {
  /** left, right, row of each. */
  readonly rects: Float64Array;
  readonly types: Uint8Array;
  readonly errors: Uint8Array;
}

/** Picks what the overview draws: every span up to `most`, beyond that an even choice that keeps failed spans. */
export function overviewMarks(model: TraceModel, most: number): OverviewMarks {
  const stride = Math.max(1, Math.ceil(model.rowCount / most));
  const chosen: number[] = [];
  let errors = 0;
  for (let row = 0; row < model.rowCount; row++) {
    if ((model.flags[row]! & rowFlag.missing) !== 0) continue;
    const failed = model.status[row] === 2;
    if (row % stride !== 0 && !(failed && errors < most)) continue;
    chosen.push(row);
    if (failed) errors++;
  }
  const whole = model.to - model.from;
  const rects = new Float64Array(chosen.length * 3);
  const types = new Uint8Array(chosen.length);
  const failed = new Uint8Array(chosen.length);
  chosen.forEach((row, i) => {
    rects[3 * i] = (model.start[row]! - model.from) / whole;
    rects[3 * i + 1] = (model.start[row]! + model.duration[row]! - model.from) / whole;
    rects[3 * i + 2] = row;
    types[i] = model.type[row]!;
    failed[i] = model.status[row] === 2 ? 1 : 0;
  });
  return { rects, types, errors: failed };
}

/** Space left of a name, in pixels: levels get narrower the deeper they are, and stop at `most`. */
export function indentOf(depth: number, step: number, most: number): number {
  const plain = depth * step;
  const half = most / 2;
  if (plain <= half) return plain;
  // Beyond half the room the rest is approached, never reached.
  const over = plain - half;
  return half + (half * over) / (over + half);
}
