import { ProtoWriter } from "@genscope/otlp/proto";
import type { Family, Label } from "../../prometheus/point.ts";
import type { Series, SeriesGroup } from "./collect-series.ts";
import { metadataTypes } from "./encode-v1.ts";
import { writeDoubleField, writeHistogram, writeIntField } from "./write-histogram.ts";

/** An `io.prometheus.write.v2.Request` (remote write 2.0): strings once, and metadata with every series. */
export function encodeRequestV2(groups: readonly SeriesGroup[]): Uint8Array {
  const symbols = new Symbols();
  const body = new ProtoWriter(16 * 1024);
  for (const { family, series } of groups) {
    for (const one of series.values()) {
      body.tag(5, 2);
      const start = body.beginMessage(2);
      writeSeries(body, symbols, family, one);
      body.endMessage(start, 2);
    }
  }
  const out = new ProtoWriter(body.position + 4096);
  for (const symbol of symbols.all()) out.string(4, symbol);
  out.raw(body.finish());
  return out.finish();
}

class Symbols {
  /** The first is empty, so that a reference of 0 says nothing. */
  readonly #references = new Map<string, number>([["", 0]]);

  reference(text: string): number {
    const known = this.#references.get(text);
    if (known !== undefined) return known;
    this.#references.set(text, this.#references.size);
    return this.#references.size - 1;
  }

  all(): Iterable<string> {
    return this.#references.keys();
  }
}

function writeSeries(out: ProtoWriter, symbols: Symbols, family: Family, series: Series): void {
  writeLabels(out, symbols, series.labels);
  for (const { value, timeMs } of series.samples) {
    out.tag(2, 2);
    const start = out.beginMessage(1);
    writeDoubleField(out, 1, value);
    writeIntField(out, 2, timeMs);
    out.endMessage(start, 1);
  }
  for (const histogram of series.histograms) {
    out.tag(3, 2);
    const start = out.beginMessage(2);
    writeHistogram(out, histogram);
    out.endMessage(start, 2);
  }
  for (const exemplar of series.exemplars) {
    out.tag(4, 2);
    const start = out.beginMessage(1);
    writeLabels(out, symbols, exemplar.labels);
    writeDoubleField(out, 2, exemplar.value);
    writeIntField(out, 3, exemplar.timeMs);
    out.endMessage(start, 1);
  }
  out.tag(5, 2);
  const start = out.beginMessage(1);
  writeIntField(out, 1, metadataTypes[family.type]);
  writeIntField(out, 3, symbols.reference(family.help));
  writeIntField(out, 4, symbols.reference(family.unit));
  out.endMessage(start, 1);
  if (family.type !== "gauge" && family.type !== "info") writeIntField(out, 6, series.startMs);
}

function writeLabels(out: ProtoWriter, symbols: Symbols, labels: readonly Label[]): void {
  if (labels.length === 0) return;
  out.tag(1, 2);
  const start = out.beginMessage(1);
  for (const [name, value] of labels) {
    out.varint(symbols.reference(name));
    out.varint(symbols.reference(value));
  }
  out.endMessage(start, 1);
}
