import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkTraces } from "../view/check.ts";
import { indexTraces } from "../view/index-traces.ts";
import { readHex } from "../view/read-scalar.ts";
import { createSpanGenerator } from "./span-generator.ts";

describe("the span generator", () => {
  it("makes valid spans with the ids it tells, none twice", () => {
    const generator = createSpanGenerator({ spansPerRequest: 70, spansPerTrace: 10, seed: 3 });
    const seen = new Set<string>();
    for (let request = 0; request < 3; request++) {
      const view = indexTraces(generator.next());
      assert.equal(checkTraces(view).accepted, 70);
      const { spans } = view;
      for (let row = 0; row < spans.count; row++) {
        const n = request * 70 + row;
        const traceId = readHex(view, spans.traceIdOffset[row]!, 16);
        const spanId = readHex(view, spans.spanIdOffset[row]!, 8);
        assert.deepEqual({ traceId, spanId }, generator.ids(n));
        seen.add(traceId + spanId);
        const parent = readHex(view, spans.parentSpanIdOffset[row]!, 8);
        assert.equal(parent, n % 10 === 0 ? "" : generator.ids(n - (n % 10)).spanId);
      }
    }
    assert.equal(seen.size, 210);
    assert.equal(generator.count, 210);
  });

  it("makes spans of about 260 bytes", () => {
    const { length } = createSpanGenerator({ spansPerRequest: 500 }).next();
    assert.ok(length > 240 * 500 && length < 280 * 500, `${length / 500} bytes per span`);
  });
});
