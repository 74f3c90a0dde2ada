/** A duration at three significant digits with the unit that fits: `350 µs`, `12.4 ms`, `1.24 s`, `2 m 03 s`. */
export function formatDuration(nano: number): string {
  if (!Number.isFinite(nano)) return "–";
  if (nano < 0) return `−${formatDuration(-nano)}`;
  if (nano < 1_000) return `${Math.round(nano)} ns`;
  if (nano < 999_500) return `${digits(nano / 1e3)} µs`;
  if (nano < 999_500_000) return `${digits(nano / 1e6)} ms`;
  if (nano < 59_950_000_000) return `${digits(nano / 1e9)} s`;
  const seconds = Math.round(nano / 1e9);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

/** Duration of a span as a reader should see it: one still running has none yet. */
export function formatSpanDuration(nano: number): string {
  return nano < 0 ? "running" : formatDuration(nano);
}

function digits(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
function two(value: number): string {
  return String(value).padStart(2, "0");
}
