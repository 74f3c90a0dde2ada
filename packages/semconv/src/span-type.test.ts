import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { spanTypes } from "./span-fields.ts";
import { classifySpan, spanTypePrefixes, spanTypeRules } from "./span-type.ts";

describe("classifySpan", () => {
  it("reads the GenAI operation before any other dialect", () => {
    assert.equal(
      classifySpan({ "gen_ai.operation.name": "embeddings", "openinference.span.kind": "LLM" }),
      "embedding",
    );
  });

  it("falls through a value it does not know to the next dialect", () => {
    assert.equal(
      classifySpan({ "gen_ai.operation.name": "dream", "openinference.span.kind": "RETRIEVER" }),
      "retrieval",
    );
  });

  it("tells transports and databases by their keys, the database before the HTTP call that reaches it", () => {
    assert.equal(classifySpan({ "http.request.method": "POST" }), "http");
    assert.equal(classifySpan({ "http.request.method": "POST", "db.system.name": "qdrant" }), "database");
  });

  it("is not fooled by names every object has", () => {
    assert.equal(classifySpan({ "gen_ai.operation.name": "constructor" }), "internal");
  });

  it("names only span types there are", () => {
    const named = [
      ...spanTypeRules.flatMap(({ values }) => Object.values(values)),
      ...spanTypePrefixes.map(({ type }) => type),
    ];
    for (const type of named) assert.ok(spanTypes.includes(type), type);
  });
});
