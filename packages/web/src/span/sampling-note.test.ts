import assert from "node:assert/strict";
import { test } from "node:test";
import type { KeyValue } from "@genscope/server/contract";
import { samplingNote } from "./sampling-note.ts";

function scopeWith(...attributes: KeyValue[]): Parameters<typeof samplingNote>[0]["scope"] {
  return { name: "", version: "", attributes, droppedAttributesCount: 0, schemaUrl: "" };
}

test("a span says which policy kept it and for how many it stands, as far as samplers recorded it", () => {
  const policy = { key: "tailsampling.policy", value: { stringValue: "share" } };
  const probability = { key: "tailsampling.probability", value: { doubleValue: 0.1 } };
  const isLate = { key: "tailsampling.cached_decision", value: { boolValue: true } };
  const nothing = { policy: undefined, subPolicy: undefined, standsFor: undefined, isLate: false };
  assert.equal(samplingNote({ scope: scopeWith(), traceState: "vendor=x" }), undefined);
  assert.deepEqual(samplingNote({ scope: scopeWith(policy, probability), traceState: "" }), {
    ...nothing,
    policy: "share",
    standsFor: 10,
  });
  // a head sampler had its part, too
  assert.deepEqual(samplingNote({ scope: scopeWith(policy, probability, isLate), traceState: "a=b, ot=th:c" }), {
    ...nothing,
    policy: "share",
    standsFor: 4,
    isLate: true,
  });
  assert.deepEqual(samplingNote({ scope: scopeWith(), traceState: "ot=th:8;rv:00112233445566" }), {
    ...nothing,
    standsFor: 2,
  });
  assert.deepEqual(samplingNote({ scope: scopeWith(policy), traceState: "ot=th:?" }), { ...nothing, policy: "share" });
});
