import { writeAttributes } from "./encode-attributes.ts";
import type { MetricsWriter, MetricSource } from "./metrics-writer.ts";
import type { SeriesSet } from "./series-set.ts";
import { writeNano } from "./write-number.ts";

/** Field numbers that number points and both kinds of histogram points share. */
const startTimeField = 2;
const timeField = 3;

/**
 * Puts out what sets hold: the points of a source together, and of these those of a metric. Points of different requests are a microsecond apart in time, so
 * that a request is known by its time.
 */
export function writeSeries(
  writer: MetricsWriter,
  sets: readonly SeriesSet[],
  sourceOf: (group: number) => MetricSource,
  timeMs: number,
): void {
  const bySet = sets.map(seriesByGroup);
  const groups = new Set(bySet.flatMap((groupsOf) => [...groupsOf.keys()]));
  for (const group of groups) {
    for (const [index, set] of sets.entries()) {
      const series = bySet[index]!.get(group) ?? [];
      for (const instrument of set.instruments) {
        writer.of(sourceOf(group), instrument.metric);
        for (const each of series) {
          if (!instrument.has(each)) continue;
          const out = writer.begin();
          writeAttributes(out, instrument.attributesField, set.attributesOf(each));
          writeNano(out, startTimeField, set.startMsOf(each));
          writeNano(out, timeField, timeMs + writer.requestCount / 1_000);
          instrument.writeValue(out, each);
          instrument.exemplars?.write(out, instrument.exemplarsField, each);
          writer.end();
        }
      }
    }
  }
}

function seriesByGroup(set: SeriesSet): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (let series = 0; series < set.count; series++) {
    const group = set.groupOf(series);
    const list = groups.get(group);
    if (list === undefined) groups.set(group, [series]);
    else list.push(series);
  }
  return groups;
}
