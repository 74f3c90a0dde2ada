import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { Signal } from "../signal.ts";
import { arbitraryRequest } from "../testing/arbitrary-request.ts";
import { aLogsRequest, aTraceRequest } from "../testing/builders.ts";
import { encodeRequest } from "../testing/encode-request.ts";
import { decodeWithProtobufJs } from "../testing/protobuf-js.ts";
import { rewrite } from "./rewrite.ts";

const mark = "~";
/** Strings of OTLP/JSON that are no text. */
const noText = /^(?:traceId|spanId|parentSpanId|bytesValue|\w+UnixNano|intValue|asInt|count|zeroCount|bucketCounts)$/;

function leavesOf(value: unknown, name = ""): [string, string][] {
  // protobuf.js writes a double that is not finite as a word
  if (typeof value === "string") return noText.test(name) || /^(?:-?Infinity|NaN)$/.test(value) ? [] : [[name, value]];
  if (Array.isArray(value)) return value.flatMap((item) => leavesOf(item, name));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, key));
}

for (const signal of Object.values(Signal)) {
  describe(`rewriting signal ${signal}`, () => {
    it("gives the same bytes back if nothing changes", () => {
      fc.assert(
        fc.property(arbitraryRequest(signal), (request) => {
          const bytes = encodeRequest(signal, request);
          assert.equal(rewrite(signal, bytes, { text: (text) => text }), bytes);
        }),
        { numRuns: 50 },
      );
    });

    it("reaches every text, and nothing else", () => {
      fc.assert(
        fc.property(arbitraryRequest(signal), (request) => {
          const bytes = encodeRequest(signal, request);
          const marked = rewrite(signal, bytes, { text: (text) => text + mark });
          for (const [name, text] of leavesOf(decodeWithProtobufJs(signal, marked)))
            assert.ok(text.endsWith(mark), `${name}: ${text}`);
          const plain = rewrite(signal, marked, { text: (text) => text.slice(0, -1) });
          assert.deepEqual(decodeWithProtobufJs(signal, plain), decodeWithProtobufJs(signal, bytes));
        }),
        { numRuns: 100 },
      );
    });
  });
}

describe("a rewriter", () => {
  it("is told the name a text stands under", () => {
    const seen: [string, string | undefined][] = [];
    const request = aTraceRequest({
      spans: [
        {
          name: "op",
          attributes: { outer: { inner: ["deep"] }, plain: "flat", bytes: Buffer.from("as bytes") },
          status: { message: "why" },
          events: [{ name: "happened", attributes: { e: "in event" } }],
        },
      ],
    });
    rewrite(Signal.traces, request, {
      text: (text, name) => {
        seen.push([text, name]);
        return text;
      },
    });
    const names = new Map(seen);
    assert.equal(names.get("deep"), "inner");
    assert.equal(names.get("flat"), "plain");
    assert.equal(names.get("as bytes"), "bytes");
    assert.equal(names.get("why"), "message");
    assert.equal(names.get("in event"), "e");
    assert.equal(names.get("op"), "name");
    assert.ok(seen.some(([text, name]) => text === "outer" && name === undefined));
  });

  it("drops attributes, and puts a text in place of another", () => {
    const request = aTraceRequest({ spans: [{ attributes: { a: "1", secret: { x: [1, 2] }, gone: "3", n: 4242 } }] });
    const result = rewrite(Signal.traces, request, {
      text: (text) => text,
      integer: (value) => (value === 4242n ? "[N]" : undefined),
      attribute: (key, value) =>
        key === "gone" ? "drop" : key === "secret" ? { text: `was ${Object.keys(value())[0]}` } : undefined,
    });
    const [span] = leavesOf(decodeWithProtobufJs(Signal.traces, result)).reduce<Record<string, string>[]>(
      (all, [name, text]) => {
        if (name === "key") all.unshift({ key: text });
        else if (name === "stringValue") all[0]!["value"] = text;
        return all;
      },
      [],
    );
    assert.deepEqual(span, { key: "n", value: "[N]" });
    const texts = leavesOf(decodeWithProtobufJs(Signal.traces, result)).map(([, text]) => text);
    assert.ok(texts.includes("was kvlistValue"));
    assert.ok(!texts.includes("gone") && !texts.includes("3"));
  });

  it("leaves out fields that nothing is known of", () => {
    const request = aLogsRequest({ logs: [{ body: "hello" }] });
    // field 100 of the request, length-delimited
    const unknown = Buffer.concat([request, Buffer.from([0xa2, 0x06, 5]), Buffer.from("s3cr3")]);
    let count = 0;
    const result = rewrite(Signal.logs, unknown, { text: (text) => text, unknown: (more) => (count += more) });
    assert.deepEqual(Buffer.from(result), Buffer.from(request));
    assert.equal(count, 1);
  });

  it("reads bytes that are no UTF-8 as Latin-1, and leaves the others of them as they were", () => {
    const blob = Buffer.concat([Buffer.from([0xff, 0, 0x80]), Buffer.from("jo@example.org"), Buffer.from([0xfe])]);
    const request = aTraceRequest({ spans: [{ attributes: { blob, same: Buffer.from([0xff, 1]) } }] });
    const result = rewrite(Signal.traces, request, { text: (text) => text.replace("jo@example.org", "…é") });
    const expected = Buffer.concat([Buffer.from([0xff, 0, 0x80]), Buffer.from("…"), Buffer.from([0xe9, 0xfe])]);
    const texts = JSON.stringify(decodeWithProtobufJs(Signal.traces, result));
    assert.ok(texts.includes(expected.toString("base64")), texts);
    assert.ok(texts.includes(Buffer.from([0xff, 1]).toString("base64")), texts);
  });

  it("is given whole numbers that were sent as doubles", () => {
    const doubleValue = 4_242_424_242_424_242;
    const attributes = [doubleValue, 1.5, 1e300].map((value, index) => ({
      key: `n${index}`,
      value: { doubleValue: value },
    }));
    const request = encodeRequest(Signal.traces, { resourceSpans: [{ resource: { attributes } }] });
    const seen: bigint[] = [];
    const result = rewrite(Signal.traces, request, {
      text: (text) => text,
      integer: (value) => (seen.push(value), "[N]"),
    });
    assert.deepEqual(seen, [BigInt(doubleValue)]);
    assert.ok(JSON.stringify(decodeWithProtobufJs(Signal.traces, result)).includes('{"stringValue":"[N]"}'));
  });

  it("writes text that is no UTF-8 anew, as what a reader would make of it", () => {
    const request = Buffer.from(aTraceRequest({ spans: [{ name: "a name that is longer than a few bytes" }] }));
    request[request.indexOf("name that")] = 0xff;
    const result = rewrite(Signal.traces, request, { text: (text) => text });
    assert.ok(Buffer.from(result).includes("a \ufffdame that"));
  });
});
