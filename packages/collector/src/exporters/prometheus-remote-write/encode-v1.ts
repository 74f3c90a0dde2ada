import { ProtoWriter } from "@genscope/otlp/proto";
import type { Family, Label } from "../../prometheus/point.ts";
import type { Series, SeriesGroup } from "./collect-series.ts";
import { writeDoubleField, writeHistogram, writeIntField } from "./write-histogram.ts";

/** `MetricMetadata.MetricType`, of both versions. */
export const metadataTypes: Readonly<Record<Family["type"], number>> = {
  counter: 1,
  gauge: 2,
  histogram: 3,
  summary: 5,
  info: 6,
};

/** A `prometheus.WriteRequest` (remote write 1.0). */
export function encodeWriteRequest(groups: readonly SeriesGroup[], hasMetadata: boolean): Uint8Array {
  const out = new ProtoWriter(16 * 1024);
  for (const { series } of groups) {
    for (const one of series.values()) {
      out.tag(1, 2);
      const start = out.beginMessage(2);
      writeSeries(out, one);
      out.endMessage(start, 2);
    }
  }
  if (hasMetadata)
    for (const family of new Map(groups.map((one) => [one.family.name, one.family])).values()) {
      writeMetadata(out, family);
    }
  return out.finish();
}

function writeSeries(out: ProtoWriter, { labels, samples, exemplars, histograms }: Series): void {
  writeLabels(out, labels);
  for (const { value, timeMs } of samples) {
    out.tag(2, 2);
    const start = out.beginMessage(1);
    writeDoubleField(out, 1, value);
    writeIntField(out, 2, timeMs);
    out.endMessage(start, 1);
  }
  for (const exemplar of exemplars) {
    out.tag(3, 2);
    const start = out.beginMessage(2);
    writeLabels(out, exemplar.labels);
    writeDoubleField(out, 2, exemplar.value);
    writeIntField(out, 3, exemplar.timeMs);
    out.endMessage(start, 2);
  }
  for (const histogram of histograms) {
    out.tag(4, 2);
    const start = out.beginMessage(2);
    writeHistogram(out, histogram);
    out.endMessage(start, 2);
  }
}

function writeLabels(out: ProtoWriter, labels: readonly Label[]): void {
  for (const [name, value] of labels) {
    out.tag(1, 2);
    const start = out.beginMessage(1);
    out.string(1, name);
    out.string(2, value);
    out.endMessage(start, 1);
  }
}

function writeMetadata(out: ProtoWriter, { name, type, help, unit }: Family): void {
  out.tag(3, 2);
  const start = out.beginMessage(1);
  writeIntField(out, 1, metadataTypes[type]);
  out.string(2, name);
  if (help !== "") out.string(4, help);
  if (unit !== "") out.string(5, unit);
  out.endMessage(start, 1);
}
