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

  it("knows the words of LangSmith, and MLflow's in JSON's quotes", () => {
    assert.equal(classifySpan({ "langsmith.span.kind": "retriever" }), "retrieval");
    assert.equal(classifySpan({ "mlflow.spanType": '"CHAT_MODEL"' }), "model");
    assert.equal(classifySpan({ "mlflow.spanType": "TOOL" }), "tool");
  });

  it("takes spans that repeat their children's usage for no model: only models and embeddings are summed", () => {
    const parents = [
      { "ai.operationId": "ai.generateText", "ai.usage.promptTokens": 21 },
      { "ai.operationId": "ai.embedMany", "ai.usage.tokens": 21 },
      { "gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 21 },
      { agent_name: "helper", "gen_ai.usage.input_tokens": 21 },
      { "openinference.span.kind": "AGENT", "llm.token_count.prompt": 21 },
      { "traceloop.span.kind": "workflow", "gen_ai.usage.prompt_tokens": 21 },
    ];
    for (const attributes of parents) {
      const type = classifySpan(attributes);
      assert.ok(type !== "model" && type !== "embedding", JSON.stringify(attributes));
    }
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
