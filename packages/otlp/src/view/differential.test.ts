import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { jsonToProtobuf } from "../json/json-to-protobuf.ts";
import { protobufToJson } from "../json/protobuf-to-json.ts";
import { Signal } from "../signal.ts";
import { arbitraryRequest } from "../testing/arbitrary-request.ts";
import { encodeRequest } from "../testing/encode-request.ts";
import { decodeWithProtobufJs } from "../testing/protobuf-js.ts";
import { prune, requestSchemas } from "../testing/prune.ts";
import { readRequest } from "../testing/read-request.ts";
import { scramble } from "../testing/scramble.ts";
import { indexLogs } from "./index-logs.ts";
import { indexMetrics } from "./index-metrics.ts";
import { indexTraces } from "./index-traces.ts";

const indexers = { [Signal.traces]: indexTraces, [Signal.logs]: indexLogs, [Signal.metrics]: indexMetrics };
const numRuns = 60;

/** JSON has no NaN and no infinities as numbers. */
function toJson(request: unknown): Uint8Array {
  const text = JSON.stringify(request, (_, value: unknown) =>
    typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
      ? Object.is(value, -0)
        ? "-0"
        : String(value)
      : value,
  );
  return Buffer.from(text);
}

for (const name of ["traces", "logs", "metrics"] as const) {
  const signal = Signal[name];
  const request = arbitraryRequest(signal);
  describe(`any ${name} request`, () => {
    it("reads through a view as protobuf.js decodes it", () => {
      fc.assert(
        fc.property(request, (object) => {
          const bytes = encodeRequest(signal, object);
          const expected = prune(signal, decodeWithProtobufJs(signal, bytes));
          assert.deepEqual(prune(signal, readRequest(indexers[signal](bytes))), expected);
          assert.deepEqual(prune(signal, object), expected);
        }),
        { numRuns },
      );
    });

    it("reads the same however protobuf allows it to be written", () => {
      fc.assert(
        fc.property(request, fc.infiniteStream(fc.nat()), (object, numbers) => {
          const dice = (below: number): number => numbers.next().value % below;
          const bytes = scramble(encodeRequest(signal, object), requestSchemas[signal], dice);
          const expected = prune(signal, object);
          assert.deepEqual(prune(signal, readRequest(indexers[signal](bytes))), expected);
          assert.deepEqual(prune(signal, JSON.parse(Buffer.from(protobufToJson(signal, bytes)).toString())), expected);
        }),
        { numRuns },
      );
    });

    it("becomes JSON that protobuf.js would give, and the same protobuf again", () => {
      fc.assert(
        fc.property(request, (object) => {
          const bytes = encodeRequest(signal, object);
          const json = protobufToJson(signal, bytes);
          const parsed: unknown = JSON.parse(Buffer.from(json).toString());
          assert.deepEqual(prune(signal, parsed), prune(signal, decodeWithProtobufJs(signal, bytes)));
          assert.deepEqual(Buffer.from(jsonToProtobuf(signal, json)), Buffer.from(bytes));
        }),
        { numRuns },
      );
    });

    it("is read from JSON with its keys in any order", () => {
      fc.assert(
        fc.property(request, (object) => {
          const bytes = jsonToProtobuf(signal, toJson(object));
          assert.deepEqual(prune(signal, decodeWithProtobufJs(signal, bytes)), prune(signal, object));
        }),
        { numRuns },
      );
    });
  });
}
