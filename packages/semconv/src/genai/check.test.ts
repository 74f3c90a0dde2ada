import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkEvent, checkMetric, type CheckedSpan, checkSpan } from "./check.ts";
import { durationBoundaries } from "./metrics.ts";

const good: CheckedSpan = {
  name: "chat gpt-4o",
  kind: "CLIENT",
  failed: false,
  attributes: {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 5,
    "gen_ai.prompt.variable.city": "Oslo",
    "server.address": "api.openai.com",
    "http.request.method": "POST",
  },
};

function found(attributes: Record<string, unknown>, rest: Partial<CheckedSpan> = {}): string[] {
  const { findings } = checkSpan({ ...good, ...rest, attributes: { ...good.attributes, ...attributes } });
  return findings.map(({ level, subject, message }) => `${level}: ${subject} ${message}`);
}

describe("checkSpan", () => {
  it("finds nothing in a span that follows the conventions, and says what it recorded", () => {
    const check = checkSpan(good);
    assert.deepEqual(check.findings, []);
    assert.equal(check.convention, "inference");
    assert.deepEqual(check.recorded.toSorted(), [
      "gen_ai.operation.name",
      "gen_ai.provider.name",
      "gen_ai.request.model",
      "gen_ai.usage.input_tokens",
      "server.address",
    ]);
  });

  it("names what is missing, deprecated, unknown, of another type, or said without leave", () => {
    assert.deepEqual(found({ "gen_ai.provider.name": undefined }), ["violation: gen_ai.provider.name is required"]);
    assert.deepEqual(found({ "gen_ai.system": "openai" }), [
      "violation: gen_ai.system is deprecated: gen_ai.provider.name",
    ]);
    assert.deepEqual(found({ "gen_ai.request.colour": "red" }), [
      "violation: gen_ai.request.colour is not in the conventions",
    ]);
    assert.deepEqual(found({ "gen_ai.usage.output_tokens": "7" }), [
      "violation: gen_ai.usage.output_tokens is not of type int",
    ]);
    assert.deepEqual(found({ "gen_ai.input.messages": "[]" }), [
      "violation: gen_ai.input.messages is content, which nobody opted into",
    ]);
    assert.deepEqual(found({ "gen_ai.provider.name": "somebody" }), [
      'advice: gen_ai.provider.name "somebody" is not among the well-known values',
    ]);
  });

  it("holds name, kind and status against the attributes", () => {
    assert.deepEqual(found({}, { name: "chat" }), ['violation: name is "chat", not "chat gpt-4o"']);
    assert.deepEqual(found({}, { kind: "INTERNAL" }), ["violation: kind is INTERNAL, not CLIENT"]);
    assert.deepEqual(found({}, { failed: true }), ["violation: error.type is required of what failed"]);
    assert.deepEqual(found({ "error.type": "timeout" }), [
      "violation: error.type is set, and the status is not an error",
    ]);
  });

  it("tells an agent in this process from one behind a service, and leaves other spans alone", () => {
    const attributes = { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "writer" };
    const agent = checkSpan({ name: "invoke_agent writer", kind: "INTERNAL", failed: false, attributes });
    assert.deepEqual([agent.convention, agent.findings], ["invokeAgent", []]);
    const other = checkSpan({ name: "GET /", kind: "SERVER", failed: true, attributes: {} });
    assert.deepEqual([other.convention, other.findings], [undefined, []]);
  });
});

describe("checkEvent and checkMetric", () => {
  it("hold names, severities, units, instruments and boundaries against the conventions", () => {
    const exception = { name: "gen_ai.client.operation.exception", attributes: { "exception.type": "TypeError" } };
    assert.deepEqual(checkEvent({ ...exception, severityNumber: 13 }), []);
    assert.equal(checkEvent({ ...exception, severityNumber: 9 })[0]?.subject, "severity");
    assert.equal(checkEvent({ name: "gen_ai.choice", attributes: {} })[0]?.subject, "name");
    const metric = {
      name: "gen_ai.client.inference.duration",
      unit: "s",
      instrument: "histogram",
      boundaries: durationBoundaries,
      points: [{ "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai" }],
    } as const;
    assert.deepEqual(checkMetric(metric), []);
    assert.deepEqual(
      checkMetric({ ...metric, unit: "ms", boundaries: [1], points: [{}] }).map(({ subject }) => subject),
      ["unit", "boundaries", "gen_ai.operation.name", "gen_ai.provider.name"],
    );
  });
});
