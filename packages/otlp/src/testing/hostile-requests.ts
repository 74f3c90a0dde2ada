import { ProtoWriter, varintSize } from "../edit/proto-writer.ts";
import { Signal } from "../signal.ts";
import { aLogsRequest, aMetricsRequest, aTraceRequest, traceRequestObject } from "./builders.ts";

/** A request body no well-meaning sender makes, and what should come of it. */
export interface HostileRequest {
  readonly name: string;
  readonly signal: Signal;
  readonly encoding: "protobuf" | "json";
  readonly body: Uint8Array;
  /** `accepted`: whole; `partial`: something of it is rejected; `refused`: `invalid-argument`. */
  readonly outcome: "accepted" | "partial" | "refused";
}

const ids = { traceId: "0123456789abcdef0123456789abcdef", spanId: "0123456789abcdef" };
const log = { body: "hello", ...ids, severityNumber: 9, attributes: { "service.name": "x" } };

/** Truncation, depth bombs, huge lengths, invalid UTF-8, the wrong path and the like; a new copy at every call. */
export function hostileRequests(): HostileRequest[] {
  const good = aTraceRequest({ spans: [{ ...ids, attributes: { a: "text", n: 1 }, events: [{}] }] });
  const json = Buffer.from(JSON.stringify(traceRequestObject({ spans: [{ ...ids, attributes: { a: "text" } }] })));
  const protobuf = (
    name: string,
    body: Uint8Array,
    outcome: HostileRequest["outcome"],
    signal: Signal = Signal.traces,
  ): HostileRequest => ({
    name,
    signal,
    encoding: "protobuf",
    body,
    outcome,
  });
  const text = (name: string, body: string | Uint8Array, outcome: HostileRequest["outcome"]): HostileRequest => ({
    name,
    signal: Signal.traces,
    encoding: "json",
    body: typeof body === "string" ? Buffer.from(body) : body,
    outcome,
  });
  return [
    protobuf("an empty body", new Uint8Array(0), "accepted"),
    protobuf("cut off after half", good.slice(0, good.length >>> 1), "refused"),
    protobuf("cut off by one byte", good.slice(0, -1), "refused"),
    protobuf("a length of 4 GiB", hex("0a ff ff ff ff 0f"), "refused"),
    protobuf("a length of 2^63", hex("0a ff ff ff ff ff ff ff ff 7f"), "refused"),
    protobuf("a length of eleven bytes", hex("0a 80 80 80 80 80 80 80 80 80 80 01"), "refused"),
    protobuf("a length past the enclosing message", hex("0a 04 12 7f 00 00 12 00"), "refused"),
    protobuf("field number 0", hex("02 00"), "refused"),
    protobuf("a field number past 2^29", hex("82 80 80 80 80 80 01 00"), "refused"),
    protobuf("wire type 7", hex("0f 00"), "refused"),
    protobuf("a group that never ends", hex("0b 08 01"), "refused"),
    protobuf("a group ended by another", hex("0b 14"), "refused"),
    protobuf(
      "an unknown field and an unknown group",
      Buffer.concat([hex("f2 3f 02 ff fe 9b 06 08 01 9c 06"), good]),
      "accepted",
    ),
    protobuf("100,000 groups in each other", new Uint8Array(100_000).fill(0x0b), "refused"),
    protobuf("JSON on the protobuf encoding", json, "refused"),
    protobuf("text", Buffer.from("GET / HTTP/1.1\r\n\r\n"), "refused"),
    protobuf("gzip", hex("1f 8b 08 00 00 00 00 00 00 03 4b 4c 4a 4e 49 05 00"), "refused"),
    protobuf("a value nested 10,000 levels", spanWith(nestedValue(10_000)), "partial"),
    protobuf("a resource's value nested 10,000 levels", resourceWith(nestedValue(10_000)), "refused"),
    protobuf(
      "10,000 attributes on a span",
      aTraceRequest({ spans: [{ ...ids, attributes: many(10_000) }, { ...ids }] }),
      "partial",
    ),
    protobuf("invalid UTF-8 in a name", replaceText(good, "test span", hex("ff fe 80 c0 af ed a0 80 f5")), "accepted"),
    protobuf(
      "ids of all zeros",
      aTraceRequest({ spans: [{ traceId: "0".repeat(32) }, { spanId: "0".repeat(16) }, {}] }),
      "partial",
    ),
    protobuf("ids of a wrong length", aTraceRequest({ spans: [{ traceId: "aabb" }, { spanId: "aa" }, {}] }), "partial"),
    protobuf("logs sent as traces", aLogsRequest({ logs: [log] }), "refused"),
    protobuf("logs without ids sent as traces", aLogsRequest({ logs: [{ severityText: "INFO" }] }), "partial"),
    protobuf(
      "metrics sent as traces",
      aMetricsRequest({ metrics: [{ name: "m", gauge: { dataPoints: [{ asInt: "1" }] } }] }),
      "partial",
    ),
    protobuf("traces sent as logs", good, "refused", Signal.logs),
    protobuf("traces sent as metrics", good, "refused", Signal.metrics),
    text("an empty body", "", "refused"),
    text("an empty object", "{}", "accepted"),
    text("an empty list", "[]", "refused"),
    text("null", "null", "refused"),
    text("cut off after half", json.subarray(0, json.length >>> 1), "refused"),
    text("something behind the request", `${json.toString()}{}`, "refused"),
    text("protobuf on the JSON encoding", good, "refused"),
    text("100,000 lists in each other", `{"x":${"[".repeat(100_000)}`, "refused"),
    text("a value nested 10,000 levels", jsonSpan('{"arrayValue":{"values":['.repeat(10_000)), "refused"),
    text(
      "a value nested 70 levels",
      jsonSpan(`${'{"arrayValue":{"values":['.repeat(70)}{}${"]}}".repeat(70)}`, true),
      "partial",
    ),
    text("an id that is no hex", json.toString().replace(ids.traceId, "not hex at all, this trace id!!!"), "partial"),
    text(
      "a number of 10,000 digits",
      `{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":${"9".repeat(10_000)}}]}]}]}`,
      "refused",
    ),
    text("invalid UTF-8 in a name", replaceText(json, "test span", hex("ff fe 80 c0 af ed a0 80 f5")), "accepted"),
    text("half a surrogate pair in a name", json.toString().replace("test span", "\\ud800"), "accepted"),
  ];
}

