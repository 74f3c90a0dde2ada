/** Milliseconds since the epoch of a decimal string of nanoseconds; the part below a millisecond is dropped. */
export function unixMs(unixNano: string): number {
  return Number(BigInt(unixNano) / 1_000_000n);
}

/** `b` minus `a` in nanoseconds. Exact as long as the two are within 104 days of each other. */
export function nanoBetween(a: string, b: string): number {
  return Number(BigInt(b) - BigInt(a));
}

/** Local wall-clock time for a list: `14:31:05` today, `Nov 22 14:31:05` this year, `2025-12-31 14:31:05` before. */
export function formatWhen(ms: number, nowMs: number): string {
  const then = new Date(ms);
  const now = new Date(nowMs);
  const clock = `${two(then.getHours())}:${two(then.getMinutes())}:${two(then.getSeconds())}`;
  if (then.toDateString() === now.toDateString()) return clock;
  if (then.getFullYear() === now.getFullYear()) return `${months[then.getMonth()]} ${then.getDate()} ${clock}`;
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())} ${clock}`;
}

/** Local date and time to the millisecond, for a header: `2026-11-23 14:31:05.123`. */
export function formatTimestamp(ms: number): string {
  const then = new Date(ms);
  const date = `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
  const clock = `${two(then.getHours())}:${two(then.getMinutes())}:${two(then.getSeconds())}`;
  return `${date} ${clock}.${String(then.getMilliseconds()).padStart(3, "0")}`;
}

/** How long ago, in one unit: `now`, `12 s ago`, `3 m ago`, `5 h ago`, `2 d ago`. */
export function formatAgo(ms: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - ms) / 1000));
  if (seconds < 2) return "now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** Label of a tick on a time axis, as precise as the span of the axis asks for. */
export function formatTick(ms: number, rangeMs: number): string {
  const then = new Date(ms);
  const clock = `${two(then.getHours())}:${two(then.getMinutes())}`;
  if (rangeMs <= 600_000) return `${clock}:${two(then.getSeconds())}`;
  if (rangeMs <= 36 * 3_600_000) return clock;
  const day = `${months[then.getMonth()]} ${then.getDate()}`;
  return rangeMs <= 7 * 86_400_000 ? `${day} ${clock}` : day;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
function two(value: number): string {
  return String(value).padStart(2, "0");
}
