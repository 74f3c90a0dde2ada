const plain = new Intl.NumberFormat("en-US");

/** Digits in groups of three: `12,345`. Unknown is a dash, never 0. */
export function formatCount(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value) ? "–" : plain.format(value);
}

/** At most four characters and a unit: `950`, `1.2k`, `34k`, `1.2M`. For narrow columns; give the exact number in a title. */
export function formatShortCount(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value < 1_000) return String(value);
  if (value < 999_500) return `${short(value / 1e3)}k`;
  if (value < 999_500_000) return `${short(value / 1e6)}M`;
  return `${short(value / 1e9)}B`;
}

/** Tokens in and out: `1.2k → 340`; what is unknown is left out. */
export function formatTokens(input: number | null, output: number | null): string {
  if (!known(output)) return formatShortCount(input);
  return known(input) ? `${formatShortCount(input)} → ${formatShortCount(output)}` : `→ ${formatShortCount(output)}`;
}

/** Bytes in binary units: `0 B`, `1.5 KiB`, `12 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : short(value)} ${units[unit]}`;
}

/** `1 span`, `2 spans`. */
export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${plain.format(count)} ${count === 1 ? one : many}`;
}

function known(value: number | null): boolean {
  return value !== null && !Number.isNaN(value);
}

function short(value: number): string {
  return value >= 9.95 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, "");
}
