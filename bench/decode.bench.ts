import { indexTraces, jsonToProtobuf, protobufToJson, Signal } from "@genscope/otlp";
import type { TraceView } from "@genscope/otlp";
import { createSpanGenerator } from "@genscope/otlp/testing";
import protobuf from "protobufjs";
import { otlpProto } from "../packages/otlp/src/testing/otlp-proto.ts";
import type { Bench, BenchRow } from "./bench.ts";

const spansPerRequest = 1_000;
const rounds = 15;
const roundMs = 120;

export const bench: Bench = {
  title: "Decoding OTLP",
  method: [
    `Trace requests of ${spansPerRequest} spans of about 260 bytes with GenAI attributes, one after the other on one core. The peers are what`,
    "there is in JavaScript: `@opentelemetry/otlp-transformer` has no decoder of requests, so the full decode is that of protobuf.js, with code it",
    "generates from the same messages, and `JSON.parse` for JSON. Contenders take turns in rounds of",
    `${roundMs} ms; a rate is the best of ${rounds} rounds.`,
  ].join(" "),
  run: (log) => Promise.resolve(decode(log)),
};

function decode(log: (line: string) => void): BenchRow[] {
  const generator = createSpanGenerator({ spansPerRequest });
  const requests = Array.from({ length: 8 }, () => generator.next());
  const json = requests.map((request) => protobufToJson(Signal.traces, request));
  const type = protobuf.parse(otlpProto, { keepCase: false }).root.lookupType("ExportTraceServiceRequest");
  const text = json.map((body) => Buffer.from(body).toString());
  const decoder = new TextDecoder();
  let reused: TraceView | undefined;

  const rates = measure(log, {
    index: (i) => (reused = indexTraces(requests[i]!, undefined, reused)).spans.count,
    indexNew: (i) => indexTraces(requests[i]!).spans.count,
    protobufJs: (i) => Object.keys(type.decode(requests[i]!)).length,
    jsonToProtobuf: (i) => jsonToProtobuf(Signal.traces, json[i]!).length,
    jsonIndex: (i) => (reused = indexTraces(jsonToProtobuf(Signal.traces, json[i]!), undefined, reused)).spans.count,
    jsonParse: (i) => Object.keys(JSON.parse(decoder.decode(json[i]))).length,
    jsonParseEncode: (i) => type.encode(type.fromObject(JSON.parse(decoder.decode(json[i])))).finish().length,
    protobufToJson: (i) => protobufToJson(Signal.traces, requests[i]!).length,
    jsonStringify: (i) =>
      JSON.stringify(type.toObject(type.decode(requests[i]!), { longs: String, bytes: String })).length,
  });
  const bytesPerSpan = requests[0]!.length / spansPerRequest;
  const jsonBytesPerSpan = text[0]!.length / spansPerRequest;
  log(`${bytesPerSpan.toFixed(0)} bytes per span in protobuf, ${jsonBytesPerSpan.toFixed(0)} in JSON`);

  const row = (
    what: string,
    ours: keyof typeof rates,
    peer: keyof typeof rates,
    against: string,
    target?: string,
  ): BenchRow => ({
    what,
    value: millions(rates[ours]),
    against: `${against}: ${millions(rates[peer])}`,
    ratio: rates[ours] / rates[peer],
    ...(target === undefined ? {} : { target }),
  });
  return [
    row("protobuf → index, tables reused", "index", "protobufJs", "protobuf.js full decode", "1.6 M spans/s"),
    row("protobuf → index, new tables", "indexNew", "protobufJs", "protobuf.js full decode"),
    row("JSON → protobuf", "jsonToProtobuf", "jsonParseEncode", "JSON.parse + protobuf.js encode"),
    row("JSON → protobuf → index", "jsonIndex", "jsonParse", "JSON.parse alone"),
    row("protobuf → JSON", "protobufToJson", "jsonStringify", "protobuf.js decode + JSON.stringify"),
  ];
}

function millions(rate: number): string {
  return `${(rate / 1e6).toFixed(2)} M spans/s`;
}

/** Spans per second of each, the contenders interleaved so that a slow moment of the machine hits all. */
function measure<K extends string>(
  log: (line: string) => void,
  contenders: Record<K, (request: number) => number>,
): Record<K, number> {
  const best: Record<string, number> = {};
  const entries = Object.entries<(request: number) => number>(contenders);
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of entries) {
      let sum = 0;
      let calls = 0;
      const start = performance.now();
      let elapsed = 0;
      while (elapsed < roundMs) {
        sum += run(calls % 8);
        calls++;
        elapsed = performance.now() - start;
      }
      if (sum === 0) throw new Error(`${name} gave nothing`);
      best[name] = Math.max(best[name] ?? 0, (calls * spansPerRequest * 1_000) / elapsed);
    }
  }
  for (const [name, rate] of Object.entries(best)) log(`${name}: ${millions(rate)}`);
  return best;
}
