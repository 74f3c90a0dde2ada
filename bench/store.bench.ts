/** Bytes to columns, and columns into the engine. */
import { createPricing } from "@genscope/semconv/prices";
import { UsageLineage } from "@genscope/semconv/wire";
import { readFileSync } from "node:fs";
import { Signal } from "@genscope/otlp";
import { createSpanGenerator } from "@genscope/otlp/testing";
import { Block, IdWindow } from "@genscope/store/internal";
import { openTestStore } from "@genscope/store/testing";
import protobuf from "protobufjs";
import { otlpProto } from "../packages/otlp/src/testing/otlp-proto.ts";
import type { Bench, BenchRow } from "./bench.ts";

const spansPerRequest = 1_000;
const millions = 2;

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface DecodedSpan {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId: Uint8Array;
  readonly name: string;
  readonly startTimeUnixNano: unknown;
  readonly endTimeUnixNano: unknown;
  readonly attributes: readonly KeyValue[];
}

interface DecodedRequest {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly DecodedSpan[] }[] }[];
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** What one writes first: decode into objects, and a line of JSON per span with the Collector's columns that matter most. */
function encodeAsJsonEachRow(type: protobuf.Type, payload: Uint8Array): number {
  const request = type.decode(payload) as unknown as DecodedRequest;
  let lines = "";
  for (const { scopeSpans } of request.resourceSpans) {
    for (const { spans } of scopeSpans) {
      for (const span of spans) {
        lines += `${JSON.stringify({
          Timestamp: String(span.startTimeUnixNano),
          TraceId: hex(span.traceId),
          SpanId: hex(span.spanId),
          ParentSpanId: hex(span.parentSpanId),
          SpanName: span.name,
          SpanAttributes: Object.fromEntries(
            span.attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]),
          ),
          Duration: Number(span.endTimeUnixNano) - Number(span.startTimeUnixNano),
        })}\n`;
      }
    }
  }
  return Buffer.byteLength(lines);
}

function peerRate(requests: readonly Uint8Array[]): number {
  const type = protobuf.parse(otlpProto, { keepCase: false }).root.lookupType("ExportTraceServiceRequest");
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 4; round++) {
    const begun = performance.now();
    for (const payload of requests) encodeAsJsonEachRow(type, payload);
    best = Math.min(best, performance.now() - begun);
  }
  return (requests.length * spansPerRequest) / best / 1000;
}

function encodeRate(log: (line: string) => void): BenchRow {
  const generator = createSpanGenerator({ spansPerRequest, seed: 5 });
  const requests = Array.from({ length: 200 }, () => generator.next());
  const bytes = requests.reduce((sum, { length }) => sum + length, 0);
  const block = new Block(createPricing(), new UsageLineage());
  const window = new IdWindow();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 8; round++) {
    window.clear();
    const begun = performance.now();
    for (const [i, payload] of requests.entries()) {
      if (i % 40 === 0) block.clear();
      block.add(
        {
          signal: Signal.traces,
          itemCount: spansPerRequest,
          receivedAtMs: 1_790_000_000_000,
          payload,
          position: i,
          nextPosition: i + 1,
        },
        window,
      );
    }
    best = Math.min(best, performance.now() - begun);
  }
  const spans = requests.length * spansPerRequest;
  const rate = spans / best / 1000;
  const peer = peerRate(requests.slice(0, 50));
  log(`bytes to Native columns: ${rate.toFixed(2)} M spans/s, ${(bytes / spans).toFixed(0)} bytes a span`);
  return {
    what: "protobuf bytes → index → Native columns, one core",
    value: `${rate.toFixed(2)} M spans/s`,
    against: `protobuf.js decode → JSONEachRow of seven columns: ${peer.toFixed(2)} M spans/s`,
    ratio: rate / peer,
    target: "1.6 M spans/s",
  };
}

export const bench: Bench = {
  title: "Store",
  method: "Spans of about 260 bytes with the attributes of a chat call, a thousand to a request.",
  async run(log) {
    const rows: BenchRow[] = [encodeRate(log)];
    await using test = await openTestStore();
    const generator = createSpanGenerator({ spansPerRequest, seed: 9, startTime: BigInt(Date.now()) * 1_000_000n });
    const total = millions * 1_000_000;
    const begun = performance.now();
    for (let sent = 0; sent < total; sent += spansPerRequest) {
      await test.append(Signal.traces, generator.next());
      while (test.loader.stats().lagBytes > 64 * 1024 * 1024) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await test.loader.drained();
    const seconds = (performance.now() - begun) / 1000;
    const status = readFileSync(`/proc/${test.store.status().pid}/status`, "utf8");
    const peakMiB = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    log(`journal to table: ${Math.round(total / seconds / 1000)} k spans/s, engine peak ${peakMiB.toFixed(0)} MiB`);
    rows.push(
      {
        what: "journal → table, queryable, one process and the engine",
        value: `${Math.round(total / seconds / 1000)} k spans/s`,
        target: "650 k rows/s",
      },
      { what: `engine's peak memory after ${millions} M spans`, value: `${peakMiB.toFixed(0)} MiB` },
    );
    const tables = await test.rows<{ table: string; bytes: string; rows: string }>(
      "SELECT table, sum(bytes_on_disk) AS bytes, sum(rows) AS rows FROM system.parts WHERE active AND database = 'genscope' GROUP BY table ORDER BY table",
    );
    for (const { table, bytes, rows: count } of tables)
      log(`${table}: ${count} rows, ${(Number(bytes) / total).toFixed(1)} bytes a span`);
    const spansBytes = Number(tables.find(({ table }) => table === "spans")?.bytes ?? 0);
    rows.push({
      what: "spans table with its indexes, on disk",
      value: `${(spansBytes / total).toFixed(0)} bytes a span`,
      target: "39 bytes",
    });
    return rows;
  },
};
