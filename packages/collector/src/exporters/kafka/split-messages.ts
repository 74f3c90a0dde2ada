import { createHash } from "node:crypto";
import {
  Edits,
  encode,
  type ItemKind,
  type LogView,
  pickSpans,
  readAttributes,
  readHex,
  type Signal,
  toJsonText,
  type TraceView,
} from "@genscope/otlp";
import { ProtoWriter } from "@genscope/otlp/proto";
import type { PipelineSignal } from "../../components.ts";
import { createIndexer, internalLimits, itemCountOf, type SignalView } from "../../graph/index-request.ts";
import { splitRequest } from "../../graph/split-request.ts";

export interface SplitOptions {
  /** What a message may hold. */
  readonly maxBytes: number;
  /** The attribute of resources that says where they go; empty for none. */
  readonly topicAttribute: string;
  readonly topic: string;
  /** What the messages of one partition have in common. */
  readonly by: "nothing" | "trace" | "resource";
}

/** Part of a request that is published as one message. */
export interface Part {
  readonly topic: string;
  readonly key: string | undefined;
  readonly request: Uint8Array;
  readonly itemCount: number;
}

const indexRequest = createIndexer(internalLimits);

/** Cuts a request into messages: by topic, then by what their key is, then by size. */
export function splitMessages(signal: Signal, request: Uint8Array, options: SplitOptions): Part[] {
  const { by, topic, topicAttribute } = options;
  const view = indexRequest(signal, request);
  if (topicAttribute === "" && by !== "resource") {
    return byTrace(signal, { topic, key: undefined, request, itemCount: itemCountOf(view) }, options);
  }
  return resourcesOf(view, options).flatMap((part) => byTrace(signal, part, options));
}

/** One for every resource, or for every topic if resources are not what messages are partitioned by. */
function resourcesOf({ view }: SignalView, { by, topic, topicAttribute }: SplitOptions): Part[] {
  const { resources } = view;
  const parts = new Map<string, { topic: string; key: string | undefined; out: ProtoWriter }>();
  for (let row = 0; row < resources.count; row++) {
    const attributes = readAttributes(view, resources.firstAttribute[row]!);
    const named = attributes.find(({ key }) => key === topicAttribute)?.value.stringValue ?? "";
    const sorted = attributes.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const key = by === "resource" ? createHash("md5").update(toJsonText(sorted)).digest("hex") : undefined;
    const to = named === "" ? topic : named;
    const at = `${to}\0${key ?? ""}`;
    let part = parts.get(at);
    if (part === undefined) parts.set(at, (part = { topic: to, key, out: new ProtoWriter(1024) }));
    const [start, end] = [resources.start[row]!, resources.end[row]!];
    part.out.tag(1, 2);
    part.out.varint(end - start);
    part.out.raw(view.bytes, start, end);
  }
  return Array.from(parts.values(), ({ topic: to, key, out }) => ({
    topic: to,
    key,
    request: out.finish(),
    itemCount: 0,
  }));
}

function byTrace(signal: Signal, part: Part, options: SplitOptions): Part[] {
  const indexed = indexRequest(signal, part.request);
  const counted = { ...part, itemCount: itemCountOf(indexed) };
  if (counted.itemCount === 0) return [];
  if (options.by === "trace" && indexed.signal !== "metrics") return tracesOf(indexed, counted);
  // what has a key is one message, whatever its size
  if (part.key !== undefined) return [counted];
  const cut = splitRequest(signal, counted, options.maxBytes, (one) => one.request.byteLength);
  return cut.map((one) => ({ ...part, ...one }));
}

function tracesOf(indexed: Exclude<SignalView, { signal: "metrics" }>, part: Part): Part[] {
  const offsets = indexed.signal === "traces" ? indexed.view.spans.traceIdOffset : indexed.view.logs.traceIdOffset;
  const rows = new Map<string, number[]>();
  for (let row = 0; row < part.itemCount; row++) {
    const traceId = readHex(indexed.view, offsets[row]!, 16);
    const before = rows.get(traceId);
    if (before === undefined) rows.set(traceId, [row]);
    else before.push(row);
  }
  return Array.from(rows, ([traceId, own]) => ({
    topic: part.topic,
    key: traceId === "" ? undefined : traceId,
    request: rows.size === 1 ? part.request : picked(indexed.signal, indexed.view, own),
    itemCount: own.length,
  }));
}

const kinds: Readonly<Record<Exclude<PipelineSignal, "metrics">, ItemKind>> = { traces: "span", logs: "log" };

function picked(
  signal: Exclude<PipelineSignal, "metrics">,
  view: TraceView | LogView,
  rows: readonly number[],
): Uint8Array {
  if ("spans" in view) return pickSpans(view, rows);
  const kept = new Set(rows);
  const edits = new Edits();
  for (let row = 0; row < view.logs.count; row++) if (!kept.has(row)) edits.drop(kinds[signal], row);
  return encode(view, edits);
}
