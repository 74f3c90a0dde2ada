import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Edits, encode, jsonToProtobuf, Signal } from "@genscope/otlp";
import { parse } from "yaml";
import { createIndexer, internalLimits, type SignalView } from "../../graph/index-request.ts";
import type { Batch } from "../../processors/stateless.ts";
import type { ContextName } from "../contexts.ts";
import { Cursor } from "../cursor.ts";

/** A file of cases. */
export function readCases(name: string): unknown {
  return parse(readFileSync(join(import.meta.dirname, `../../../cases/ottl/${name}.yaml`), "utf8"));
}

const signalOf: Readonly<Record<Exclude<ContextName, "resource" | "scope">, Signal>> = {
  span: Signal.traces,
  spanevent: Signal.traces,
  spanlink: Signal.traces,
  log: Signal.logs,
  metric: Signal.metrics,
  datapoint: Signal.metrics,
  exemplar: Signal.metrics,
};

const inputs = readCases("input") as Readonly<Record<"traces" | "logs" | "metrics", object>>;

/** The request of the case files for a context's signal, as it is sent. */
export function inputFor(context: ContextName): { readonly signal: Signal; readonly bytes: Uint8Array } {
  const signal = context === "resource" || context === "scope" ? Signal.traces : signalOf[context];
  const object = { [Signal.traces]: inputs.traces, [Signal.logs]: inputs.logs, [Signal.metrics]: inputs.metrics }[
    signal
  ];
  return { signal, bytes: jsonToProtobuf(signal, Buffer.from(JSON.stringify(object))) };
}

export function batchOf(signal: Signal, bytes: Uint8Array): Batch {
  const indexed: SignalView = createIndexer(internalLimits)(signal, bytes);
  return { ...indexed, edits: new Edits() };
}

/** A cursor on the first item of each kind, or another metric by its row. */
export function cursorAt(batch: Batch, metric = 0): Cursor {
  const cursor = new Cursor(batch);
  cursor.resource = 0;
  cursor.scope = 0;
  if (batch.signal === "traces") {
    cursor.span = 0;
    cursor.event = batch.view.spans.firstEvent[0]!;
    cursor.eventIndex = 0;
    cursor.link = batch.view.spans.firstLink[0]!;
  } else if (batch.signal === "logs") cursor.log = 0;
  else {
    const { points } = batch.view;
    cursor.metric = metric;
    cursor.point = points.metric.subarray(0, points.count).indexOf(metric);
    cursor.exemplar = points.firstExemplar[cursor.point] ?? -1;
  }
  return cursor;
}

/** The bytes with the changes made. */
export function rewritten({ view, edits }: Batch): Uint8Array {
  return encode(view, edits).slice();
}
