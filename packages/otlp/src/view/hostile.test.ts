import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { Edits } from "../edit/edits.ts";
import { encode } from "../edit/encode.ts";
import { OtlpError } from "../errors.ts";
import { jsonToProtobuf } from "../json/json-to-protobuf.ts";
import { protobufToJson } from "../json/protobuf-to-json.ts";
import { Signal } from "../signal.ts";
import { arbitraryRequest } from "../testing/arbitrary-request.ts";
import { encodeRequest } from "../testing/encode-request.ts";
import { hostileRequests } from "../testing/hostile-requests.ts";
import { readRequest } from "../testing/read-request.ts";
import { createSpanGenerator } from "../testing/span-generator.ts";
import { checkLogs, checkMetrics, checkTraces } from "./check.ts";
import type { Check } from "./check.ts";
import { indexLogs } from "./index-logs.ts";
import { indexMetrics } from "./index-metrics.ts";
import { indexTraces } from "./index-traces.ts";

function check(signal: Signal, bytes: Uint8Array): Check {
  if (signal === Signal.traces) return checkTraces(indexTraces(bytes));
  if (signal === Signal.logs) return checkLogs(indexLogs(bytes));
  return checkMetrics(indexMetrics(bytes));
}

/** What the pipeline does with a body, and everything a reader can do with the view. Only `invalid-argument` may be thrown, and only on the way in. */
function take(signal: Signal, encoding: "protobuf" | "json", body: Uint8Array): "accepted" | "partial" | "refused" {
  let result: Check;
  try {
    result = check(signal, encoding === "json" ? jsonToProtobuf(signal, body) : body);
  } catch (error) {
    assert.ok(error instanceof OtlpError, String(error));
    assert.equal(error.code, "invalid-argument");
    return "refused";
  }
  readRequest(result.view);
  const kept = encode(result.view, result.edits);
  assert.equal(check(signal, kept).rejected, 0);
  if (result.view.resources.count > 0) {
    const edits = new Edits();
    edits.setAttribute("resource", 0, "added", { boolValue: true });
    check(signal, encode(result.view, edits));
  }
  JSON.parse(Buffer.from(protobufToJson(signal, kept)).toString());
  return result.rejected > 0 ? "partial" : "accepted";
}

describe("hostile requests", () => {
  for (const { name, signal, encoding, body, outcome } of hostileRequests()) {
    it(`${encoding}: ${name}: ${outcome}`, () => assert.equal(take(signal, encoding, body), outcome));
  }
});

for (const name of ["traces", "logs", "metrics"] as const) {
  const signal = Signal[name];
  describe(`damaged ${name}`, () => {
    it("of protobuf yield a view or invalid-argument", () => {
      fc.assert(
        fc.property(
          arbitraryRequest(signal),
          fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
          fc.nat(),
          (object, damage, cut) => {
            take(signal, "protobuf", damaged(encodeRequest(signal, object), damage, cut));
          },
        ),
        { numRuns: 150 },
      );
    });

    it("of JSON yield a view or invalid-argument", () => {
      fc.assert(
        fc.property(
          arbitraryRequest(signal),
          fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
          fc.nat(),
          (object, damage, cut) => {
            take(signal, "json", damaged(Buffer.from(JSON.stringify(object)), damage, cut));
          },
        ),
        { numRuns: 100 },
      );
    });

    it("of any bytes yield a view or invalid-argument", () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void take(signal, "protobuf", bytes)),
        { numRuns: 300 },
      );
    });

    it("cut off anywhere are refused or a shorter request", () => {
      const [object] = fc.sample(arbitraryRequest(signal), { numRuns: 1, seed: 7 });
      const bytes = encodeRequest(signal, object!);
      for (let end = 0; end < Math.min(bytes.length, 600); end++) take(signal, "protobuf", bytes.slice(0, end));
    });
  });
}

function damaged(bytes: Uint8Array, damage: readonly (readonly [at: number, byte: number])[], cut: number): Uint8Array {
  const copy = bytes.slice();
  if (copy.length > 0) for (const [at, byte] of damage) copy[at % copy.length] = byte;
  return cut % 3 === 0 ? copy.slice(0, cut % (copy.length + 1)) : copy;
}

/** The bytes with every read of one counted. */
function counted(bytes: Uint8Array): { readonly bytes: Uint8Array; reads(): number } {
  let reads = 0;
  const proxy = new Proxy(bytes, {
    get(target, property) {
      if (typeof property === "string" && /^\d+$/.test(property)) reads++;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { bytes: proxy, reads: () => reads };
}

describe("the work of reading", () => {
  const hostile: Record<string, (n: number) => Uint8Array> = {
    "spans of a load generator": (n) => createSpanGenerator({ spansPerRequest: n }).next(),
    "empty resources": (n) => new Uint8Array(n * 64).map((_, i) => (i % 2 === 0 ? 0x0a : 0)),
    "values sent in pieces": (n) => piecesOfOneValue(n * 8),
    "groups beside each other": (n) => new Uint8Array(n * 64).map((_, i) => (i % 2 === 0 ? 0x0b : 0x0c)),
  };
  for (const [name, make] of Object.entries(hostile)) {
    it(`grows with the size of protobuf: ${name}`, () => {
      const [small, large] = [make(40), make(160)].map((bytes) => {
        const seen = counted(bytes);
        indexTraces(seen.bytes);
        return seen.reads() / bytes.length;
      });
      assert.ok(small! > 0.1 && small! < 8, `${small} reads per byte`);
      assert.ok(large! < small! * 1.2, `${large} reads per byte of four times as much, ${small} before`);
    });
  }

  const hostileText: Record<string, (n: number) => string> = {
    "a key sent again and again": (n) =>
      `{"resourceSpans":[{${'"schemaUrl":"abc","resource":{"attributes":[{},{}]},'.repeat(n)}"x":0}]}`,
    spaces: (n) => `{"resourceSpans"  :${" ".repeat(n * 20)}[ ] }`,
    escapes: (n) => `{"resourceSpans":[{"schemaUrl":"${"\\u00e9\\n".repeat(n * 10)}"}]}`,
    digits: (n) => `{"x":${"1".repeat(n * 20)}}`,
  };
  for (const [name, make] of Object.entries(hostileText)) {
    it(`grows with the size of JSON: ${name}`, () => {
      const [small, large] = [make(40), make(160)].map((text) => {
        const seen = counted(Buffer.from(text));
        jsonToProtobuf(Signal.traces, seen.bytes);
        return seen.reads() / text.length;
      });
      assert.ok(small! > 0.1 && small! < 8, `${small} reads per byte`);
      assert.ok(large! < small! * 1.2, `${large} reads per byte of four times as much, ${small} before`);
    });
  }
});

/** One attribute whose value is an array, sent as many arrays of one element. */
function piecesOfOneValue(pieces: number): Uint8Array {
  const piece = [0x12, 0x06, 0x2a, 0x04, 0x0a, 0x02, 0x10, 0x01];
  const pair = Array.from({ length: pieces }, () => piece).flat();
  return new Uint8Array(wrap(1, wrap(2, wrap(2, wrap(9, pair)))));
}

function wrap(field: number, content: number[]): number[] {
  const { length } = content;
  return [field * 8 + 2, (length & 0x7f) | 0x80, ((length >>> 7) & 0x7f) | 0x80, length >>> 14, ...content];
}
