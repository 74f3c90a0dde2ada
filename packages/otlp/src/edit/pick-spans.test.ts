import assert from "node:assert/strict";
import { it } from "node:test";
import { aTraceRequest } from "../testing/builders.ts";
import { readRequest } from "../testing/read-request.ts";
import { defaultReceiveLimits } from "../limits.ts";
import { indexSpanBounds, indexTraces } from "../view/index-traces.ts";
import { readHex, readString } from "../view/read-scalar.ts";
import { readAttributes } from "../view/read-value.ts";
import { encodeKeyValue, pickSpans } from "./pick-spans.ts";

const two = Buffer.concat([
  aTraceRequest({
    resource: { "service.name": "a" },
    resourceSchemaUrl: "r",
    scope: { name: "one", version: "1", attributes: { k: "v" } },
    scopeSchemaUrl: "s",
    spans: [{ name: "a0" }, { name: "a1", traceState: "x=1" }, { name: "a2", attributes: { long: "y".repeat(300) } }],
  }),
  aTraceRequest({ resource: { "service.name": "b" }, scope: { name: "two" }, spans: [{ name: "b0" }] }),
]);

function names(bytes: Uint8Array): string[] {
  const view = indexTraces(bytes);
  return Array.from({ length: view.spans.count }, (_, row) =>
    readString(view, view.spans.nameOffset[row]!, view.spans.nameLength[row]!),
  );
}

it("takes spans with the resource and scope they are in", () => {
  const view = indexTraces(two);
  const all = readRequest(view);
  assert.deepEqual(readRequest(indexTraces(pickSpans(view, [0, 1, 2, 3]))), all);
  const picked = pickSpans(view, [0, 2]);
  assert.deepEqual(names(picked), ["a0", "a2"]);
  const again = indexTraces(picked);
  assert.equal(again.resources.count, 1);
  assert.equal(readString(again, again.scopes.schemaUrlOffset[0]!, again.scopes.schemaUrlLength[0]!), "s");
  assert.equal(readHex(again, again.spans.spanIdOffset[1]!, 8), readHex(view, view.spans.spanIdOffset[2]!, 8));
  assert.deepEqual(names(Buffer.concat([picked, pickSpans(view, [3])])), ["a0", "a2", "b0"]);
  assert.equal(pickSpans(view, []).length, 0);
});

it("sets trace states and adds attributes to the scopes", () => {
  const view = indexTraces(two);
  const bytes = pickSpans(view, [1, 2, 3], {
    traceState: (row) => (row === 1 ? "ot=th:8,x=1" : row === 3 ? "ot=th:0" : undefined),
    scopeAttributes: [encodeKeyValue({ key: "policy", value: { stringValue: "errors" } })],
  });
  const again = indexTraces(bytes);
  const states = [0, 1, 2].map((row) =>
    readString(again, again.spans.traceStateOffset[row]!, again.spans.traceStateLength[row]!),
  );
  assert.deepEqual(states, ["ot=th:8,x=1", "", "ot=th:0"]);
  assert.deepEqual(
    [0, 1].map((scope) => readAttributes(again, again.scopes.firstAttribute[scope]!).map(({ key }) => key)),
    [["k", "policy"], ["policy"]],
  );
  assert.deepEqual(names(bytes), ["a1", "a2", "b0"]);
});

it("gives a scope that was not sent its attributes", () => {
  const bare = indexTraces(new Uint8Array([0x0a, 0x04, 0x12, 0x02, 0x12, 0x00]));
  const again = indexTraces(
    pickSpans(bare, [0], { scopeAttributes: [encodeKeyValue({ key: "k", value: { boolValue: true } })] }),
  );
  assert.equal(again.spans.count, 1);
  assert.deepEqual(readAttributes(again, again.scopes.firstAttribute[0]!), [{ key: "k", value: { boolValue: true } }]);
});

it("takes the same of a view of bounds alone", () => {
  const changes = { traceState: (row: number) => (row === 2 ? undefined : `ot=th:${row}`) };
  const bounds = indexSpanBounds(two, defaultReceiveLimits);
  // of resources and scopes alone
  assert.equal(bounds.attributes.count, 3);
  assert.deepEqual(pickSpans(bounds, [0, 1, 2, 3], changes), pickSpans(indexTraces(two), [0, 1, 2, 3], changes));
});
