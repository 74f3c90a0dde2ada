import type { HrTime, TimeInput } from "@opentelemetry/api";

/** Milliseconds between wall clock and ours from which on the wall clock counts as set anew. */
const toleranceMs = 2;

let offsetMs = performance.timeOrigin;

/** A reading of `performance.now()`, made just now, as milliseconds since the epoch: as fine as that clock, so that spans that start in the same millisecond stay in order, and as right as the wall clock, also after the machine slept. */
export function epochMsOf(monotonic: number): number {
  const wall = Date.now();
  const ahead = monotonic + offsetMs - wall;
  // the wall clock's reading has no fraction
  if (ahead < -toleranceMs || ahead > toleranceMs + 1) offsetMs = wall - monotonic;
  return monotonic + offsetMs;
}

/** Now, in milliseconds since the epoch. */
export function epochMs(): number {
  return epochMsOf(performance.now());
}

/** Seconds and nanoseconds of milliseconds. */
export function hrTimeOf(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1000);
  // what is left below a millisecond is no finer than a quarter of a microsecond; rounding it up could make it a whole second
  return [seconds, Math.floor((milliseconds - seconds * 1000) * 1e6)];
}

/** A time as an application may give it: a date, milliseconds since the epoch or of `performance.now()`, or seconds and nanoseconds, which stay exact. */
export function hrTimeOfInput(time: TimeInput): HrTime {
  if (Array.isArray(time)) return [time[0], time[1]];
  if (time instanceof Date) return hrTimeOf(time.getTime());
  // as OpenTelemetry tells the two apart: no process runs since 1970
  return hrTimeOf(time <= performance.now() ? time + offsetMs : time);
}

/** From one time to another, 0 where that is in the past. */
export function hrTimeBetween(start: HrTime, end: HrTime): HrTime {
  const seconds = end[0] - start[0];
  const nanos = end[1] - start[1];
  if (seconds < 0 || (seconds === 0 && nanos < 0)) return [0, 0];
  return nanos < 0 ? [seconds - 1, nanos + 1e9] : [seconds, nanos];
}
