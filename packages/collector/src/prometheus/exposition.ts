import { formatNumber } from "./format-number.ts";
import { defaultZeroThreshold } from "./native-histogram.ts";
import type { Exemplar, Family, Label, NativeHistogram, PointValue, PrometheusPoint } from "./point.ts";
import type { ShownFamily } from "./series-store.ts";

export interface ExpositionOptions {
  /** OpenMetrics 1.0 rather than the text format 0.0.4. */
  readonly isOpenMetrics: boolean;
  readonly hasTimestamps: boolean;
}

export const contentTypes = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
} as const;

/** Series as a scraper reads them. */
export function toExposition(families: readonly ShownFamily[], options: ExpositionOptions): string {
  const text = families.map((one) => familyText(one, options)).join("");
  return options.isOpenMetrics ? `${text}# EOF\n` : text;
}

function familyText({ family, points }: ShownFamily, options: ExpositionOptions): string {
  const { name, type } = declared(family, options.isOpenMetrics);
  const head = [
    ...(family.help === "" ? [] : [`# HELP ${quotedName(name)} ${escapedHelp(family.help, options.isOpenMetrics)}`]),
    `# TYPE ${quotedName(name)} ${type}`,
    ...(options.isOpenMetrics && family.unit !== "" && name.endsWith(`_${family.unit}`)
      ? [`# UNIT ${quotedName(name)} ${family.unit}`]
      : []),
  ];
  return [...head, ...points.flatMap((point) => pointLines(point, options)), ""].join("\n");
}

/** OpenMetrics names a family without what its samples end in. */
function declared({ name, type }: Family, isOpenMetrics: boolean): { readonly name: string; readonly type: string } {
  if (!isOpenMetrics) return { name, type: type === "info" ? "gauge" : type };
  const end = type === "counter" ? "_total" : type === "info" ? "_info" : "";
  if (name.endsWith(end)) return { name: name.slice(0, name.length - end.length), type };
  return { name, type: "unknown" };
}

function pointLines(point: PrometheusPoint, options: ExpositionOptions): string[] {
  const { family, labels, value, exemplars } = point;
  const line = (suffix: string, sample: number, extra: readonly Label[] = [], exemplar?: Exemplar): string => {
    const series = seriesText(`${family.name}${suffix}`, [...labels, ...extra]);
    return `${series} ${formatNumber(sample)}${timeText(point.timeMs, options)}${exemplarText(exemplar, options)}`;
  };
  const bound = (number: number): string => {
    const text = formatNumber(number);
    return options.isOpenMetrics && /^-?\d+$/.test(text) ? `${text}.0` : text;
  };
  const shown = value.kind === "native" ? classic(value.histogram) : value;
  switch (shown.kind) {
    case "number":
      return [line("", shown.value, [], family.type === "counter" ? exemplars.at(-1) : undefined)];
    case "histogram": {
      const bounds = [...shown.bounds, Infinity];
      const buckets = bounds.map((upper, index) => {
        const lower = bounds[index - 1] ?? -Infinity;
        const exemplar = exemplars.findLast((one) => one.value > lower && one.value <= upper);
        return line("_bucket", shown.cumulative[index] ?? shown.count, [["le", bound(upper)]], exemplar);
      });
      return [...buckets, ...(shown.sum === undefined ? [] : [line("_sum", shown.sum)]), line("_count", shown.count)];
    }
    default:
      return [
        ...shown.quantiles.map(({ quantile, value: at }) => line("", at, [["quantile", bound(quantile)]])),
        line("_sum", shown.sum),
        line("_count", shown.count),
      ];
  }
}

/** Text has no native histograms: the bounds of the buckets that are not empty stand for them. */
function classic(histogram: NativeHistogram): Extract<PointValue, { kind: "histogram" }> {
  const { schema, positive, negative, zeroCount, zeroThreshold, count, sum } = histogram;
  const base = 2 ** (2 ** -schema);
  const buckets: [bound: number, count: bigint][] = [];
  for (const [index, inBucket] of bucketsOf(negative).toReversed()) buckets.push([-(base ** (index - 1)), inBucket]);
  if (zeroCount > 0n) buckets.push([zeroThreshold === defaultZeroThreshold ? 0 : zeroThreshold, zeroCount]);
  for (const [index, inBucket] of bucketsOf(positive)) buckets.push([base ** index, inBucket]);
  let total = 0n;
  const cumulative = buckets.map(([, inBucket]) => Number((total += inBucket)));
  return {
    kind: "histogram",
    bounds: buckets.map(([upper]) => upper),
    cumulative: [...cumulative, Number(count)],
    sum,
    count: Number(count),
  };
}

function bucketsOf({ spans, deltas }: NativeHistogram["positive"]): (readonly [index: number, count: bigint])[] {
  const list: (readonly [number, bigint])[] = [];
  let index = 0;
  let at = 0;
  let count = 0n;
  for (const { offset, length } of spans) {
    index += offset;
    for (let i = 0; i < length; i++) {
      count += deltas[at++]!;
      list.push([index++, count]);
    }
  }
  return list.filter(([, inBucket]) => inBucket > 0n);
}

const plainName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const plainLabel = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Names that only Prometheus 3 knows stand in quotes, among the labels. */
function seriesText(name: string, labels: readonly Label[]): string {
  const isPlain = plainName.test(name);
  const parts = [
    ...(isPlain ? [] : [`"${escaped(name)}"`]),
    ...labels.map(([key, value]) => `${plainLabel.test(key) ? key : `"${escaped(key)}"`}="${escaped(value)}"`),
  ];
  return `${isPlain ? name : ""}${parts.length === 0 ? "" : `{${parts.join(",")}}`}`;
}

function quotedName(name: string): string {
  return plainName.test(name) ? name : `"${escaped(name)}"`;
}

function timeText(timeMs: number, { hasTimestamps, isOpenMetrics }: ExpositionOptions): string {
  if (!hasTimestamps) return "";
  return ` ${isOpenMetrics ? formatNumber(timeMs / 1000) : timeMs}`;
}

function exemplarText(exemplar: Exemplar | undefined, { isOpenMetrics }: ExpositionOptions): string {
  if (exemplar === undefined || !isOpenMetrics) return "";
  const labels = exemplar.labels.map(([key, value]) => `${key}="${escaped(value)}"`).join(",");
  const time = exemplar.timeMs > 0 ? ` ${formatNumber(exemplar.timeMs / 1000)}` : "";
  return ` # {${labels}} ${formatNumber(exemplar.value)}${time}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function escapedHelp(text: string, isOpenMetrics: boolean): string {
  return isOpenMetrics ? escaped(text) : text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
