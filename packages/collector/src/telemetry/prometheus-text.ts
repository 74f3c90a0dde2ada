import type { HistogramReading, Labels, Reading } from "../graph/telemetry.ts";

/** Readings in Prometheus's text format, with those of one name together. Counters end in `_total` if asked for. */
export function toPrometheusText(readings: readonly Reading[], hasTypeSuffix: boolean): string {
  const families = new Map<string, Reading[]>();
  for (const reading of readings) {
    const family = families.get(reading.name);
    if (family === undefined) families.set(reading.name, [reading]);
    else family.push(reading);
  }
  return [...families].map(([name, family]) => familyText(name, family, hasTypeSuffix)).join("");
}

function familyText(plainName: string, family: readonly Reading[], hasTypeSuffix: boolean): string {
  const type = typeof family[0]!.value === "object" ? "histogram" : family[0]!.kind;
  const name = hasTypeSuffix && type === "counter" && !plainName.endsWith("_total") ? `${plainName}_total` : plainName;
  const lines = family.flatMap(({ labels, value }) =>
    typeof value === "number" ? [`${name}${labelText(labels)} ${value}`] : histogramLines(name, labels, value),
  );
  return `# TYPE ${name} ${type}\n${lines.join("\n")}\n`;
}

function histogramLines(name: string, labels: Labels, { bounds, counts, sum }: HistogramReading): string[] {
  let total = 0;
  const buckets = counts.map((count, index) => {
    total += count;
    const bound = bounds[index];
    return `${name}_bucket${labelText({ ...labels, le: bound === undefined ? "+Inf" : String(bound) })} ${total}`;
  });
  return [...buckets, `${name}_sum${labelText(labels)} ${sum}`, `${name}_count${labelText(labels)} ${total}`];
}

function labelText(labels: Labels): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return "";
  return `{${entries.map(([key, value]) => `${key}="${escaped(value)}"`).join(",")}}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
