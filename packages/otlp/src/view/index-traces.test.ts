import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OtlpError } from "../errors.ts";
import { defaultReceiveLimits } from "../limits.ts";
import { aTraceRequest } from "../testing/builders.ts";
import { indexTraces } from "./index-traces.ts";
import { readString } from "./read-scalar.ts";

describe("a view of traces", () => {
  it("takes over the tables of one that is no longer used", () => {
    const first = indexTraces(
      aTraceRequest({ spans: Array.from({ length: 50 }, () => ({ attributes: { a: 1 }, events: [{}] })) }),
    );
    const second = indexTraces(aTraceRequest({ spans: [{ name: "only" }] }), undefined, first);
    assert.equal(second.spans, first.spans);
    assert.deepEqual([second.spans.count, second.attributes.count, second.events.count], [1, 1, 0]);
    assert.equal(second.spans.firstEvent[0], -1);
    assert.equal(readString(second, second.spans.nameOffset[0]!, second.spans.nameLength[0]!), "only");
  });

  it("grows its tables past any estimate", () => {
    // 40,000 empty spans in a request whose size suggests a few hundred.
    const spans = new Uint8Array(80_000).map((_, i) => (i % 2 === 0 ? 0x12 : 0));
    const bytes = Buffer.concat([Buffer.from([0x0a, 0x84, 0xf1, 0x04, 0x12, 0x80, 0xf1, 0x04]), spans]);
    const view = indexTraces(bytes);
    assert.equal(view.spans.count, 40_000);
    assert.equal(view.spans.scope[39_999], 0);
    assert.equal(view.spans.traceIdOffset[39_999], -1);
  });

  it("refuses more items, or more rows, than allowed", () => {
    const bytes = aTraceRequest({ spans: [{ attributes: { a: 1, b: 2, c: 3 } }, {}, {}] });
    assert.throws(
      () => indexTraces(bytes, { ...defaultReceiveLimits, items: 2 }),
      /more than 2 spans in one request \(limit "items"\)/,
    );
    assert.throws(
      () => indexTraces(bytes, { ...defaultReceiveLimits, rows: 4 }),
      /more than 4 attributes, events, links/,
    );
    assert.equal(indexTraces(bytes, { ...defaultReceiveLimits, items: 3 }).spans.count, 3);
  });

  it("says what was being read when the bytes end", () => {
    const bytes = aTraceRequest({ spans: [{ name: "cut" }] });
    for (let end = 1; end < bytes.length; end++) {
      assert.throws(
        () => indexTraces(bytes.subarray(0, end)),
        (error) => error instanceof OtlpError && error.code === "invalid-argument" && /byte \d+/.test(error.message),
      );
    }
    assert.throws(
      () => indexTraces(new Uint8Array([0x0a, 0x7f, 0x00])),
      /ExportTraceServiceRequest at byte 2 claims 127 bytes, but what encloses it ends after 1/,
    );
  });
});
