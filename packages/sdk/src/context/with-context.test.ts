import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getRunContext, runAttributes } from "@genscope/instrumentation";
import { useAsyncContext } from "@genscope/instrumentation/testing";
import { context, propagation } from "@opentelemetry/api";
import { runFromBaggage } from "./run-baggage.ts";
import { withContext } from "./with-context.ts";

useAsyncContext();
const now = (): unknown => runAttributes(getRunContext(context.active()));

describe("withContext", () => {
  it("adds to the outer one, joins tags, and ends with the function", async () => {
    await withContext({ userId: "u", feature: "chat", tags: ["a"] }, async () => {
      await Promise.resolve();
      withContext({ feature: "search", tags: ["b", "a"] }, () => {
        assert.deepEqual(now(), { "user.id": "u", "genscope.feature": "search", "genscope.tags": ["a", "b"] });
      });
      assert.deepEqual(now(), { "user.id": "u", "genscope.feature": "chat", "genscope.tags": ["a"] });
    });
    assert.deepEqual(now(), {});
  });

  it("gives back and throws what the function does", () => {
    assert.equal(
      withContext({}, () => 3),
      3,
    );
    assert.throws(() =>
      withContext({}, () => {
        throw new Error("x");
      }),
    );
  });

  it("stays in the process unless baggage is asked for, and can be read from it", () => {
    const run = { userId: "u", sessionId: "s", conversationId: "c", feature: "f", tags: ["x,y", "z"] };
    withContext(run, () => assert.equal(propagation.getActiveBaggage(), undefined));
    const seen = withContext(run, () => runFromBaggage(context.active()), { baggage: true });
    assert.deepEqual(seen, run);
  });
});
