const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const whole = /^[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/u;
const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gu;

/** Milliseconds of a duration as Go writes it (`1h30m`, `250ms`, `0`), or `undefined` if it is none. A number needs a unit. */
export function parseDuration(text: string): number | undefined {
  if (text === "0" || text === "+0" || text === "-0") return 0;
  if (!whole.test(text)) return undefined;
  let milliseconds = 0;
  for (const [, amount = "", unit = ""] of text.matchAll(part)) milliseconds += Number(amount) * (units[unit] ?? 0);
  return text.startsWith("-") ? -milliseconds : milliseconds;
}