function hex(text: string): Uint8Array {
  return Buffer.from(text.replaceAll(" ", ""), "hex");
}

function many(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`key.${i}`, i]));
}

/** An `AnyValue` that is a list in a list in a list. Written from the inside out, so as not to recurse. */
function nestedValue(levels: number): Uint8Array {
  const lengths: number[] = [];
  let length = 0;
  for (let level = 0; level < levels * 2; level++) {
    lengths.push(length);
    length += 1 + varintSize(length);
  }
  const out = new ProtoWriter(length);
  for (let level = lengths.length - 1; level >= 0; level--) {
    // Alternately AnyValue.array_value and ArrayValue.values.
    out.tag(level % 2 === 1 ? 5 : 1, 2);
    out.varint(lengths[level]!);
  }
  return out.finish();
}

function wrap(field: number, ...content: readonly Uint8Array[]): Uint8Array {
  const out = new ProtoWriter(64);
  out.blob(field, Buffer.concat(content));
  return out.finish();
}

function spanWith(value: Uint8Array): Uint8Array {
  const key = wrap(1, Buffer.from("deep"));
  const span = [wrap(1, Buffer.from(ids.traceId, "hex")), wrap(2, Buffer.from(ids.spanId, "hex"))];
  return wrap(1, wrap(2, wrap(2, ...span, wrap(9, key, wrap(2, value))), wrap(2, ...span)));
}

function resourceWith(value: Uint8Array): Uint8Array {
  return wrap(1, wrap(1, wrap(1, wrap(2, value))));
}

function jsonSpan(value: string, closed = false): string {
  const span = `{"traceId":"${ids.traceId}","spanId":"${ids.spanId}"}`;
  const deep = `{"traceId":"${ids.traceId}","spanId":"${ids.spanId}","attributes":[{"key":"deep","value":${value}`;
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[${span},${deep}${closed ? "}]}]}]}]}" : ""}`;
}

/** In place: `replacement` is as long as `text`. */
function replaceText(body: Uint8Array, text: string, replacement: Uint8Array): Uint8Array {
  const copy = Buffer.from(body);
  copy.set(replacement, copy.indexOf(text));
  return copy;
}
