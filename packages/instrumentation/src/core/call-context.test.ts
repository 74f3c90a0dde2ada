import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createContextKey, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { CallContext } from "./call-context.ts";

const [key, other] = [createContextKey("key"), createContextKey("other")];

function aSpan(digit: string): ReturnType<typeof trace.wrapSpanContext> {
  return trace.wrapSpanContext({ traceId: digit.repeat(32), spanId: digit.repeat(16), traceFlags: 1 });
}

describe("CallContext", () => {
  const parent = trace.setSpan(ROOT_CONTEXT.setValue(other, "below").setValue(key, false), aSpan("1"));
  const span = aSpan("2");
  const context = new CallContext(parent, span, key, true);

  it("has the span, the value, and what its parent has", () => {
    assert.equal(trace.getSpan(context), span);
    assert.equal(context.getValue(key), true);
    assert.equal(context.getValue(other), "below");
    assert.equal(context.getValue(createContextKey("unknown")), undefined);
  });

  it("is as any other to whoever adds to it, and stays what it is", () => {
    const added = trace.setSpan(context.setValue(other, "above"), aSpan("3"));
    assert.deepEqual([added.getValue(key), added.getValue(other)], [true, "above"]);
    assert.equal(trace.getSpanContext(added)?.spanId, "3".repeat(16));
    const without = context.deleteValue(key);
    assert.deepEqual([without.getValue(key), trace.getSpan(without)], [undefined, span]);
    assert.deepEqual([context.getValue(other), trace.getSpan(context)], ["below", span]);
    assert.equal(trace.getSpan(trace.deleteSpan(context)), undefined);
  });

  it("stands on a context of the API, whatever it is given", () => {
    const upper = new CallContext(context, aSpan("4"), other, "upper");
    assert.deepEqual([upper.getValue(key), upper.getValue(other)], [true, "upper"]);
    assert.equal(trace.getSpanContext(upper)?.spanId, "4".repeat(16));
  });
});
