/** Words for UCUM units, as Prometheus has them in names; what is not here stays as it is. */
const words: ReadonlyMap<string, string> = new Map([
  ["d", "days"],
  ["h", "hours"],
  ["min", "minutes"],
  ["s", "seconds"],
  ["ms", "milliseconds"],
  ["us", "microseconds"],
  ["ns", "nanoseconds"],
  ["By", "bytes"],
  ["KiBy", "kibibytes"],
  ["MiBy", "mebibytes"],
  ["GiBy", "gibibytes"],
  ["TiBy", "tibibytes"],
  ["KBy", "kilobytes"],
  ["MBy", "megabytes"],
  ["GBy", "gigabytes"],
  ["TBy", "terabytes"],
  ["m", "meters"],
  ["V", "volts"],
  ["A", "amperes"],
  ["J", "joules"],
  ["W", "watts"],
  ["g", "grams"],
  ["Cel", "celsius"],
  ["Hz", "hertz"],
  ["1", ""],
  ["%", "percent"],
  ["$", "dollars"],
]);

const perWords: ReadonlyMap<string, string> = new Map([
  ["s", "second"],
  ["m", "minute"],
  ["h", "hour"],
  ["d", "day"],
  ["w", "week"],
  ["mo", "month"],
  ["y", "year"],
]);

export interface UnitSuffix {
  /** `bytes`; empty for no unit, a count, or what stands in braces. */
  readonly main: string;
  /** `per_second`, or empty. */
  readonly per: string;
}

/** A unit in the words of metric names: `By/s` is `bytes`, `per_second`. */
export function unitSuffix(unit: string): UnitSuffix {
  const slash = unit.indexOf("/");
  const main = word(slash === -1 ? unit : unit.slice(0, slash), words);
  const per = slash === -1 ? "" : word(unit.slice(slash + 1), perWords);
  return { main, per: per === "" ? "" : `per_${per}` };
}

function word(unit: string, known: ReadonlyMap<string, string>): string {
  const bare = unit.trim();
  return /[{}]/.test(bare) ? "" : (known.get(bare) ?? bare);
}
