/** Either the last while, moving with the clock, or a fixed stretch. */
export type TimeRange = { readonly last: string } | { readonly fromMs: number; readonly toMs: number };

/** What the list shows if the address does not say. */
export const defaultRange = "24h";

export const rangePresets = [
  { last: "15m", label: "15 minutes" },
  { last: "1h", label: "hour" },
  { last: "6h", label: "6 hours" },
  { last: "24h", label: "24 hours" },
  { last: "7d", label: "7 days" },
  { last: "30d", label: "30 days" },
] as const;

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Length in milliseconds of `15m`, `24h`, `7d`; undefined if it is none of these. */
export function lastMs(last: string): number | undefined {
  const match = /^(\d{1,4})([mhd])$/.exec(last);
  const length = match === null ? 0 : Number(match[1]) * (units[match[2] ?? ""] ?? 0);
  return length > 0 ? length : undefined;
}

/** The stretch a range means at this moment. */
export function resolveRange(range: TimeRange, nowMs: number): { fromMs: number; toMs: number } {
  if ("fromMs" in range) return range;
  return { fromMs: nowMs - (lastMs(range.last) ?? 0), toMs: nowMs };
}

/** The preset that is next longer than this range, for "nothing found here" advice; undefined if there is none. */
export function widerPreset(range: TimeRange): (typeof rangePresets)[number] | undefined {
  const length = "fromMs" in range ? range.toMs - range.fromMs : (lastMs(range.last) ?? 0);
  return rangePresets.find((preset) => (lastMs(preset.last) ?? 0) > length);
}
