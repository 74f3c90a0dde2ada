import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  attributeTypes,
  contentAttributes,
  conventions,
  conventionVersions,
  durationBoundaries,
  genAiSpanName,
  genAiVersion,
  hasAttributeType,
  metricConventions,
  operationNames,
  parseStabilityOptIn,
  spanConventions,
  tokenBoundaries,
  inVersion,
  toVersion,
} from "./index.ts";

describe("the GenAI vocabulary", () => {
  it("has a kind of span for every operation", () => {
    const operations = Object.values(spanConventions).flatMap((span): readonly string[] => span.operations);
    assert.deepEqual([...new Set(operations)].toSorted(), [...operationNames].toSorted());
  });

  it("asks at the start of a span only for what the span has", () => {
    for (const { attributes, atStart, type } of Object.values(spanConventions)) {
      for (const name of atStart) assert.ok(name in attributes, `${type}: ${name}`);
    }
  });

  it("counts the attributes of an inference as the conventions do", () => {
    // 46, of which the template of prompt variables has no row; four more are OpenAI's, one is Bedrock's
    const names = Object.keys(spanConventions.inference.attributes);
    assert.equal(names.filter((name) => !/^(?:openai|aws)\./u.test(name)).length, 45);
    assert.equal(Object.keys(spanConventions.embeddings.attributes).length, 10);
  });

  it("never asks for content unless somebody opted in", () => {
    for (const { attributes } of Object.values(spanConventions)) {
      for (const [name, level] of Object.entries(attributes)) {
        if (contentAttributes.some((content) => content === name)) assert.equal(level, "opt-in", name);
      }
    }
  });

  it("has the bucket boundaries of the conventions", () => {
    assert.deepEqual(
      durationBoundaries,
      [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    );
    assert.deepEqual(
      tokenBoundaries,
      [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
    );
    for (const metric of Object.values(metricConventions)) {
      if (metric.boundaries === undefined) continue;
      assert.deepEqual(
        metric.boundaries,
        metric.boundaries.toSorted((a, b) => a - b),
      );
    }
  });

  it("names a span by its operation and what it worked on", () => {
    assert.equal(genAiSpanName("chat", "gpt-4o"), "chat gpt-4o");
    assert.equal(genAiSpanName("chat"), "chat");
    assert.equal(genAiSpanName("invoke_agent", ""), "invoke_agent");
  });
});

describe("hasAttributeType", () => {
  it("tells whole numbers from others, and lists of strings from lists", () => {
    assert.ok(hasAttributeType("int", 3) && hasAttributeType("double", 3) && hasAttributeType("double", 0.3));
    assert.ok(!hasAttributeType("int", 0.3) && !hasAttributeType("int", "3"));
    assert.ok(hasAttributeType("string[]", ["a"]) && !hasAttributeType("string[]", ["a", 1]));
    assert.ok(hasAttributeType("any", null) && !hasAttributeType("any", undefined));
    assert.ok(!hasAttributeType("boolean", "true"));
  });
});

describe("versions", () => {
  const attributes = {
    "gen_ai.provider.name": "x_ai",
    "gen_ai.usage.cache_write.input_tokens": 5,
    "gen_ai.request.stream": true,
    "gen_ai.request.seed": undefined,
    "app.own": "kept",
  };

  it("leaves the pinned version as it is", () => {
    assert.deepEqual(toVersion(attributes, conventions[genAiVersion]), {
      "gen_ai.provider.name": "x_ai",
      "gen_ai.usage.cache_write.input_tokens": 5,
      "gen_ai.request.stream": true,
      "app.own": "kept",
    });
  });

  it("writes 1.41 with the cache attribute of its time", () => {
    const written = toVersion(attributes, conventions["1.41"]);
    assert.equal(written["gen_ai.usage.cache_creation.input_tokens"], 5);
    assert.equal(written["gen_ai.request.stream"], true);
  });

  it("writes 1.36 with gen_ai.system and its spelling, and without what came later", () => {
    assert.deepEqual(toVersion(attributes, conventions["1.36"]), { "gen_ai.system": "xai", "app.own": "kept" });
  });

  it("copies only where a name changes", () => {
    assert.equal(inVersion(attributes, conventions[genAiVersion]), attributes);
    for (const version of ["1.41", "1.36"] as const) {
      assert.deepEqual(inVersion(attributes, conventions[version]), toVersion(attributes, conventions[version]));
    }
  });

  it("renames only attributes there are", () => {
    for (const version of conventionVersions) {
      for (const name of Object.keys(conventions[version].renames)) assert.ok(name in attributeTypes, name);
    }
  });

  it("reads the opt-in variable among the items of other conventions", () => {
    assert.equal(parseStabilityOptIn("http,gen_ai_latest_experimental"), genAiVersion);
    assert.equal(parseStabilityOptIn("http/dup, gen_ai/1.36"), "1.36");
    assert.equal(parseStabilityOptIn("http,gen_ai/9.9"), undefined);
    assert.equal(parseStabilityOptIn(undefined), undefined);
  });
});
