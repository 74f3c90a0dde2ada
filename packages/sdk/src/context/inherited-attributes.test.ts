import assert from "node:assert/strict";
import { it } from "node:test";
import { setRunContext } from "@genscope/instrumentation";
import { type Attributes, type Context, propagation, ROOT_CONTEXT } from "@opentelemetry/api";
import { readSpanLimits } from "../tracer/span-limits.ts";
import { TracerProvider } from "../tracer/tracer-provider.ts";
import { inheritedAttributes, inheritedOrSentAttributes } from "./inherited-attributes.ts";
import { runToBaggage } from "./run-baggage.ts";

/** What a span of a library that knows nothing of runs has in a context. */
function attributesIn(
  context: Context,
  inherited: (context: Context) => Attributes | undefined,
  own: Attributes = {},
): Attributes {
  let found: Attributes = {};
  const processor = {
    onStart() {},
    onEnd: (span: { readonly attributes: Attributes }) => void (found = span.attributes),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const resource = { attributes: {} };
  const provider = new TracerProvider({ resource, limits: readSpanLimits({}), inherited, processors: [processor] });
  provider.getTracer("http").startSpan("GET", { attributes: own }, context).end();
  return found;
}

it("spans of any library have the run they are in, and what they say themselves goes before", () => {
  const context = setRunContext(ROOT_CONTEXT, { userId: "u1", feature: "search", tags: ["a", "b"] });
  assert.deepEqual(attributesIn(context, inheritedAttributes, { "user.id": "known better", "http.method": "GET" }), {
    "user.id": "known better",
    "genscope.feature": "search",
    "genscope.tags": ["a", "b"],
    "http.method": "GET",
  });
  assert.deepEqual(attributesIn(ROOT_CONTEXT, inheritedAttributes), {});
});

it("what another service says of the run is taken only where that is asked for, and not over what is known here", () => {
  const sent = runToBaggage(ROOT_CONTEXT, { userId: "sent", sessionId: "s1", tags: ["a,b", "c"] });
  assert.equal(propagation.getBaggage(sent)?.getAllEntries().length, 3);
  assert.deepEqual(attributesIn(sent, inheritedAttributes), {});
  assert.deepEqual(attributesIn(sent, inheritedOrSentAttributes), {
    "user.id": "sent",
    "session.id": "s1",
    "genscope.tags": ["a,b", "c"],
  });
  const known = setRunContext(sent, { userId: "here" });
  assert.deepEqual(attributesIn(known, inheritedOrSentAttributes), { "user.id": "here" });
});
